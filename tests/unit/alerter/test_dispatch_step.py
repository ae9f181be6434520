"""The dispatcher in virtual time: what is done, newer revisions, receivers that vanish, close or change, restarts."""

import asyncio
import itertools
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from services.alerter.dispatch.attempt import Attempt, Verdict
from shared import metrics
from tests.unit.alerter.dispatch_world import HOOK, SLACK, World
from tests.unit.alerter.samples import NOW, request, revised
from tests.unit.alerter.virtual_time import in_virtual_time, ticks

AGAIN, LOST, GONE = Attempt(Verdict.AGAIN, 503), Attempt(Verdict.UNKNOWN), Attempt(Verdict.GONE, 410, "HTTP 410")


async def started(*answers: Attempt | Exception, **receiver: Any) -> World:
    """A dispatcher that runs; the answers are for the request of story "a"."""
    world = World(**receiver)
    world.receivers.answers[request("deir", "a").notification_id] = list(answers)
    await world.start()
    return world


def value(metric: Any, **labels: str) -> float:
    found: float = (metric.labels(**labels) if labels else metric)._value.get()
    return found


# ---------------------------------------------------------------- once


@in_virtual_time
async def test_a_request_is_sent_once_and_committed_when_it_is_done() -> None:
    world = await started(AGAIN, **HOOK)
    await world.ask(request("deir", "a"))
    await asyncio.sleep(1)
    await world.ask(request("deir", "a"))
    assert world.topics.committed == 0
    await asyncio.sleep(10)
    world.commit()
    assert world.topics.committed == 2
    await world.ask(request("deir", "a"))
    await asyncio.sleep(10)
    assert world.outcomes == ["retrying", "delivered"]
    assert len({post.request.notification_id for post in world.receivers.posts}) == 1


@in_virtual_time
async def test_a_bug_in_a_notifier_costs_a_turn() -> None:
    world = await started(KeyError("whsec_verysecret"), **HOOK)
    await world.ask(request("deir", "a"), request("deir", "b"))
    await asyncio.sleep(1)
    assert sorted(world.outcomes) == ["delivered", "retrying"]
    assert all("verysecret" not in record.error for record in world.records)


@in_virtual_time
async def test_a_broker_that_is_down_ends_the_dispatcher() -> None:
    world = await started(**HOOK)

    async def fail(*_: object, **__: object) -> None:
        raise ConnectionError("no broker")

    world.topics.send = fail  # type: ignore[assignment,method-assign]
    await world.ask(request("deir", "a"))
    with pytest.raises(ConnectionError):
        await asyncio.wait_for(world._running, 2)


# ---------------------------------------------------------------- revisions


@in_virtual_time
async def test_a_newer_revision_is_sent_instead_of_one_that_waits() -> None:
    world = await started(AGAIN, **HOOK)
    await world.ask(request("deir", "a"))
    await asyncio.sleep(1)
    await world.ask(revised(request("deir", "a"), 2))
    await asyncio.sleep(3600)
    assert world.posted == [("a", 1), ("a", 2)]
    assert [(r.outcome, r.revision, r.attempt) for r in world.records] == [
        ("retrying", 1, 1), ("superseded", 1, 1), ("delivered", 2, 1),
    ]  # fmt: skip
    world.commit()
    assert world.topics.committed == 2


@in_virtual_time
async def test_an_old_revision_that_comes_late_is_never_sent() -> None:
    world = await started(**HOOK)
    await world.ask(revised(request("deir", "a"), 2))
    await asyncio.sleep(1)
    await world.ask(request("deir", "a"))
    await asyncio.sleep(1)
    assert world.posted == [("a", 2)]
    assert [(r.outcome, r.revision, r.attempt) for r in world.records[1:]] == [("superseded", 1, 0)]
    world.commit()
    assert world.topics.committed == 2


@in_virtual_time
async def test_after_a_restart_the_newest_revision_alone_is_sent() -> None:
    world = World(**HOOK)
    await world.ask(*(revised(request("deir", "a"), revision) for revision in (1, 2, 3)))
    await world.start()
    await asyncio.sleep(1)
    assert world.posted == [("a", 3)]
    assert sorted(world.outcomes) == ["delivered", "superseded", "superseded"]


@in_virtual_time
async def test_a_send_of_unknown_end_is_not_repeated_where_a_newer_revision_waits() -> None:
    world = await started(**SLACK)
    world.receivers.seconds = 5
    await world.ask(request("deir", "a"))
    await asyncio.sleep(1)
    await world.kill()
    await world.ask(revised(request("deir", "a"), 2))
    await world.start()
    await asyncio.sleep(3600)
    assert world.posted == [("a", 1), ("a", 2)]
    assert world.outcomes == ["sending", "superseded", "sending", "delivered"]
    assert "may have arrived" in world.records[1].error


# ---------------------------------------------------------------- ambiguous sends, resends


@in_virtual_time
async def test_a_slack_send_is_on_record_before_it_begins() -> None:
    world = await started(**SLACK)
    await world.ask(request("deir", "a"))
    await asyncio.sleep(1)
    assert world.outcomes == ["sending", "delivered"]


@in_virtual_time
async def test_a_kill_while_slack_is_asked_leads_to_one_repeat_and_a_second_kill_to_none() -> None:
    world = await started(**SLACK)
    world.receivers.seconds = 5
    await world.ask(request("deir", "a"))
    for _ in range(4):
        await asyncio.sleep(1)
        await world.kill()
        await world.start()
    await asyncio.sleep(60)
    assert world.outcomes == ["sending", "unknown", "sending", "ambiguous"]
    assert [r.attempt for r in world.records] == [1, 1, 2, 2]
    assert len(world.receivers.posts) == 2
    world.commit()
    assert world.topics.committed == 1


@in_virtual_time
async def test_a_resend_is_sent_under_the_same_id_and_once_whatever_is_killed() -> None:
    world = await started(LOST, LOST, **SLACK)
    await world.ask(request("deir", "a"))
    await asyncio.sleep(60)
    again = msgspec.structs.replace(request("deir", "a"), resend=1, requested_at=world.clock())
    await world.ask(again, again)
    await asyncio.sleep(60)
    assert world.outcomes == ["sending", "unknown", "sending", "ambiguous", "sending", "delivered"]
    assert [(r.resend, r.attempt) for r in world.records[4:]] == [(1, 1), (1, 1)]
    world.topics.committed = 0
    await world.kill()
    await world.start()
    await asyncio.sleep(60)
    assert len(world.receivers.posts) == 3
    assert len({post.request.notification_id for post in world.receivers.posts}) == 1
    world.commit()
    assert world.topics.committed == 3


# ---------------------------------------------------------------- receivers


@in_virtual_time
async def test_a_receiver_that_vanished_is_waited_for() -> None:
    world = await started()
    await world.ask(*(request("deir", str(number)) for number in range(20)))
    await asyncio.sleep(86_400)
    assert set(world.outcomes) == {"retrying"}
    assert len(world.records) < 400
    assert "desk" in world.records[0].error
    world.define(**HOOK)
    await asyncio.sleep(1)
    assert world.outcomes.count("delivered") == 20


@in_virtual_time
async def test_a_receiver_that_changed_is_sent_to_as_it_is_now() -> None:
    world = await started(Attempt(Verdict.AGAIN), **HOOK)
    await world.ask(request("deir", "a"))
    await asyncio.sleep(1)
    world.define(**SLACK)
    await asyncio.sleep(10)
    assert [post.kind for post in world.receivers.posts] == ["webhook", "slack"]


@pytest.mark.parametrize("body", [{"type": "pigeon"}, HOOK | {"since_version_9": True}])
@in_virtual_time
async def test_a_receiver_that_makes_no_sense_stops_nobody(body: dict[str, Any]) -> None:
    world = await started(**body)
    world.define("phone", **HOOK)
    await world.ask(request("deir", "a"), msgspec.structs.replace(request("deir", "b"), receiver_id="phone"))
    await asyncio.sleep(1)
    assert sorted((r.receiver_id, r.outcome) for r in world.records) == [("desk", "retrying"), ("phone", "delivered")]


@in_virtual_time
async def test_gone_closes_the_receiver_until_its_configuration_changes() -> None:
    world = await started(GONE, **HOOK)
    world.define("phone", **HOOK)
    await world.ask(request("deir", "a"))
    await asyncio.sleep(1)
    await world.ask(request("deir", "b"), msgspec.structs.replace(request("deir", "x"), receiver_id="phone"))
    await asyncio.sleep(10 * 86_400)
    assert [(r.receiver_id, r.outcome) for r in world.records] == [("desk", "failed"), ("phone", "delivered")]
    assert world.records[0].closed_version == 1
    assert value(metrics.RECEIVERS_CLOSED) == 1
    await world.kill()
    await world.start()
    await world.ask(request("deir", "c"))
    await asyncio.sleep(3600)
    assert len(world.records) == 2
    world.define(**HOOK, timeout_seconds=20)
    await asyncio.sleep(1)
    assert world.outcomes[2:] == ["delivered", "delivered"]
    assert value(metrics.RECEIVERS_CLOSED) == 0


@in_virtual_time
async def test_a_receiver_that_closed_long_ago_is_closed_still_after_a_restart() -> None:
    world = await started(GONE, **HOOK)
    await world.ask(request("deir", "a"))
    await asyncio.sleep(60 * 86_400)
    world.commit()
    await world.kill()
    await world.start()
    assert world.topics.reads[-1] > NOW + timedelta(days=50)  # nothing waits: little is read
    later = request("deir", "b")
    fetched = msgspec.structs.replace(later.alert.report, fetched_at=world.clock())
    raised = msgspec.structs.replace(later.alert, report=fetched, raised_at=world.clock())
    await world.ask(msgspec.structs.replace(later, alert=raised, requested_at=world.clock()))
    await asyncio.sleep(3600)
    assert world.outcomes == ["failed"]
    assert world.topics.reads[-1] < NOW


@in_virtual_time
async def test_what_waited_for_a_month_is_given_up_and_said_so() -> None:
    world = await started(**HOOK)
    world.receivers.answer = lambda _: Attempt(Verdict.AGAIN)
    await world.ask(msgspec.structs.replace(request("deir", "a"), requested_at=NOW - timedelta(days=29)))
    await asyncio.sleep(80_000)
    assert set(world.outcomes) == {"retrying"}
    before = value(metrics.NOTIFICATIONS_ENDED, outcome="failed")
    await asyncio.sleep(6_400 + 4_000)
    assert world.outcomes[-1] == "failed"
    assert "30 days" in world.records[-1].error
    assert value(metrics.NOTIFICATIONS_ENDED, outcome="failed") == before + 1
    world.commit()
    assert world.topics.committed == 1


# ---------------------------------------------------------------- restarts


@in_virtual_time
async def test_a_repeated_request_of_long_ago_is_known_although_little_is_read() -> None:
    world = await started(**HOOK)
    await world.ask(request("deir", "a"))
    await asyncio.sleep(1)
    world.commit()
    await asyncio.sleep(40 * 86_400)
    await world.kill()
    await world.start()
    assert world.topics.reads[-1] > NOW + timedelta(days=30)
    await world.ask(msgspec.structs.replace(request("deir", "a"), requested_at=world.clock()))
    await asyncio.sleep(3600)
    assert len(world.receivers.posts) == 1
    reads = len(world.topics.reads)
    await world.ask(*(msgspec.structs.replace(request("deir", "a"), requested_at=world.clock()) for _ in range(9)))
    assert len(world.topics.reads) == reads


@in_virtual_time
async def test_a_restart_neither_hammers_a_receiver_that_is_down_nor_goes_faster_than_it_may() -> None:
    world = await started(**HOOK | {"per_second": 0.5})
    world.receivers.answer = lambda _: Attempt(Verdict.AGAIN)
    await world.ask(*(request("deir", str(number)) for number in range(50)))
    await asyncio.sleep(600)
    before = len(world.receivers.posts)
    for _ in range(100):
        await world.kill()
        await world.start()
        await asyncio.sleep(3)
    assert len(world.receivers.posts) - before <= 2  # it rests for up to five minutes
    world.receivers.answer = lambda _: Attempt(Verdict.DELIVERED, 200)
    for _ in range(300):
        await world.kill()
        await world.start()
        await asyncio.sleep(1)
    await asyncio.sleep(200)
    assert world.outcomes.count("delivered") == 50
    at = [post.at for post in world.receivers.posts]
    assert min(later - earlier for earlier, later in itertools.pairwise(at)) >= 1.98


@in_virtual_time
async def test_a_partition_that_went_and_came_back_is_tried_on() -> None:
    world = await started(AGAIN, **HOOK)
    await world.ask(request("deir", "a"))
    await asyncio.sleep(1)
    assert world.step is not None
    world.step.drop(0)
    await asyncio.sleep(60)
    assert len(world.receivers.posts) == 1  # it is another's
    world.position = 0
    await world.step.rebuild(0)
    await world.consume()
    await asyncio.sleep(1)
    assert world.outcomes == ["retrying", "delivered"]


@in_virtual_time
async def test_settling_ends_what_hangs() -> None:
    world = await started(**HOOK)
    world.receivers.seconds = 3600
    await world.ask(request("deir", "a"))
    await asyncio.sleep(1)
    assert world.step is not None
    await world.step.settle()
    assert ticks() == pytest.approx(9, abs=0.1)
    assert world.step.safe_offset(0, 1) == 0
