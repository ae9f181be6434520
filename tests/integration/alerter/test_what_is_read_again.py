"""What a rebuild reads: that which a group has not committed, or is younger than it needs; on both brokers."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

from aiokafka import ConsumerRecord

from shared import kafka
from tests.contract.broker.clients import consumer_of, create_topic, first, producer_of
from tests.stack.brokers import Broker

NOON = datetime(2026, 10, 18, 12, tzinfo=UTC)


async def offsets(records: AsyncIterator[ConsumerRecord]) -> list[int]:
    return [record.offset async for record in records]


async def test_what_a_group_has_not_committed(broker: Broker, unique_name: Callable[[str], str]) -> None:
    topic, group = await create_topic(broker, unique_name("topic")), unique_name("group")
    async with producer_of(broker) as producer:
        for number in range(10):
            await producer.send_and_wait(topic, b"%d" % number)
    assert await offsets(kafka.read_all(broker.bootstrap, topic, [0], group=group)) == list(range(10))
    async with consumer_of(broker, topic, group_id=group) as member:
        await member.getone()
        for committed in (4, 10):
            await member.commit({first(topic): committed})
            left = await offsets(kafka.read_all(broker.bootstrap, topic, [0], group=group))
            assert left == list(range(committed, 10))
        assert await member.committed(first(topic)) == 10  # it read beside the group, not in it
        assert member.assignment() == {first(topic)}


async def test_what_is_younger(broker: Broker, unique_name: Callable[[str], str]) -> None:
    topic = await create_topic(broker, unique_name("topic"), retention_ms=-1)
    async with producer_of(broker) as producer:
        for day in range(10):
            at = int((NOON + timedelta(days=day)).timestamp() * 1000)
            await producer.send_and_wait(topic, b"%d" % day, timestamp_ms=at)
    for since, expected in ((-5, 0), (3, 3), (3.5, 4), (50, 10)):
        moment = NOON + timedelta(days=since)
        assert await offsets(kafka.read_all(broker.bootstrap, topic, [0], since=moment)) == list(range(expected, 10))
