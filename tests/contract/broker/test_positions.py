"""Finding one's place in a log: by offset, by time, after retention."""

import functools
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka.errors import OffsetOutOfRangeError

from shared.kafka import read_all
from shared.stall import waiting_messages
from tests.contract.broker.clients import consumer_of, create_topic, eventually, first, produce, producer_of, read
from tests.stack.brokers import Broker

Name = Callable[[str], str]


async def test_seek_earliest_and_latest(broker: Broker, unique_name: Name) -> None:
    topic = await create_topic(broker, unique_name("topic"))
    await produce(broker, topic, [str(at).encode() for at in range(100)], linger_ms=1)
    async with consumer_of(broker) as consumer:
        consumer.assign([first(topic)])
        assert await consumer.beginning_offsets([first(topic)]) == {first(topic): 0}
        assert await consumer.end_offsets([first(topic)]) == {first(topic): 100}

        consumer.seek(first(topic), 42)
        assert (await read(consumer, 1))[0].offset == 42
        await consumer.seek_to_beginning(first(topic))
        assert (await read(consumer, 1))[0].offset == 0
        await consumer.seek_to_end(first(topic))
        assert await consumer.position(first(topic)) == 100


@pytest.mark.parametrize("compression", [None, "zstd"])
async def test_offsets_by_time_are_exact(broker: Broker, unique_name: Name, compression: str) -> None:
    topic = await create_topic(broker, unique_name("topic"), retention_ms=-1)
    start = 1_700_000_000_000
    async with producer_of(broker, compression_type=compression) as producer:
        for block in range(3):
            batch = producer.create_batch()
            for at in range(10):
                batch.append(key=None, value=b"value", timestamp=start + block * 1_000 + at * 10)
            batch.close()
            await (await producer.send_batch(batch, topic, partition=0))

    async with consumer_of(broker) as consumer:
        for asked, expected in [(0, 0), (start, 0), (start + 41, 5), (start + 1_000, 10), (start + 2_090, 29)]:
            found = await consumer.offsets_for_times({first(topic): asked})
            assert found[first(topic)].offset == expected, asked
        beyond = await consumer.offsets_for_times({first(topic): start + 2_091})
        assert beyond[first(topic)] is None


async def test_an_offset_past_the_end_is_out_of_range(broker: Broker, unique_name: Name) -> None:
    topic = await create_topic(broker, unique_name("topic"))
    await produce(broker, topic, [b"only"])
    async with consumer_of(broker, auto_offset_reset="none") as consumer:
        consumer.assign([first(topic)])
        consumer.seek(first(topic), 1_000)
        with pytest.raises(OffsetOutOfRangeError):
            await read(consumer, 1)


async def test_old_segments_are_deleted_by_size(broker: Broker, unique_name: Name) -> None:
    topic = await create_topic(broker, unique_name("topic"), segment_bytes=1_048_576, retention_bytes=1_048_576)
    await _fill_four_segments(broker, topic)

    async with consumer_of(broker, auto_offset_reset="none") as consumer:
        await _wait_for_deletion(consumer, topic)
        consumer.assign([first(topic)])
        consumer.seek(first(topic), 0)
        with pytest.raises(OffsetOutOfRangeError):
            await read(consumer, 1)
        assert await consumer.end_offsets([first(topic)]) == {first(topic): 40}


async def test_old_segments_are_deleted_by_age_and_offsets_go_on(broker: Broker, unique_name: Name) -> None:
    topic = await create_topic(broker, unique_name("topic"), segment_bytes=1_048_576, retention_ms=60_000)
    long_ago = int(time.time() * 1000) - 3_600_000
    await _fill_four_segments(broker, topic, timestamp_ms=long_ago)

    async with consumer_of(broker) as consumer:
        await _wait_for_deletion(consumer, topic, 40)
        assert (await produce(broker, topic, [b"next"]))[0].offset == 40
        consumer.assign([first(topic)])
        assert (await read(consumer, 1))[0].offset == 40


async def test_nothing_waits_where_retention_has_emptied_a_log_of_which_nothing_was_committed(
    broker: Broker, unique_name: Name
) -> None:
    topic = await create_topic(broker, unique_name("topic"), segment_bytes=1_048_576, retention_ms=60_000)
    await _fill_four_segments(broker, topic, timestamp_ms=1_000_000)
    async with consumer_of(broker) as consumer:
        await _wait_for_deletion(consumer, topic, 40)
    waiting = functools.partial(waiting_messages, broker.bootstrap, unique_name("group"), [first(topic)])
    assert await waiting() == {}
    await produce(broker, topic, [b"next"])
    assert await waiting() == {first(topic): 40}


async def test_that_nothing_is_there_is_known_at_once(broker: Broker, unique_name: Name) -> None:
    topic = await create_topic(broker, unique_name("topic"))
    since = datetime.now(UTC) - timedelta(days=1)
    taken = []
    for _ in range(3):
        began = time.monotonic()
        assert [record async for record in read_all(broker.bootstrap, topic, [0], since=since)] == []
        taken.append(time.monotonic() - began)
    assert min(taken) < 0.4  # a fetch of nothing alone takes half a second


async def test_nothing_is_deleted_with_unlimited_retention(broker: Broker, unique_name: Name) -> None:
    kept = await create_topic(broker, unique_name("kept"), segment_bytes=1_048_576, retention_ms=-1)
    dropped = await create_topic(broker, unique_name("dropped"), segment_bytes=1_048_576, retention_ms=60_000)
    for topic in (kept, dropped):
        await _fill_four_segments(broker, topic, timestamp_ms=1_000_000)

    async with consumer_of(broker) as consumer:
        await _wait_for_deletion(consumer, dropped)
        assert await consumer.beginning_offsets([first(kept)]) == {first(kept): 0}


async def _fill_four_segments(broker: Broker, topic: str, timestamp_ms: int | None = None) -> None:
    async with producer_of(broker) as producer:
        for _ in range(40):
            await producer.send_and_wait(topic, os.urandom(100_000), partition=0, timestamp_ms=timestamp_ms)


async def _wait_for_deletion(consumer: object, topic: str, until: int = 1) -> None:
    async def is_deleted() -> bool:
        return bool((await consumer.beginning_offsets([first(topic)]))[first(topic)] >= until)  # type: ignore[attr-defined]

    await eventually(is_deleted)
