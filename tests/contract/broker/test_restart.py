"""A broker that ends, by SIGTERM or by SIGKILL, and comes back."""

import asyncio
from collections.abc import Callable

import pytest
from aiokafka import AIOKafkaProducer

from tests.contract.broker.clients import consumer_of, create_topic, eventually, first, producer_of, read
from tests.stack.brokers import Broker

Name = Callable[[str], str]


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


async def _send_until_cancelled(producer: AIOKafkaProducer, topic: str, acknowledged: list[bytes]) -> None:
    """Many at a time, as batches: those in flight when the broker ends are sent again by the producer itself."""
    number = 0
    while True:
        values = [b"%08d" % (number + at) for at in range(20)]
        number += 20
        await asyncio.gather(*[await producer.send(topic, value, partition=0) for value in values])
        acknowledged += values


async def _longer_than(items: list[bytes], length: int) -> bool:
    return len(items) > length
