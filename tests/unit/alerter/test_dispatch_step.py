"""What the dispatcher knows of a partition, and what it does with receivers that vanish, change or make no sense."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.alerter.dispatch.attempt import Attempt, Verdict
from services.alerter.dispatch.dispatch_step import Dispatch, PartitionBook
from shared import codec
from shared.config.history import History
from shared.config.receivers import Receiver
from shared.delivery import Message
from shared.events import ConfigChanged, NotificationRequested, NotificationSent
from shared.tasks import until_first_ends
from tests.unit.alerter.samples import NOW, FakeClock, request

DELIVERED = Attempt(Verdict.DELIVERED, 200)


def sent(outcome: Any, story: str = "s1", attempt: int = 1) -> NotificationSent:
    asked = request("deir", story)
    return NotificationSent(
        notification_id=asked.notification_id, receiver_id="desk", alert_id=asked.alert.alert_id, revision=1,
        outcome=outcome, attempt=attempt, sent_at=NOW,
        next_attempt_at=None if outcome == "sending" else NOW + timedelta(seconds=5),
    )  # fmt: skip


def message(partition: int = 0, offset: int = 0) -> Message:
    return Message("notifications.requested", partition, offset, b"desk", b"")


# ---------------------------------------------------------------- the book


@pytest.mark.parametrize(
    ("outcomes", "done"),
    [
        ([], False),
        (["sending"], False),
        (["retrying", "unknown"], False),
        (["delivered"], True),
        (["failed"], True),
        (["delivered", "sending", "retrying"], True),  # another process was late with its record
    ],
)
def test_what_is_done_stays_done(outcomes: list[str], done: bool) -> None:
    book = PartitionBook()
    for outcome in outcomes:
        book.note(sent(outcome))
    assert book.is_done(request().notification_id) is done
    assert not (done and book.last)


def test_of_what_is_done_only_ids_are_kept() -> None:
    book = PartitionBook()
    for number in range(50):
        book.pending[request("deir", str(number)).notification_id] = number
        book.note(sent("sending", str(number)))
        book.note(sent("delivered", str(number)))
    assert (len(book.done), book.last, book.pending) == (50, {}, {})


# ---------------------------------------------------------------- the step


class Producer:
    """A broker that confirms everything."""

    def __init__(self) -> None:
        self.sent: list[NotificationSent] = []

    async def send(self, topic: str, value: bytes, key: bytes) -> "asyncio.Future[None]":
        assert (topic, key) == ("notifications.sent", b"desk")
        self.sent.append(codec.decode(value, NotificationSent))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


class Notifier:
    """Answers in turn; an exception is raised."""

    def __init__(self, *answers: Attempt | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str]] = []

    async def send(self, receiver: Receiver, asked: NotificationRequested) -> Attempt:
        self.asked.append((receiver.type, asked.notification_id))
        answer = self.answers.pop(0) if self.answers else DELIVERED
        if isinstance(answer, Exception):
            raise answer
        return answer


class World:
    """A dispatcher with everything around it."""

    def __init__(self, *answers: Attempt | Exception) -> None:
        self.clock, self.producer, self.notifier = FakeClock(), Producer(), Notifier(*answers)
        self.receivers = History()
        notifiers = {"webhook": self.notifier, "slack": self.notifier}
        self.step = Dispatch("", self.producer, self.receivers, notifiers, self.clock, 5)

    def define(self, **body: Any) -> None:
        based_on = self.receivers.versions.get("desk", 0)
        change = ConfigChanged(
            id="desk", based_on=based_on, owner="t", changed_at=NOW, created_at=NOW, body=body or None
        )
        assert self.receivers.apply(change)

    async def take(self, story: str, offset: int, partition: int = 0) -> dict[str, object]:
        note = (await self.step(request("deir", story), message(partition, offset))).note
        await self.turn()
        return note

    async def turn(self) -> None:
        self.clock.advance(0.01)  # more than the spacing
        for lane in self.step._lanes.values():
            lane._wake.set()
        for _ in range(60):
            await asyncio.sleep(0)

    @property
    def outcomes(self) -> list[str]:
        return [record.outcome for record in self.producer.sent]


HOOK = {"id": "desk", "type": "webhook", "url": "https://e.org/", "per_second": 1000}
SLACK = {"id": "desk", "type": "slack", "url": {"env": "X"}, "per_second": 1000}


@pytest.fixture
async def lanes() -> AsyncIterator[list[World]]:
    worlds: list[World] = []
    yield worlds
    for world in worlds:
        async for task in _tasks(world):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _tasks(world: World) -> AsyncIterator["asyncio.Task[None]"]:
    while not world.step._running.empty():
        yield world.step._running.get_nowait()


async def test_a_request_is_sent_once_and_committed_when_it_is_done(lanes: list[World]) -> None:
    world = World(Attempt(Verdict.AGAIN, 503))
    lanes.append(world)
    world.define(**HOOK)
    assert world.step.safe_offset(0, 7) == 7
    await world.take("a", 7)
    assert world.step.safe_offset(0, 8) == 7
    assert (await world.take("a", 8))["repeat"]
    world.clock.advance(10)
    await world.turn()
    assert world.step.safe_offset(0, 9) == 9
    assert world.outcomes == ["retrying", "delivered"]
    assert (await world.take("a", 9))["repeat"]
    assert len(world.notifier.asked) == 2
    assert len({asked for _, asked in world.notifier.asked}) == 1


async def test_a_slack_send_is_on_record_before_it_begins(lanes: list[World]) -> None:
    world = World()
    lanes.append(world)
    world.define(**SLACK)
    await world.take("a", 0)
    assert world.outcomes == ["sending", "delivered"]


async def test_a_slack_send_without_end_on_record_is_listed_as_unknown_and_goes_on(lanes: list[World]) -> None:
    world = World()
    lanes.append(world)
    world.define(**SLACK)
    world.step._books[0].note(sent("sending", "a", attempt=2))
    result = await world.step(request("deir", "a"), message())
    assert [output.event.outcome for output in result.events] == ["unknown"]  # type: ignore[attr-defined]
    await world.turn()
    assert [(r.outcome, r.attempt) for r in world.producer.sent] == [("sending", 3), ("delivered", 3)]


async def test_a_receiver_that_vanished_is_waited_for(lanes: list[World]) -> None:
    world = World()
    lanes.append(world)
    await world.take("a", 0)
    assert world.outcomes == ["retrying"]
    assert "desk" in world.producer.sent[0].error
    world.define(**HOOK)
    world.clock.advance(10)
    await world.turn()
    assert world.outcomes == ["retrying", "delivered"]


async def test_a_receiver_that_changed_is_sent_to_as_it_is_now(lanes: list[World]) -> None:
    world = World(Attempt(Verdict.AGAIN))
    lanes.append(world)
    world.define(**HOOK)
    await world.take("a", 0)
    world.define(**SLACK)
    world.clock.advance(10)
    await world.turn()
    assert [kind for kind, _ in world.notifier.asked] == ["webhook", "slack"]


@pytest.mark.parametrize("body", [{"id": "desk", "type": "pigeon"}, HOOK | {"since_version_9": True}])
async def test_a_receiver_that_makes_no_sense_stops_nobody(lanes: list[World], body: dict[str, Any]) -> None:
    world = World()
    lanes.append(world)
    world.define(**body)
    await world.take("a", 0)
    assert world.outcomes == ["retrying"]


async def test_a_bug_in_a_notifier_costs_a_turn(lanes: list[World]) -> None:
    world = World(KeyError("whsec_verysecret"))
    lanes.append(world)
    world.define(**HOOK)
    await world.take("a", 0)
    await world.take("b", 1)
    assert world.outcomes == ["retrying", "delivered"]
    assert "verysecret" not in world.producer.sent[0].error


async def test_a_partition_that_went_and_came_back_is_tried_on(lanes: list[World]) -> None:
    world = World(Attempt(Verdict.AGAIN), Attempt(Verdict.AGAIN))
    lanes.append(world)
    world.define(**HOOK)
    await world.take("a", 0)
    world.step.drop(0)
    world.clock.advance(10)
    await world.turn()
    assert len(world.notifier.asked) == 1  # it is another's
    assert world.step.safe_offset(0, 0) == 0
    await world.take("a", 0)
    assert len(world.notifier.asked) == 2
    world.clock.advance(10)
    await world.turn()
    assert world.outcomes[-1] == "delivered"


async def test_only_its_own_partition_is_dropped(lanes: list[World]) -> None:
    world = World(Attempt(Verdict.AGAIN), Attempt(Verdict.AGAIN))
    lanes.append(world)
    world.define(**HOOK)
    await world.take("a", 0, partition=0)
    await world.take("b", 0, partition=1)
    world.step.drop(0)
    world.clock.advance(20)
    await world.turn()
    assert [asked for _, asked in world.notifier.asked].count(request("deir", "b").notification_id) == 2
    assert [asked for _, asked in world.notifier.asked].count(request("deir", "a").notification_id) == 1


async def test_a_broker_that_is_down_ends_the_dispatcher(lanes: list[World]) -> None:
    world = World()
    lanes.append(world)
    world.define(**HOOK)

    async def fail(*_: object, **__: object) -> None:
        raise ConnectionError("no broker")

    world.producer.send = fail  # type: ignore[assignment,method-assign]
    running = asyncio.create_task(until_first_ends(world.step.run_lanes()))
    await world.take("a", 0)
    with pytest.raises(ConnectionError):
        await asyncio.wait_for(running, 2)
