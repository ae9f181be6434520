"""One alert for each (watch, story), one notification for each receiver of it that is not silenced."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from aiokafka.errors import MessageSizeTooLargeError

from services.alerter.lifecycle import STAGE, Lifecycle, requests_for
from services.alerter.silencing import ActiveSilences
from shared import codec
from shared.delivery import Delivery, Message
from shared.events import AlertRaised, ConfigChanged, ReportMatched
from tests.unit.alerter.samples import NOW, FakeClock, alert, match
from tests.unit.shared.test_delivery import Producer

MESSAGE = Message("reports.matched", 3, 0, b"deir", b"")


def matches(*found: ReportMatched) -> list[Message]:
    """A batch of these."""
    return [Message("reports.matched", 3, offset, b"deir", codec.encode(one)) for offset, one in enumerate(found)]


def topics_of(producer: Producer) -> list[str]:
    return [topic for topic, *_ in producer.sent]


async def test_requests_come_before_the_mark_and_a_repeat_leads_to_nothing() -> None:
    step = Lifecycle("", lambda: NOW)
    first = await step(match(), MESSAGE)
    assert [output.topic.name for output in first.events] == ["notifications.requested"]
    assert [output.topic.name for output in first.marks] == ["alerts.raised"]
    first.confirmed()
    assert (await step(match(), MESSAGE)).events == ()
    assert len((await step(match(story_id="s2"), MESSAGE)).events) == 1
    assert len((await step(match("other"), MESSAGE)).events) == 1


async def test_one_alert_for_many_matches_of_a_batch() -> None:
    producer, step = Producer(), Lifecycle("", lambda: NOW)
    await Delivery(STAGE, step, producer).run(matches(match(), match(), match(story_id="s2"), match()))
    assert topics_of(producer).count("alerts.raised") == 2


@pytest.mark.parametrize("topic", ["notifications.requested", "alerts.raised"])
async def test_a_match_that_was_dead_lettered_raises_its_alert_when_it_is_replayed(topic: str) -> None:
    fault: dict[str, Any] = {topic.replace(".", "_"): [MessageSizeTooLargeError()]}
    producer, step = Producer(**fault), Lifecycle("", lambda: NOW)
    delivery = Delivery(STAGE, step, producer)
    await delivery.run(matches(match()))
    assert "alerts.raised" not in topics_of(producer)
    assert "reports.matched.dead" in topics_of(producer)
    await delivery.run(matches(match(), match()))
    assert topics_of(producer).count("alerts.raised") == 1


# ---------------------------------------------------------------- silences


def silence(silence_id: str = "quiet", **limits: Any) -> ConfigChanged:
    """A silence of eight hours from now."""
    until = (NOW + timedelta(hours=8)).isoformat()
    body = {"id": silence_id, "comment": "known", "until": until, **limits}
    return ConfigChanged(id=silence_id, based_on=0, owner="desk", changed_at=NOW, created_at=NOW, body=body)


async def raised(clock: FakeClock, *silences: ConfigChanged) -> tuple[AlertRaised, list[str]]:
    """The alert that a match for desk and phone makes, and who is told of it."""
    active = ActiveSilences()
    for one in silences:
        active.apply(one)
    watch = msgspec.structs.replace(match().watch, notify=("desk", "phone"), severity="high")
    result = await Lifecycle("", clock, active)(match(watch=watch), MESSAGE)
    (mark,) = result.marks
    assert isinstance(mark.event, AlertRaised)
    return mark.event, [output.key for output in result.events]


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"watch": ["deir"]}, []),
        ({"watch": ["other"]}, ["desk", "phone"]),
        ({"watch": ["other", "deir"]}, []),
        ({"receiver": ["phone"]}, ["desk"]),
        ({"receiver": ["phone"], "watch": ["deir"]}, ["desk"]),
        ({"receiver": ["phone"], "watch": ["other"]}, ["desk", "phone"]),
        ({"source": ["south-desk"]}, []),
        ({"severity": ["low", "high"]}, []),
        ({"severity": ["low"]}, ["desk", "phone"]),
        ({"story": ["s1"]}, []),
        ({"story": ["s2"]}, ["desk", "phone"]),
    ],
)
async def test_a_silenced_alert_is_raised_and_those_it_covers_are_not_told(
    limits: dict[str, Any], told: list[str]
) -> None:
    event, requested = await raised(FakeClock(), silence(**limits))
    assert requested == told
    assert set(event.silenced_receivers) == {"desk", "phone"} - set(told)
    assert event.silenced_by == (("quiet",) if len(told) < 2 else ())


async def test_silences_add_up() -> None:
    event, requested = await raised(
        FakeClock(), silence("b", receiver=["phone"]), silence("a", receiver=["desk"]), silence("c", watch=["x"])
    )
    assert requested == []
    assert event.silenced_by == ("a", "b")


@pytest.mark.parametrize(("hours", "is_told"), [(-1, True), (0, False), (7.99, False), (8, True)])
async def test_a_silence_begins_and_expires_by_itself(hours: float, is_told: bool) -> None:
    clock = FakeClock()
    clock.advance(hours * 3600)
    _, requested = await raised(clock, silence(watch=["deir"], starts=NOW.isoformat()))
    assert bool(requested) is is_told


async def test_a_silence_that_was_removed_or_cannot_be_read_silences_nothing() -> None:
    removed = msgspec.structs.replace(silence(), body=None)
    _, requested = await raised(FakeClock(), silence(watch=["deir"]), removed)
    assert requested
    _, requested = await raised(FakeClock(), silence(watch=["deir"], of_a_newer_version=True))
    assert requested


async def test_who_forgot_repeats_the_same_ids() -> None:
    step = Lifecycle("", lambda: NOW)
    first = await step(match(), MESSAGE)
    step.drop(MESSAGE.partition)
    assert await step(match(), MESSAGE) == first


def test_one_request_for_each_receiver_named_twice_or_not() -> None:
    watch = msgspec.structs.replace(alert().watch, notify=("desk", "phone", "desk"))
    requests = requests_for(alert(watch=watch))
    assert [request.receiver_id for request in requests] == ["desk", "phone"]
    assert len({request.notification_id for request in requests}) == 2


def test_ids_depend_on_watch_story_revision_and_receiver_alone() -> None:
    assert alert().alert_id == alert(copies=9).alert_id
    assert len({alert(w, s).alert_id for w in ("a", "ab") for s in ("b", "bb")}) == 4
