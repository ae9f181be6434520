"""A lane on a clock that the test moves: order, pace, one send in flight for each alert, rest after failures."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from services.alerter.dispatch.attempt import Attempt, Verdict
from services.alerter.dispatch.lane import Lane, Pending, rest_seconds
from shared.events import NotificationRequested, NotificationSent
from tests.unit.alerter.samples import NOW, FakeClock, request

OK, DOWN = Attempt(Verdict.DELIVERED, 200), Attempt(Verdict.AGAIN, 503, "HTTP 503")


class Receiver:
    """Answers what it is told to, at once or when it is let."""

    def __init__(self, clock: FakeClock, answer: Attempt = OK) -> None:
        self.clock, self.answer = clock, answer
        self.begun: list[tuple[str, int]] = []
        self.recorded: list[NotificationSent] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.at_once = self.most_at_once = 0

    async def send(self, asked: NotificationRequested, number: int) -> Attempt:
        """A lane's ``send``."""
        self.begun.append((asked.alert.story_id, number))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.gate.wait()
        self.at_once -= 1
        return self.answer

    async def record(self, sent: NotificationSent) -> None:
        """A lane's ``record``."""
        self.recorded.append(sent)

    @property
    def stories(self) -> list[str]:
        """What was begun, in order."""
        return [story for story, _ in self.begun]


async def turn() -> None:
    """Lets everything run that can run now."""
    for _ in range(30):
        await asyncio.sleep(0)


@asynccontextmanager
async def lane_of(receiver: Receiver, spacing: float = 0.0, concurrency: int = 10) -> AsyncIterator[Lane]:
    lane = Lane(receiver.send, receiver.record, receiver.clock, lambda: spacing, concurrency)
    task = asyncio.create_task(lane.run())
    try:
        yield lane
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def pending(story: str, order: int = 0, after: float = 0.0, attempts: int = 0, watch: str = "deir") -> Pending:
    return Pending(NOW + timedelta(seconds=after), order, request(watch, story), attempts)


def _waker(lane: Lane) -> Callable[[], None]:
    return lane._wake.set


async def test_what_is_due_is_sent_in_order_and_what_is_not_waits() -> None:
    receiver = Receiver(FakeClock())
    async with lane_of(receiver) as lane:
        for story, order, after in (("c", 3, 0.0), ("a", 1, 0.0), ("later", 0, 60.0), ("b", 2, 0.0)):
            lane.add(pending(story, order, after))
        await turn()
        assert receiver.stories == ["a", "b", "c"]
        assert len(lane) == 1
        receiver.clock.advance(60)
        _waker(lane)()
        await turn()
        assert receiver.stories == ["a", "b", "c", "later"]


async def test_spacing_is_kept() -> None:
    receiver = Receiver(FakeClock())
    async with lane_of(receiver, spacing=1.0) as lane:
        for order in range(3):
            lane.add(pending(str(order), order))
        for expected in (1, 2, 3):
            await turn()
            assert len(receiver.begun) == expected
            receiver.clock.advance(1)
            _waker(lane)()


async def test_one_send_is_in_flight_for_each_alert_and_no_more_than_allowed() -> None:
    receiver = Receiver(FakeClock())
    receiver.gate.clear()
    async with lane_of(receiver, concurrency=3) as lane:
        lane.add(pending("a", 1))
        lane.add(pending("a", 2))
        lane.add(pending("b", 3))
        await turn()
        assert receiver.stories == ["a", "b"]
        for order, story in enumerate("cde"):
            lane.add(pending(story, 10 + order))
        await turn()
        assert receiver.most_at_once == 3
        receiver.gate.set()
        await turn()
        assert sorted(receiver.stories) == ["a", "a", "b", "c", "d", "e"]
        assert receiver.most_at_once == 3


async def test_an_alert_that_waits_for_itself_holds_up_no_other() -> None:
    receiver = Receiver(FakeClock())
    receiver.gate.clear()
    async with lane_of(receiver) as lane:
        lane.add(pending("a", 1))
        await turn()
        lane.add(pending("a", 2))
        lane.add(pending("b", 3, after=0.01))
        await turn()
        assert lane._pause() == 0.01
        receiver.clock.advance(0.01)
        _waker(lane)()
        await turn()
        assert receiver.stories == ["a", "b"]


async def test_a_failure_is_due_again_by_the_schedule() -> None:
    receiver = Receiver(FakeClock(), DOWN)
    async with lane_of(receiver) as lane:
        lane.add(pending("a"))
        await turn()
        assert [(s.outcome, s.attempt) for s in receiver.recorded] == [("retrying", 1)]
        receiver.clock.advance(4.9)
        _waker(lane)()
        await turn()
        assert len(receiver.begun) == 1
        receiver.clock.advance(1.2)
        receiver.answer = OK
        _waker(lane)()
        await turn()
        assert receiver.begun == [("a", 1), ("a", 2)]
        assert receiver.recorded[-1].outcome == "delivered"
        assert len(lane) == 0


def test_a_receiver_rests_longer_the_longer_it_fails_up_to_five_minutes() -> None:
    assert [rest_seconds(n) for n in (0, 1, 2, 3, 4, 5, 9, 10, 500)] == [0, 0, 0, 5, 10, 20, 300, 300, 300]


async def test_after_three_failures_one_notification_asks_before_the_others() -> None:
    receiver = Receiver(FakeClock(), DOWN)
    async with lane_of(receiver, concurrency=1) as lane:
        for order in range(3):
            lane.add(pending(str(order), order))
        await turn()
        assert len(receiver.begun) == 3
        for order in range(3, 9):
            lane.add(pending(str(order), order))
        await turn()
        assert len(receiver.begun) == 3  # it rests
        lane._concurrency = 10
        receiver.gate.clear()
        receiver.clock.advance(5)
        _waker(lane)()
        await turn()
        assert len(receiver.begun) == 4  # one asks
        receiver.answer = OK
        receiver.gate.set()
        await turn()
        assert set("345678") <= set(receiver.stories)


async def test_one_outage_that_ends_many_sends_at_once_is_one_failure() -> None:
    receiver = Receiver(FakeClock(), DOWN)
    receiver.gate.clear()
    async with lane_of(receiver, concurrency=10) as lane:
        for order in range(10):
            lane.add(pending(str(order), order))
        await turn()
        assert receiver.at_once == 10
        receiver.clock.advance(2)
        receiver.gate.set()
        await turn()
        receiver.answer = OK
        lane.add(pending("next", 99, after=2))
        await turn()
        assert "next" in receiver.stories


async def test_retry_after_holds_the_whole_lane_back() -> None:
    receiver = Receiver(FakeClock(), Attempt(Verdict.AGAIN, 429, "HTTP 429", retry_after_seconds=30.0))
    async with lane_of(receiver) as lane:
        lane.add(pending("a"))
        await turn()
        receiver.answer = OK
        lane.add(pending("b", 1))
        receiver.clock.advance(29)
        _waker(lane)()
        await turn()
        assert receiver.stories == ["a"]
        receiver.clock.advance(2)
        _waker(lane)()
        await turn()
        assert sorted(receiver.stories) == ["a", "a", "b"]


async def test_what_went_elsewhere_is_not_sent_nor_tried_again() -> None:
    receiver = Receiver(FakeClock(), DOWN)
    receiver.gate.clear()
    async with lane_of(receiver) as lane:
        lane.add(pending("flying"))
        lane.add(pending("waiting", 1, after=60))
        await turn()
        lane.remove({request("deir", story).notification_id for story in ("flying", "waiting")})
        receiver.gate.set()
        await turn()
        assert len(lane) == 0
        assert [sent.outcome for sent in receiver.recorded] == ["retrying"]  # on record all the same


async def test_what_comes_back_is_tried_again() -> None:
    receiver = Receiver(FakeClock(), DOWN)
    async with lane_of(receiver) as lane:
        lane.add(pending("a", after=60))
        lane.remove({request("deir", "a").notification_id})
        lane.add(pending("a"))
        await turn()
        assert receiver.begun == [("a", 1)]
        assert len(lane) == 1  # due again: it is ours


async def test_settling_waits_for_what_is_in_flight_and_begins_nothing() -> None:
    receiver = Receiver(FakeClock())
    receiver.gate.clear()
    async with lane_of(receiver, concurrency=1) as lane:
        lane.add(pending("a"))
        lane.add(pending("b", 1))
        await turn()
        settled = asyncio.create_task(lane.settle(5))
        await turn()
        assert not settled.done()
        receiver.gate.set()
        await asyncio.wait({settled})
        assert receiver.stories == ["a"]
        await turn()
        assert receiver.stories == ["a", "b"]  # and afterwards it goes on


async def test_settling_gives_up_in_time() -> None:
    receiver = Receiver(FakeClock())
    receiver.gate.clear()
    async with lane_of(receiver) as lane:
        lane.add(pending("a"))
        await turn()
        await asyncio.wait_for(lane.settle(0.01), 2)
        receiver.gate.set()
        await turn()


async def test_what_record_raises_ends_the_lane() -> None:
    receiver = Receiver(FakeClock())

    async def fail(_: NotificationSent) -> None:
        raise ConnectionError("no broker")

    lane = Lane(receiver.send, fail, receiver.clock, lambda: 0.0, 1)
    task = asyncio.create_task(lane.run())
    lane.add(pending("a"))
    await asyncio.wait({task}, timeout=2)
    assert isinstance(task.exception(), ConnectionError)
