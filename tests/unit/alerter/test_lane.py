"""A lane in virtual time: order, pace, one send in flight for each alert, newer revisions, rest after failures."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from services.alerter.dispatch.attempt import Attempt, Verdict
from services.alerter.dispatch.lane import Lane, Terms
from services.alerter.dispatch.receiver_health import seconds_left
from shared.events import NotificationRequested, NotificationSent
from tests.unit.alerter.samples import NOW, request, revised
from tests.unit.alerter.virtual_time import VirtualClock, in_virtual_time, ticks

OK, DOWN, REFUSED = Attempt(Verdict.DELIVERED, 200), Attempt(Verdict.AGAIN, 503, "HTTP 503"), Attempt(Verdict.AGAIN)
LOST, BAD, GONE = Attempt(Verdict.UNKNOWN), Attempt(Verdict.AGAIN, 400), Attempt(Verdict.GONE, 410, version=3)


class Receiver:
    """Answers what it is told to, after as long as it is told to."""

    def __init__(self, answer: Attempt = OK, seconds: float = 0.01) -> None:
        self.answer, self.seconds, self.terms, self.clock = answer, seconds, Terms(), VirtualClock()
        self.answers: dict[str, Attempt] = {}
        self.begun: list[tuple[float, str, int]] = []
        self.recorded: list[NotificationSent] = []
        self.at_once = self.most_at_once = 0

    async def send(self, asked: NotificationRequested) -> Attempt:
        """A lane's ``send``."""
        self.begun.append((ticks(), asked.alert.story_id, asked.alert.revision))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.at_once -= 1
        return self.answers.get(asked.alert.story_id, self.answer)

    async def record(self, sent: NotificationSent) -> None:
        """A lane's ``record``."""
        await asyncio.sleep(0.001)
        self.recorded.append(sent)

    @property
    def stories(self) -> list[str]:
        """What was begun, in order."""
        return [story for _, story, _ in self.begun]

    @property
    def outcomes(self) -> list[str]:
        """What was recorded, in order."""
        return [sent.outcome for sent in self.recorded]


@asynccontextmanager
async def lane_of(
    receiver: Receiver, concurrency: int = 10, last: NotificationSent | None = None
) -> AsyncIterator[Lane]:
    lane = Lane(receiver.send, receiver.record, lambda: receiver.terms, receiver.clock, ticks, concurrency, last)
    task = asyncio.create_task(lane.run())
    try:
        yield lane
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def add(lane: Lane, *stories: str, first: int = 0) -> None:
    for order, story in enumerate(stories, start=first):
        lane.add(request("deir", story), order)


def sent(outcome: Any, story: str = "a", **fields: Any) -> NotificationSent:
    asked = request("deir", story)
    given = {"attempt": 1, "sent_at": NOW} | fields
    return NotificationSent(
        notification_id=asked.notification_id, receiver_id="desk", alert_id=asked.alert.alert_id, revision=1,
        outcome=outcome, **given,
    )  # fmt: skip


@in_virtual_time
async def test_what_is_due_is_sent_in_order_and_what_is_not_waits() -> None:
    receiver = Receiver()
    async with lane_of(receiver) as lane:
        add(lane, "a", "b")
        lane.add(request("deir", "later"), 2, sent("retrying", "later", next_attempt_at=NOW + timedelta(seconds=60)))
        add(lane, "c", first=3)
        await asyncio.sleep(59)
        assert receiver.stories == ["a", "b", "c"]
        assert len(lane) == 1
        await asyncio.sleep(2)
        assert receiver.stories == ["a", "b", "c", "later"]
        assert [s.attempt for s in receiver.recorded] == [1, 1, 1, 2]


@in_virtual_time
async def test_the_pace_is_kept() -> None:
    receiver = Receiver()
    receiver.terms = Terms(spacing_seconds=2.0)
    async with lane_of(receiver) as lane:
        add(lane, "a", "b", "c")
        await asyncio.sleep(60)
        assert [at for at, _, _ in receiver.begun] == pytest.approx([0, 2, 4], abs=0.01)


@in_virtual_time
async def test_one_send_is_in_flight_for_each_alert_and_no_more_than_allowed() -> None:
    receiver = Receiver(seconds=10)
    async with lane_of(receiver, concurrency=3) as lane:
        lane.add(request("deir", "a"), 1)
        await asyncio.sleep(1)
        lane.add(revised(request("deir", "a"), 2), 2)
        add(lane, *"bcde", first=3)
        await asyncio.sleep(1)
        assert receiver.stories == ["a", "b", "c"]
        await asyncio.sleep(60)
        assert receiver.most_at_once == 3
        assert sorted(receiver.stories) == ["a", "a", "b", "c", "d", "e"]
        first, second = (at for at, story, _ in receiver.begun if story == "a")
        assert second - first >= 10


# ---------------------------------------------------------------- revisions


@in_virtual_time
async def test_a_newer_revision_takes_the_place_of_one_that_waits() -> None:
    receiver = Receiver()
    receiver.terms = Terms(spacing_seconds=1.0)
    async with lane_of(receiver) as lane:
        add(lane, "before", "a")
        await asyncio.sleep(0.5)
        older = lane.add(revised(request("deir", "a"), 2), 2)
        assert older is not None
        assert older.request.alert.revision == 1
        await asyncio.sleep(10)
        assert [(story, revision) for _, story, revision in receiver.begun] == [("before", 1), ("a", 2)]


@pytest.mark.parametrize(
    ("answer", "outcome"), [(OK, "delivered"), (REFUSED, "superseded"), (LOST, "superseded"), (BAD, "superseded")]
)
@in_virtual_time
async def test_one_in_flight_is_let_finish_and_not_repeated(answer: Attempt, outcome: str) -> None:
    receiver = Receiver(answer, seconds=10)
    async with lane_of(receiver) as lane:
        add(lane, "a")
        await asyncio.sleep(1)
        assert lane.add(revised(request("deir", "a"), 2), 1) is None
        await asyncio.sleep(8)
        assert len(receiver.begun) == 1
        await asyncio.sleep(2)
        assert receiver.begun[1][2] == 2
        assert receiver.outcomes == [outcome]
        receiver.answer = OK
        await asyncio.sleep(3600)
        assert [revision for _, _, revision in receiver.begun].count(1) == 1
        assert receiver.outcomes == [outcome, "delivered"]


@in_virtual_time
async def test_a_revision_that_comes_while_the_last_failure_is_recorded_still_replaces() -> None:
    receiver = Receiver(DOWN)
    slow = asyncio.Event()

    async def record(sent_: NotificationSent) -> None:
        await slow.wait()
        receiver.recorded.append(sent_)

    receiver.record = record  # type: ignore[method-assign]
    async with lane_of(receiver) as lane:
        add(lane, "a")
        await asyncio.sleep(1)
        lane.add(revised(request("deir", "a"), 2), 1)
        receiver.answer = OK
        slow.set()
        await asyncio.sleep(3600)
        assert receiver.outcomes == ["retrying", "superseded", "delivered"]
        assert [revision for _, _, revision in receiver.begun] == [1, 2]


# ---------------------------------------------------------------- failures


@in_virtual_time
async def test_a_failure_is_due_again_by_the_schedule() -> None:
    receiver = Receiver(BAD)
    async with lane_of(receiver) as lane:
        add(lane, "a")
        await asyncio.sleep(4 * 86_400)
        gaps = [later[0] - earlier[0] for earlier, later in zip(receiver.begun, receiver.begun[1:], strict=False)]
        minutes, hours = 60.0, 3600.0
        pauses = [5, 5 * minutes, 30 * minutes, *(n * hours for n in (2, 5, 10, 14, 20, 24))]
        assert len(gaps) == 9
        assert all(pause <= gap <= 1.2 * pause + 1 for pause, gap in zip(pauses, gaps, strict=True))
        assert receiver.outcomes == ["retrying"] * 9 + ["failed"]
        assert len(lane) == 0


@in_virtual_time
async def test_after_three_failures_one_notification_asks_before_the_others() -> None:
    receiver = Receiver(DOWN)
    async with lane_of(receiver, concurrency=1) as lane:
        add(lane, *"0123456789")
        await asyncio.sleep(4)
        assert receiver.stories == ["0", "1", "2"]
        assert lane.is_down
        lane._concurrency, receiver.most_at_once = 10, 0
        await asyncio.sleep(20)
        assert receiver.most_at_once == 1
        receiver.answer = OK
        await asyncio.sleep(60)
        assert set("0123456789") == set(receiver.stories)
        assert receiver.outcomes.count("delivered") == 10
        assert not lane.is_down


@in_virtual_time
async def test_what_waited_for_the_receiver_goes_at_once_when_it_is_back() -> None:
    receiver = Receiver(REFUSED)
    async with lane_of(receiver) as lane:
        add(lane, *map(str, range(30)))
        await asyncio.sleep(3 * 3600)
        assert receiver.outcomes.count("retrying") < 120
        receiver.answer = OK
        back = ticks()
        await asyncio.sleep(301)
        assert receiver.outcomes.count("delivered") == 30
        delivered = [at for at, _, _ in receiver.begun if at >= back]
        assert delivered[-1] - delivered[0] < 1


@in_virtual_time
async def test_what_the_outage_had_put_off_for_long_goes_at_once_too() -> None:
    receiver = Receiver(DOWN)
    async with lane_of(receiver) as lane:
        add(lane, "alone")
        await asyncio.sleep(600)
        assert receiver.stories == ["alone"] * 3  # its fourth would be half an hour later
        add(lane, "b", "c", "d", first=1)
        await asyncio.sleep(60)
        receiver.answer = OK
        await asyncio.sleep(100)
        assert receiver.outcomes.count("delivered") == 4


@in_virtual_time
async def test_what_fails_by_itself_keeps_its_own_schedule_and_holds_up_nobody() -> None:
    receiver = Receiver()
    receiver.answers["poison"] = BAD
    async with lane_of(receiver) as lane:
        add(lane, "poison")
        for number in range(200):
            await asyncio.sleep(60)
            add(lane, str(number), first=number + 1)
            await asyncio.sleep(0.1)
            assert str(number) in receiver.stories  # begun at once, and at most beside a late try of the other
        assert receiver.stories.count("poison") == 5  # at 0 s, 5 s, 5 min, 35 min, 2.6 h


@in_virtual_time
async def test_an_outage_counts_against_nobody() -> None:
    receiver = Receiver(REFUSED)
    async with lane_of(receiver) as lane:
        add(lane, "a", "b")
        await asyncio.sleep(20 * 86_400)
        assert set(receiver.outcomes) == {"retrying"}
        assert max(s.attempt - s.spared for s in receiver.recorded) <= 2
        receiver.answer = OK
        await asyncio.sleep(400)
        assert receiver.outcomes.count("delivered") == 2


@in_virtual_time
async def test_retry_after_holds_the_whole_lane_back() -> None:
    receiver = Receiver(Attempt(Verdict.AGAIN, 429, "HTTP 429", retry_after_seconds=30.0))
    async with lane_of(receiver) as lane:
        add(lane, "a")
        await asyncio.sleep(1)
        receiver.answer = OK
        add(lane, "b", first=1)
        await asyncio.sleep(28.9)
        assert receiver.stories == ["a"]
        await asyncio.sleep(30)
        assert sorted(receiver.stories) == ["a", "a", "b"]


@in_virtual_time
async def test_an_announced_send_of_unknown_end_is_repeated_once() -> None:
    receiver = Receiver(LOST)
    receiver.terms = Terms(announces=True)
    async with lane_of(receiver) as lane:
        add(lane, "a")
        await asyncio.sleep(86_400)
        assert receiver.outcomes == ["sending", "unknown", "sending", "ambiguous"]
        assert [s.unknowns for s in receiver.recorded] == [0, 1, 1, 2]
        assert len(lane) == 0


# ---------------------------------------------------------------- closed, changed, given up


@in_virtual_time
async def test_one_send_finds_a_receiver_gone_and_everything_else_waits_until_it_changes() -> None:
    receiver = Receiver(GONE)
    receiver.terms = Terms(version=3)
    async with lane_of(receiver) as lane:
        add(lane, *map(str, range(50)))
        await asyncio.sleep(86_400)
        assert len(receiver.begun) <= 10  # side by side
        assert receiver.outcomes.count("failed") == 1
        add(lane, "late", first=50)
        await asyncio.sleep(86_400)
        assert len(receiver.begun) <= 10
        receiver.terms, receiver.answer = Terms(version=4), OK
        lane.receiver_changed()
        await asyncio.sleep(10)
        assert receiver.outcomes.count("delivered") == 50
        assert receiver.recorded[-1].closed_version == 0


@in_virtual_time
async def test_a_receiver_that_is_gone_is_so_after_a_restart_whatever_was_recorded_last() -> None:
    receiver = Receiver(GONE)
    receiver.terms = Terms(version=3)
    async with lane_of(receiver) as lane:
        add(lane, "a")
        await asyncio.sleep(1)
        last = lane.stamped(sent("superseded", "b"))
    receiver.answer = OK
    for version, begun in ((2, 1), (3, 1), (4, 2)):
        receiver.terms = Terms(version=version)
        async with lane_of(receiver, last=last) as lane:
            add(lane, "c")
            await asyncio.sleep(3600)
            assert len(receiver.begun) == begun


@in_virtual_time
async def test_a_changed_receiver_is_asked_at_once() -> None:
    receiver = Receiver(REFUSED)
    async with lane_of(receiver) as lane:
        add(lane, "a", "b", "c", "d")
        await asyncio.sleep(3600)
        receiver.answer = OK
        lane.receiver_changed()
        await asyncio.sleep(0.1)
        assert receiver.outcomes.count("delivered") == 4


@in_virtual_time
async def test_what_waited_for_a_month_is_taken_out() -> None:
    receiver = Receiver()
    closed = sent("failed", "x", closed_version=1)
    receiver.terms = Terms(version=1)
    async with lane_of(receiver, last=closed) as lane:
        old = msgspec.structs.replace(request("deir", "old"), requested_at=NOW - timedelta(days=29))
        lane.add(old, 0)
        add(lane, "new", first=1)
        assert lane.expired() == []
        await asyncio.sleep(86_401)
        assert [p.request.alert.story_id for p in lane.expired()] == ["old"]
        assert len(lane) == 1


# ---------------------------------------------------------------- going on after a restart


@in_virtual_time
async def test_a_restart_keeps_pace_and_rest() -> None:
    receiver = Receiver()
    receiver.terms = Terms(spacing_seconds=10.0)
    async with lane_of(receiver, last=sent("delivered", sent_at=NOW - timedelta(seconds=4))) as lane:
        add(lane, "b")
        await asyncio.sleep(60)
        assert receiver.begun[0][0] == pytest.approx(6, abs=0.01)
    rests = sent("retrying", receiver_failures=7, receiver_rests_until=NOW + timedelta(seconds=80))
    receiver.clock.set_by = timedelta(seconds=-ticks())
    receiver.begun, receiver.answer, receiver.terms = [], REFUSED, Terms()
    async with lane_of(receiver, last=rests) as lane:
        assert lane.is_down
        add(lane, *"abcdef")
        await asyncio.sleep(79)
        assert receiver.begun == []
        await asyncio.sleep(10)
        assert len(receiver.begun) == 1  # one asks; the rest goes on where it was
        assert receiver.recorded[-1].receiver_failures == 8
        await asyncio.sleep(100)
        assert len(receiver.begun) == 1


@in_virtual_time
async def test_each_record_carries_the_receivers_state() -> None:
    receiver = Receiver(REFUSED)
    async with lane_of(receiver, concurrency=1) as lane:
        add(lane, "a", "b", "c")
        await asyncio.sleep(3)
        assert [s.receiver_failures for s in receiver.recorded] == [1, 2, 3]
        first, _, third = receiver.recorded
        assert first.receiver_rests_until is None
        assert third.receiver_rests_until == third.sent_at + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("now", "left"), [(0, 60), (20, 40), (90, 0), (-3600, 60), (86_400, 0)], ids=["0", "20", "90", "back", "forward"]
)
def test_a_wall_clock_that_was_set_never_makes_a_pause_longer(now: float, left: float) -> None:
    assert seconds_left(NOW + timedelta(seconds=60), NOW, NOW + timedelta(seconds=now)) == left


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=1)], ids=["back", "forward"])
@in_virtual_time
async def test_a_jump_of_the_wall_clock_moves_no_pause(jump: timedelta) -> None:
    receiver = Receiver(REFUSED)
    receiver.terms = Terms(spacing_seconds=1.0)
    async with lane_of(receiver) as lane:
        add(lane, *"abcdefgh")
        await asyncio.sleep(100)
        before = len(receiver.begun)
        receiver.clock.set_by = jump
        await asyncio.sleep(30)
        assert len(receiver.begun) - before <= 2
        receiver.answer = OK
        back = ticks()
        await asyncio.sleep(400)
        starts = [at for at, _, _ in receiver.begun if at >= back]
        assert receiver.outcomes.count("delivered") == len(starts) == 8
        assert min(b - a for a, b in itertools.pairwise(starts)) >= 0.999


# ---------------------------------------------------------------- ownership


@in_virtual_time
async def test_what_went_elsewhere_is_not_sent_nor_tried_again() -> None:
    receiver = Receiver(BAD, seconds=10)
    async with lane_of(receiver, concurrency=1) as lane:
        add(lane, "flying", "waiting")
        await asyncio.sleep(1)
        lane.retire()
        await asyncio.sleep(86_400)
        assert len(lane) == 0
        assert receiver.stories == ["flying"]
        assert receiver.outcomes == ["retrying"]  # on record all the same


@in_virtual_time
async def test_a_retired_lane_ends() -> None:
    receiver = Receiver()
    lane = Lane(receiver.send, receiver.record, lambda: receiver.terms, receiver.clock, ticks, 1)
    task = asyncio.create_task(lane.run())
    add(lane, "a", "b")
    await asyncio.sleep(0.001)
    lane.retire()
    await asyncio.wait_for(task, 5)
    assert receiver.stories == ["a"]


@in_virtual_time
async def test_settling_waits_for_what_is_in_flight_and_begins_nothing() -> None:
    receiver = Receiver(seconds=4)
    async with lane_of(receiver, concurrency=1) as lane:
        add(lane, "a", "b")
        await asyncio.sleep(1)
        await lane.settle(8)
        assert ticks() == pytest.approx(4, abs=0.1)
        await asyncio.sleep(10)
        assert receiver.stories == ["a"]
        assert receiver.outcomes == ["delivered"]


@in_virtual_time
async def test_settling_breaks_off_what_hangs_so_that_its_next_owner_may_send() -> None:
    receiver = Receiver(seconds=3600)
    async with lane_of(receiver) as lane:
        add(lane, "a")
        await asyncio.sleep(1)
        await lane.settle(8)
        await asyncio.sleep(1)
        assert ticks() == pytest.approx(10, abs=0.1)
        assert receiver.at_once == len(lane) == 0
        assert receiver.recorded == []


@in_virtual_time
async def test_what_record_raises_ends_the_lane() -> None:
    receiver = Receiver()

    async def fail(_: NotificationSent) -> None:
        raise ConnectionError("no broker")

    lane = Lane(receiver.send, fail, lambda: receiver.terms, receiver.clock, ticks, 1)
    task = asyncio.create_task(lane.run())
    add(lane, "a")
    await asyncio.wait({task}, timeout=2)
    assert isinstance(task.exception(), ConnectionError)
