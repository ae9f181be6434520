"""Consumer groups: sharing, rebalancing, fencing, committed offsets."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError
from aiokafka.protocol.admin import DeleteGroupsRequest
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.group import HeartbeatRequest
from aiokafka.structs import OffsetAndMetadata

from tests.contract.broker.clients import admin_of, consumer_of, create_topic, eventually, first, produce, read
from tests.stack.brokers import Broker

Name = Callable[[str], str]
_MEMBER = Path(__file__).with_name("member.py")


async def test_two_members_share_and_take_over_on_leave(broker: Broker, unique_name: Name) -> None:
    topic, group = await create_topic(broker, unique_name("topic"), partitions=4), unique_name("group")
    async with consumer_of(broker, topic, group_id=group) as stays:
        await _has(stays, 4)
        async with consumer_of(broker, topic, group_id=group) as leaves:
            await _has(stays, 2)
            await _has(leaves, 2)
            assert not stays.assignment() & leaves.assignment()
        await _has(stays, 4)


async def test_the_work_of_a_killed_member_is_taken_over(broker: Broker, unique_name: Name) -> None:
    topic, group = await create_topic(broker, unique_name("topic"), partitions=4), unique_name("group")
    async with consumer_of(broker, topic, group_id=group) as survivor, _member(broker, topic, group) as victim:
        await _has(survivor, 2)
        victim.send_signal(signal.SIGKILL)
        await _has(survivor, 4)


async def test_three_members_that_come_together_share_everything(broker: Broker, unique_name: Name) -> None:
    topic, group = await create_topic(broker, unique_name("topic"), partitions=6), unique_name("group")
    async with (
        consumer_of(broker, topic, group_id=group) as one,
        consumer_of(broker, topic, group_id=group) as two,
        consumer_of(broker, topic, group_id=group) as three,
    ):
        for member in (one, two, three):
            await _has(member, 2)
        assert len(one.assignment() | two.assignment() | three.assignment()) == 6


async def test_a_static_member_that_comes_back_takes_its_place(broker: Broker, unique_name: Name) -> None:
    topic, group = await create_topic(broker, unique_name("topic"), partitions=2), unique_name("group")
    for _ in range(2):
        async with consumer_of(broker, topic, group_id=group, group_instance_id="desk-1") as consumer:
            await _has(consumer, 2)


async def test_committed_offsets_are_where_the_next_member_begins(broker: Broker, unique_name: Name) -> None:
    topic, group = await create_topic(broker, unique_name("topic")), unique_name("group")
    await produce(broker, topic, [str(at).encode() for at in range(10)])
    async with consumer_of(broker, topic, group_id=group) as consumer:
        await read(consumer, 10)
        await consumer.commit({first(topic): OffsetAndMetadata(4, "note")})

    async with consumer_of(broker, topic, group_id=group) as consumer:
        assert await consumer.committed(first(topic)) == 4
        assert (await read(consumer, 1))[0].offset == 4
    async with admin_of(broker) as admin:
        assert await admin.list_consumer_group_offsets(group) == {first(topic): OffsetAndMetadata(4, "note")}


async def test_a_member_of_an_earlier_generation_cannot_commit(broker: Broker, unique_name: Name) -> None:
    topic, group = await create_topic(broker, unique_name("topic"), partitions=2), unique_name("group")
    async with consumer_of(broker, topic, group_id=group) as consumer, admin_of(broker) as admin:
        await _has(consumer, 2)
        coordinator = consumer._coordinator
        member, generation = coordinator.member_id, coordinator.generation
        node = await admin.find_coordinator(group)

        async def code_of_commit(generation: int, member: str) -> int:
            request = OffsetCommitRequest(group, generation, member, -1, [(topic, [(0, 7, "")])])
            return int((await admin._send_request(request, node)).topics[0][1][0][1])

        assert await code_of_commit(generation, member) == 0
        assert await code_of_commit(generation - 1, member) == 22
        assert await code_of_commit(generation, "nobody") == 25
        assert await code_of_commit(-1, "") == 25
        assert (await admin._send_request(HeartbeatRequest(group, generation - 1, member), node)).error_code == 22
        assert await consumer.committed(first(topic)) == 7


async def test_a_member_that_was_declared_dead_cannot_commit(broker: Broker, unique_name: Name) -> None:
    topic, group = await create_topic(broker, unique_name("topic"), partitions=2), unique_name("group")
    await produce(broker, topic, [b"event"])
    async with consumer_of(broker, topic, group_id=group, heartbeat_interval_ms=1_500) as stuck:
        await _has(stuck, 2)
        async with admin_of(broker) as admin:
            member = stuck._coordinator.member_id
            from aiokafka.protocol.group import LeaveGroupRequest

            await admin._send_request(LeaveGroupRequest(group, member), await admin.find_coordinator(group))
        with pytest.raises(CommitFailedError):
            await stuck.commit({first(topic): 1})


async def test_a_lone_consumer_commits_without_a_generation(broker: Broker, unique_name: Name) -> None:
    topic, group = await create_topic(broker, unique_name("topic")), unique_name("group")
    async with consumer_of(broker, group_id=group) as consumer:
        consumer.assign([first(topic)])
        await consumer.commit({first(topic): 3})
        assert await consumer.committed(first(topic)) == 3


async def test_groups_are_listed_described_and_deleted(broker: Broker, unique_name: Name) -> None:
    topic, group = await create_topic(broker, unique_name("topic"), partitions=2), unique_name("group")

    async def state() -> str:
        return str((await admin.describe_consumer_groups([group]))[0].groups[0][2])

    async def delete() -> int:
        answer = await admin._send_request(DeleteGroupsRequest([group]), await admin.find_coordinator(group))
        return int(answer.results[0][1])

    async with admin_of(broker) as admin:
        async with consumer_of(broker, topic, group_id=group) as consumer:
            await _has(consumer, 2)
            assert (group, "consumer") in await admin.list_consumer_groups()
            assert await state() == "Stable"
            assert await delete() == 68
            await consumer.commit({first(topic): 1, TopicPartition(topic, 1): 2})
        await eventually(lambda: _is(state, "Empty"))
        assert await delete() == 0
        assert await delete() == 69
        assert await admin.list_consumer_group_offsets(group) == {}


async def _is(state: Callable[[], object], wanted: str) -> bool:
    return bool(await state() == wanted)  # type: ignore[misc]


async def _has(consumer: AIOKafkaConsumer, count: int) -> None:
    async def has() -> bool:
        return len(consumer.assignment()) == count

    await eventually(has)


@asynccontextmanager
async def _member(broker: Broker, topic: str, group: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A member in a process of its own, once it has partitions."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, _MEMBER, broker.bootstrap, topic, group, stdout=asyncio.subprocess.PIPE, env=dict(os.environ)
    )
    assert process.stdout
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 30)
        assert line.startswith(b"assigned")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
