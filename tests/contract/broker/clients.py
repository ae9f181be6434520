"""Short ways to clients, topics and waiting; all of them unmodified aiokafka."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.structs import RecordMetadata

from tests.stack.brokers import Broker

SECONDS = 30.0


@asynccontextmanager
async def admin_of(broker: Broker) -> AsyncIterator[AIOKafkaAdminClient]:
    """A started admin client."""
    client = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def producer_of(broker: Broker, **options: Any) -> AsyncIterator[AIOKafkaProducer]:
    """A started producer that asks for the broker's word (acks=all)."""
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all", **options)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def consumer_of(broker: Broker, *topics: str, **options: Any) -> AsyncIterator[AIOKafkaConsumer]:
    """A started consumer that reads from the beginning and commits nothing by itself."""
    defaults = {"auto_offset_reset": "earliest", "enable_auto_commit": False, "retry_backoff_ms": 50}
    if "group_id" in options:
        defaults |= {"session_timeout_ms": 2_000, "heartbeat_interval_ms": 200, "rebalance_timeout_ms": 10_000}
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=broker.bootstrap, **(defaults | options))
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def create_topic(broker: Broker, name: str, partitions: int = 1, **config: Any) -> str:
    """Create a topic and wait until its leaders are known; its name. `retention_ms=1` means `retention.ms`."""
    configs = {key.replace("_", "."): str(value) for key, value in config.items()}
    async with admin_of(broker) as admin:
        answer = await admin.create_topics([NewTopic(name, partitions, 1, topic_configs=configs)])
        assert answer.topic_errors[0][1] == 0, answer

        async def has_leaders() -> bool:
            rows = (await admin.describe_topics([name]))[0]["partitions"]
            return len(rows) == partitions and all(row["leader"] >= 0 and not row["error_code"] for row in rows)

        await eventually(has_leaders)
    return name


async def produce(broker: Broker, topic: str, values: Iterable[bytes], **options: Any) -> list[RecordMetadata]:
    """Send all to partition 0 and wait until the broker has acknowledged them."""
    async with producer_of(broker, **options) as producer:
        sent = [await producer.send(topic, value, partition=0) for value in values]
        return list(await asyncio.gather(*sent))


async def read(consumer: AIOKafkaConsumer, count: int, seconds: float = SECONDS) -> list[ConsumerRecord]:
    """At least `count` records. Raises TimeoutError."""
    records: list[ConsumerRecord] = []
    async with asyncio.timeout(seconds):
        while len(records) < count:
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                records += batch
    return records


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = SECONDS) -> None:
    """Poll until `condition` holds. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.05)


def first(topic: str) -> TopicPartition:
    """A topic's partition 0."""
    return TopicPartition(topic, 0)
