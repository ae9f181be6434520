"""Events come back as they were sent."""

import asyncio
import os
import time
from collections.abc import Callable

import pytest
from aiokafka.errors import MessageSizeTooLargeError, UnknownTopicOrPartitionError
from aiokafka.structs import RecordMetadata

from tests.contract.broker.clients import admin_of, consumer_of, create_topic, first, produce, producer_of, read
from tests.stack.brokers import Broker

Name = Callable[[str], str]


@pytest.mark.parametrize("compression", [None, "gzip", "zstd"])
async def test_key_value_headers_and_timestamp_survive(broker: Broker, unique_name: Name, compression: str) -> None:
    topic = await create_topic(broker, unique_name("topic"), retention_ms=-1)  # the timestamp is an old one
    headers = [("stage", b"extract"), ("attempts", b""), ("stage", "دير الزور".encode())]
    async with producer_of(broker, compression_type=compression) as producer:
        await producer.send_and_wait(topic, b"value" * 100, b"key", headers=headers, timestamp_ms=1_700_000_000_123)
        await producer.send_and_wait(topic, None, b"key")

    async with consumer_of(broker, topic) as consumer:
        full, empty = await read(consumer, 2)

    assert (full.key, full.value, list(full.headers)) == (b"key", b"value" * 100, headers)
    assert (full.timestamp, full.offset) == (1_700_000_000_123, 0)
    assert (empty.key, empty.value, empty.offset) == (b"key", None, 1)


async def test_the_same_key_goes_to_the_same_partition_in_order(broker: Broker, unique_name: Name) -> None:
    topic = await create_topic(broker, unique_name("topic"), partitions=3)
    async with producer_of(broker, linger_ms=5) as producer:
        keys = [f"key-{number % 7}".encode() for number in range(210)]
        sent = [await producer.send(topic, str(at).encode(), key) for at, key in enumerate(keys)]
        placed: list[RecordMetadata] = await asyncio.gather(*sent)

    async with consumer_of(broker, topic) as consumer:
        records = await read(consumer, 210)

    assert len({(key, where.partition) for key, where in zip(keys, placed, strict=True)}) == 7
    for key in set(keys):
        numbers = [int(record.value) for record in records if record.key == key]
        assert numbers == sorted(numbers)
        assert len(numbers) == 30


@pytest.mark.parametrize("compression", [None, "zstd"])
async def test_an_event_of_900_kb_passes(broker: Broker, unique_name: Name, compression: str) -> None:
    topic = await create_topic(broker, unique_name("topic"), max_message_bytes=1_048_588)
    value = os.urandom(900_000)

    await produce(broker, topic, [value, b"next"], max_request_size=1_000_000, compression_type=compression)

    async with consumer_of(broker, topic, max_partition_fetch_bytes=10_000) as consumer:
        assert [record.value for record in await read(consumer, 2)] == [value, b"next"]


async def test_an_event_beyond_the_topics_limit_is_refused(broker: Broker, unique_name: Name) -> None:
    topic = await create_topic(broker, unique_name("topic"), max_message_bytes=10_000)

    with pytest.raises(MessageSizeTooLargeError):
        await produce(broker, topic, [os.urandom(11_000)])

    assert (await produce(broker, topic, [b"small"]))[0].offset == 0


async def test_an_unknown_topic_is_refused_and_not_created(broker: Broker, unique_name: Name) -> None:
    topic = unique_name("unknown")
    async with producer_of(broker, request_timeout_ms=1_000, retry_backoff_ms=50) as producer:
        with pytest.raises(UnknownTopicOrPartitionError):
            await producer.send_and_wait(topic, b"value")

    async with admin_of(broker) as admin:
        assert (await admin.describe_topics([topic]))[0]["error_code"] == 3
        assert topic not in await admin.list_topics()


async def test_an_idempotent_producer_keeps_order_and_count(broker: Broker, unique_name: Name) -> None:
    topic = await create_topic(broker, unique_name("topic"))

    await produce(broker, topic, [str(at).encode() for at in range(500)], enable_idempotence=True, linger_ms=2)

    async with consumer_of(broker, topic) as consumer:
        records = await read(consumer, 500)
        assert await consumer.end_offsets([first(topic)]) == {first(topic): 500}
    assert [int(record.value) for record in records] == list(range(500))


async def test_a_waiting_consumer_gets_an_event_at_once(broker: Broker, unique_name: Name) -> None:
    topic = await create_topic(broker, unique_name("topic"))
    delays = []
    async with consumer_of(broker, topic, fetch_max_wait_ms=5_000) as consumer, producer_of(broker) as producer:
        for _ in range(10):
            waiting = asyncio.create_task(consumer.getone())
            await asyncio.sleep(0.05)
            sent_at = time.monotonic()
            await producer.send_and_wait(topic, b"value")
            await asyncio.wait_for(waiting, 10)
            delays.append(time.monotonic() - sent_at)

    assert sorted(delays)[5] < 0.25, delays
