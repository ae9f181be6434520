"""Delivery and ownership on real brokers: what is dead-lettered, what is left unacknowledged, who owns what."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from shared import codec, kafka
from shared.consume import consume
from shared.delivery import REPLAY_GROUP_HEADER, Delivery, Message, Output, PassingError, Result, Retry, Stage
from shared.events import DeadLetter, SourcePolled
from shared.kafka import DependencyDownError
from shared.status_server import Health
from shared.topics import Topic
from tests.contract.broker.clients import create_topic, eventually
from tests.stack.brokers import Broker

Name = Callable[[str], str]
NOW = datetime(2026, 10, 18, tzinfo=UTC)


class Step:
    """A stage on topics of its own, with a state that notes what happens to it."""

    def __init__(self, broker: Broker, name: str, topic: Topic, out: Topic) -> None:
        self.broker, self.topic, self.out = broker, topic, out
        self.stage = Stage(name, topic, SourcePolled, retry=Retry(attempts=3, first_pause_seconds=0.01))
        self.handled: list[str] = []
        self.owned: set[int] = set()
        self.log: list[str] = []
        self.faults: dict[str, list[Exception]] = {}

    async def rebuild(self, partition: int) -> None:
        self.owned.add(partition)
        self.log.append(f"rebuild {partition}")

    def drop(self, partition: int) -> None:
        self.owned.discard(partition)
        self.log.append(f"drop {partition}")

    def safe_offset(self, partition: int, consumed: int) -> int:
        assert partition in self.owned
        return consumed

    async def __call__(self, event: SourcePolled, _: Message) -> Result:
        if faults := self.faults.get(event.source_id):
            raise faults.pop(0)
        self.handled.append(event.source_id)
        return Result(events=(Output(self.out, event.source_id, event),))

    @asynccontextmanager
    async def running(self) -> AsyncIterator["asyncio.Task[None]"]:
        """The step consumes meanwhile; afterwards it is stopped in order."""
        stop = asyncio.Event()
        producer = kafka.producer(self.broker.bootstrap)
        await producer.start()
        delivery = Delivery(self.stage, self, producer)
        task = asyncio.create_task(consume(self.broker.bootstrap, delivery, self, stop, Health("test")))
        try:
            yield task
        finally:
            stop.set()
            await asyncio.wait({task}, timeout=20)
            await producer.stop()

    async def read(self, topic: str) -> list[Any]:
        """All records of a topic."""
        return [record async for record in kafka.read_all(self.broker.bootstrap, topic)]


@pytest.fixture
async def step(broker: Broker, unique_name: Name) -> Step:
    topics = [Topic(unique_name(kind), SourcePolled, "id", 1) for kind in ("in", "out")]
    for topic, partitions in ((topics[0], 2), (topics[1], 1)):
        await create_topic(broker, topic.name, partitions)
    await create_topic(broker, topics[0].dead, 2)
    return Step(broker, unique_name("stage"), *topics)


@pytest.fixture
async def producer(broker: Broker) -> AsyncIterator[AIOKafkaProducer]:
    client = kafka.producer(broker.bootstrap)
    await client.start()
    yield client
    await client.stop()


def event(name: str) -> bytes:
    return codec.encode(SourcePolled(source_id=name, polled_at=NOW, outcome="ok"))


async def test_what_fails_is_kept_and_the_rest_flows_on(step: Step, producer: AIOKafkaProducer) -> None:
    step.faults = {
        "busy": [PassingError("busy")] * 2,
        "stuck": [PassingError("stuck")] * 9,
        "bug": [ZeroDivisionError("bug")],
    }
    group = f"tocsin.{step.stage.name}".encode()
    headers = [("origin", b"\xff\x00"), ("other", b"")]
    sends: list[tuple[bytes, list[tuple[str, bytes]]]] = [
        (event("first"), []),
        (b"{broken", headers),
        (event("busy"), []),
        (event("stuck"), []),
        (event("bug"), []),
        (event("for another"), [(REPLAY_GROUP_HEADER, b"tocsin.other")]),
        (event("for us"), [(REPLAY_GROUP_HEADER, group)]),
        (event("last"), []),
    ]
    for value, given in sends:
        await producer.send_and_wait(step.topic.name, value, key=b"k", partition=0, headers=given)
    async with step.running():
        await eventually(lambda: _holds(lambda: "last" in step.handled))
    assert step.handled == ["first", "busy", "for us", "last"]
    letters = {r.offset: codec.decode(r.value, DeadLetter) for r in await step.read(step.topic.dead)}.values()
    assert {(letter.offset, letter.attempts) for letter in letters} == {(1, 1), (3, 3), (4, 1)}
    broken = next(letter for letter in letters if letter.offset == 1)
    assert (broken.topic, broken.partition, broken.value, broken.key) == (step.topic.name, 0, b"{broken", b"k")
    assert (broken.stage, broken.consumer_group) == (step.stage.name, group.decode())
    assert broken.headers == tuple(headers)
    assert "undecodable" in broken.error
    assert len(await step.read(step.out.name)) == 4
    async with step.running():  # all of it was acknowledged
        await producer.send_and_wait(step.topic.name, event("later"), partition=0)
        await eventually(lambda: _holds(lambda: "later" in step.handled))
    assert step.handled[4:] == ["later"]


async def test_a_dependency_that_is_down_leaves_the_batch_unacknowledged(
    step: Step, producer: AIOKafkaProducer
) -> None:
    step.faults = {"b": [DependencyDownError("redis")]}
    for name in "abc":
        await producer.send_and_wait(step.topic.name, event(name), partition=0)
    async with step.running() as task:
        await asyncio.wait({task}, timeout=20)
        assert isinstance(task.exception(), DependencyDownError)
    assert step.handled == ["a"]
    assert not await step.read(step.topic.dead)
    async with step.running():
        await eventually(lambda: _holds(lambda: "c" in step.handled))
    assert step.handled == ["a", "a", "b", "c"]


async def test_state_goes_and_comes_with_its_partition(step: Step, producer: AIOKafkaProducer) -> None:
    second = Step(step.broker, step.stage.name, step.topic, step.out)
    async with step.running():
        await eventually(lambda: _holds(lambda: step.owned == {0, 1}))
        async with second.running():
            await eventually(lambda: _holds(lambda: len(step.owned) == len(second.owned) == 1))
            assert step.owned | second.owned == {0, 1}
            for partition in (0, 1):
                await producer.send_and_wait(step.topic.name, event(f"p{partition}"), partition=partition)
            await eventually(lambda: _holds(lambda: len(step.handled) == len(second.handled) == 1))
            (moved,) = second.owned
        await eventually(lambda: _holds(lambda: step.owned == {0, 1}))
        # What the first knew of it was forgotten when it went, and learnt anew when it came back.
        assert [line for line in step.log if line.endswith(str(moved))][-2:] == [f"drop {moved}", f"rebuild {moved}"]
        assert step.log.count(f"rebuild {moved}") == step.log.count(f"drop {moved}") + 1
        assert not second.owned


async def _holds(condition: Callable[[], bool]) -> bool:
    return condition()
