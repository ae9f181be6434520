"""One alert for each (watch, story), one notification for each receiver of it."""

import msgspec

from services.alerter.lifecycle import Lifecycle, requests_for
from shared.delivery import Message
from tests.unit.alerter.samples import NOW, alert, match

MESSAGE = Message("reports.matched", 3, 0, b"deir", b"")


async def test_requests_come_before_the_mark_and_a_repeat_leads_to_nothing() -> None:
    step = Lifecycle("", lambda: NOW)
    first = await step(match(), MESSAGE)
    assert [output.topic.name for output in first.events] == ["notifications.requested"]
    assert [output.topic.name for output in first.marks] == ["alerts.raised"]
    assert (await step(match(), MESSAGE)).events == ()
    assert len((await step(match(story_id="s2"), MESSAGE)).events) == 1
    assert len((await step(match("other"), MESSAGE)).events) == 1


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
