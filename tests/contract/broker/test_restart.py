"""A broker that ends, by SIGTERM or by SIGKILL, and comes back."""

import asyncio
from collections.abc import Callable

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from tests.contract.broker.clients import consumer_of, create_topic, eventually, first, producer_of, read
from tests.stack.brokers import Broker

Name = Callable[[str], str]
_PARTITIONS = 4


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_acknowledged_events_and_committed_offsets_survive(broker: Broker, unique_name: Name, end: str) -> None:
    topic, group = await create_topic(broker, unique_name("topic"), retention_ms=-1), unique_name("group")
    options = {"request_timeout_ms": 30_000, "retry_backoff_ms": 50, "enable_idempotence": True}
    async with (
        producer_of(broker, **options) as producer,
        consumer_of(broker, topic, group_id=group) as consumer,
    ):
        acknowledged: list[bytes] = []
        sending = asyncio.create_task(_send_until_cancelled(producer, topic, acknowledged))
        await read(consumer, 50)
        await consumer.commit({first(topic): 17})

        await asyncio.to_thread(getattr(broker, end))
        await asyncio.to_thread(broker.restart)

        before = len(acknowledged)
        await eventually(lambda: _longer_than(acknowledged, before + 50))
        sending.cancel()
        await asyncio.wait([sending])
        after = await read(consumer, 1)

    async with consumer_of(broker, topic, group_id=group) as consumer:
        assert await consumer.committed(first(topic)) == 17
        end_offset = (await consumer.end_offsets([first(topic)]))[first(topic)]
        consumer.seek(first(topic), 0)
        stored = [record.value for record in await read(consumer, end_offset)]
    assert after
    assert set(acknowledged) <= set(stored)
    assert len(stored) == len(set(stored)), "an idempotent producer's events are stored once"
    assert stored == sorted(stored)


async def test_two_kills_in_a_row_during_a_rebalance_and_commits(broker: Broker, unique_name: Name) -> None:
    topic, group = await create_topic(broker, unique_name("topic"), partitions=_PARTITIONS), unique_name("group")
    seen: dict[int, set[bytes]] = {number: set() for number in range(_PARTITIONS)}
    committed: dict[int, int] = {}
    acknowledged: list[bytes] = []
    async with (
        producer_of(broker, retry_backoff_ms=50, enable_idempotence=True) as producer,
        consumer_of(broker, topic, group_id=group) as one,
    ):
        tasks = [asyncio.create_task(_send_until_cancelled(producer, topic, acknowledged, _PARTITIONS))]
        tasks.append(asyncio.create_task(_read_and_commit(one, seen, committed)))
        await eventually(lambda: _longer_than(list(committed), _PARTITIONS - 1))
        async with consumer_of(broker, topic, group_id=group) as other:  # whose joining is the rebalance
            tasks.append(asyncio.create_task(_read_and_commit(other, seen, committed)))
            for _ in range(2):
                await asyncio.to_thread(broker.kill)
                await asyncio.to_thread(broker.restart)
            await eventually(lambda: _share(one, other), 60)
            tasks[0].cancel()
            await asyncio.wait(tasks[:1])
            await eventually(lambda: _all_seen(acknowledged, seen), 60)
            for task in tasks[1:]:
                task.cancel()
            await asyncio.wait(tasks[1:])

    async with consumer_of(broker, group_id=group) as reader:
        for number, offset in committed.items():
            assert (await reader.committed(TopicPartition(topic, number)) or 0) >= offset, (
                "acknowledged, then forgotten"
            )


async def _read_and_commit(consumer: AIOKafkaConsumer, seen: dict[int, set[bytes]], committed: dict[int, int]) -> None:
    """Notes what was committed for good. A rebalance may refuse a commit; the next owner reads those events again."""
    while True:
        for partition, records in (await consumer.getmany(timeout_ms=200)).items():
            seen[partition.partition] |= {record.value for record in records}
            try:
                await consumer.commit({partition: records[-1].offset + 1})
            except (CommitFailedError, IllegalStateError):
                continue
            committed[partition.partition] = records[-1].offset + 1


async def _share(one: AIOKafkaConsumer, other: AIOKafkaConsumer) -> bool:
    parts = [{partition.partition for partition in consumer.assignment()} for consumer in (one, other)]
    return all(len(part) == _PARTITIONS // 2 for part in parts) and not parts[0] & parts[1]


async def _all_seen(acknowledged: list[bytes], seen: dict[int, set[bytes]]) -> bool:
    return set(acknowledged) <= set().union(*seen.values())


async def _send_until_cancelled(
    producer: AIOKafkaProducer, topic: str, acknowledged: list[bytes], partitions: int = 1
) -> None:
    """Many at a time, as batches: those in flight when the broker ends are sent again by the producer itself."""
    number = 0
    while True:
        values = [b"%08d" % (number + at) for at in range(20)]
        number += 20
        await asyncio.gather(
            *[await producer.send(topic, value, partition=at % partitions) for at, value in enumerate(values)]
        )
        acknowledged += values


async def _longer_than(items: list[bytes], length: int) -> bool:
    return len(items) > length
