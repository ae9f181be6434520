"""Thin helpers over aiokafka: one producer set-up, and readers that own no group."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from shared.topics import MAX_EVENT_BYTES

FETCH_BYTES = 4_000_000
REQUEST_OVERHEAD_BYTES = 64_000
STOP_SECONDS = 5.0


class DependencyDownError(RuntimeError):
    """Kafka or Redis does not answer. The process stops unacknowledged; its supervisor starts it again."""


class TopicMissingError(DependencyDownError):
    """A topic does not exist. Create it with ``tocsin topics create``; brokers never do so by themselves here."""


def producer(bootstrap: str) -> AIOKafkaProducer:
    """A producer, not started, whose sends are acknowledged by all replicas and not repeated by its own retries."""
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        compression_type="zstd",
        linger_ms=5,
        max_batch_size=262_144,
        max_request_size=MAX_EVENT_BYTES + REQUEST_OVERHEAD_BYTES,
    )


def consumer(bootstrap: str, *topics: str, group: str | None = None) -> AIOKafkaConsumer:
    """A consumer, not started, of raw bytes from the earliest offset; offsets are committed by hand alone."""
    return AIOKafkaConsumer(
        *topics,
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_bytes=FETCH_BYTES * 4,
        max_partition_fetch_bytes=FETCH_BYTES,
        session_timeout_ms=6_000,
        heartbeat_interval_ms=1_000,
        # aiokafka's default is the session timeout: a batch longer than that would cost the member its place.
        rebalance_timeout_ms=60_000,
        max_poll_interval_ms=300_000,
        metadata_max_age_ms=60_000,
    )


@contextlib.asynccontextmanager
async def running_producer(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    """A started producer, stopped at the end. Raises DependencyDownError."""
    made = producer(bootstrap)
    await start(made)
    try:
        yield made
    finally:
        # Where the broker is down it would wait for ever for what it could not send.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(made.stop(), STOP_SECONDS)


async def start(client: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    """Starts a client. Raises DependencyDownError where the broker does not answer."""
    try:
        await client.start()
    except KafkaError as error:
        await client.stop()
        raise DependencyDownError(f"Kafka: {error!r}") from error


async def partitions_of(reader: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    """All partitions of the topic, in order. Raises TopicMissingError."""
    for _ in range(20):
        await reader._client.add_topic(topic)
        known = reader.partitions_for_topic(topic)
        if known:
            return [TopicPartition(topic, number) for number in sorted(known)]
        await asyncio.sleep(0.1)
        await reader._client.force_metadata_update()
    raise TopicMissingError(f"topic {topic} does not exist: run 'tocsin topics create'")


async def read_all(
    bootstrap: str,
    topic: str,
    partitions: Sequence[int] | None = None,
    since: datetime | None = None,
    group: str | None = None,
) -> AsyncIterator[ConsumerRecord]:
    """Every record that these partitions held when the reading began, in order within a partition.

    With ``since`` only those from that time on; with ``group`` those that this group has not committed, which it does
    not join. Raises DependencyDownError.
    """
    reader = consumer(bootstrap, group=group)
    await start(reader)
    try:
        every = await partitions_of(reader, topic)
        wanted = [tp for tp in every if partitions is None or tp.partition in partitions]
        if not wanted:
            return
        ends = await take_paused(reader, wanted)
        if group is None:
            await _seek(reader, wanted, since)
        left = {tp for tp in wanted if await reader.position(tp) < ends[tp]}
        reader.resume(*left)
        while left:
            for tp, records in (await reader.getmany(*left, timeout_ms=1000)).items():
                for record in records:
                    if record.offset < ends[tp]:
                        yield record
            left = {tp for tp in left if await reader.position(tp) < ends[tp]}
    except KafkaError as error:
        raise DependencyDownError(f"reading {topic}: {error}") from error
    finally:
        await reader.stop()


async def take_paused(reader: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
    """Assigns partitions by hand, so that it joins no group, and pauses them. Returns where they end now.

    A fetch of nothing is held for half a second by the broker, and what else is asked waits behind it: they are to be
    resumed once it is clear where to begin.
    """
    reader.assign(partitions)
    reader.pause(*partitions)
    ends: dict[TopicPartition, int] = await reader.end_offsets(partitions)
    return ends


async def _seek(reader: AIOKafkaConsumer, partitions: Sequence[TopicPartition], since: datetime | None) -> None:
    await reader.seek_to_beginning(*partitions)
    if since is None:
        return
    moment = int(since.timestamp() * 1000)
    found = await reader.offsets_for_times(dict.fromkeys(partitions, moment))
    for tp, position in found.items():
        if position is None:
            await reader.seek_to_end(tp)
        else:
            reader.seek(tp, position.offset)
