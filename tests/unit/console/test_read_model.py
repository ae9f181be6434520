"""The read model: whatever order events come in, and however many."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from services.console.feed_topics import followed_topics
from services.console.read_model import MOST_COPIES, DeadHeader, GroupedHeader, ReadModel, Tally
from shared import codec, topics
from shared.events import AlertChanged, AlertRaised, Event, NotificationSent
from shared.topics import TOPICS
from tests.unit.console import samples
from tests.unit.console.samples import NOW

MINUTE = timedelta(minutes=1)


def with_alerts(alerts: Iterable[AlertRaised], max_alerts: int = 100) -> ReadModel:
    """A model that read these."""
    model = ReadModel(max_alerts)
    for alert in alerts:
        model.apply(topics.ALERTS_RAISED.name, alert)
    return model


def shown(model: ReadModel) -> list[str]:
    """Stories of the kept alerts, newest first."""
    return [alert.event.story_id for alert in model.newest_alerts()]


def report_sent(model: ReadModel, *events: NotificationSent) -> None:
    for event in events:
        model.apply(topics.NOTIFICATIONS_SENT.name, event)


def group(model: ReadModel, story_id: str, number: int, copies: int) -> None:
    whole = codec.encode(samples.grouped(story_id, number, copies))
    model.apply(topics.REPORTS_GROUPED.name, codec.decode(whole, GroupedHeader))


def test_every_event_makes_a_new_version() -> None:
    model = ReadModel()
    model.apply(topics.SOURCES_POLLED.name, samples.polled("a"))
    assert model.version == 1


def test_newest_alert_comes_first_whatever_order_they_are_read_in() -> None:
    times = {1: 3, 2: 1, 3: 2}
    model = with_alerts(samples.raised(number, NOW + MINUTE * late) for number, late in times.items())
    assert shown(model) == ["story-1", "story-3", "story-2"]


def test_a_repeated_alert_is_one_alert() -> None:
    model = with_alerts([samples.raised(1), samples.raised(1)])
    assert model.count_alerts() == 1
    assert model.watch_tallies["deir-ez-zor"].alerts == 1


def test_a_revision_replaces_the_alert_in_its_place() -> None:
    first, second = samples.raised(1), samples.raised(2, NOW + MINUTE)
    revision = samples.raised(1, NOW + MINUTE * 2, revision=2, change="revised", copies=5)
    model = with_alerts([first, second, revision, first])
    assert shown(model) == ["story-2", "story-1"]
    alert = model.alert(first.alert_id)
    assert alert is not None
    assert (alert.event.revision, alert.raised_at) == (2, NOW)


def test_the_oldest_alerts_are_forgotten_with_all_that_hangs_on_them() -> None:
    alerts = [samples.raised(number, NOW + MINUTE * number) for number in range(10)]
    model = with_alerts(alerts, max_alerts=3)
    assert shown(model) == ["story-9", "story-8", "story-7"]
    assert model.alert(alerts[0].alert_id) is None
    assert {alert.event.story_id for alert, _, _ in model.unfinished()} == {"story-7", "story-8", "story-9"}
    assert model.watch_tallies["deir-ez-zor"].alerts == 10


def test_an_alert_older_than_all_that_are_kept_does_not_push_one_out() -> None:
    model = with_alerts([samples.raised(1, NOW), samples.raised(2, NOW), samples.raised(3, NOW - MINUTE)], max_alerts=2)
    assert sorted(shown(model)) == ["story-1", "story-2"]


def test_a_delivery_may_be_read_before_its_alert() -> None:
    alert = samples.raised(1)
    model = ReadModel()
    report_sent(model, samples.sent(alert))
    model.apply(topics.ALERTS_RAISED.name, alert)
    assert model.sent_of(alert.alert_id)["desk"].outcome == "delivered"
    assert list(model.unfinished()) == []


def test_a_notification_is_unfinished_until_it_is_delivered() -> None:
    alert = samples.raised(1, watch=samples.watch(notify=("desk", "phone")))
    model = with_alerts([alert])
    assert {receiver for _, receiver, _ in model.unfinished()} == {"desk", "phone"}
    report_sent(model, samples.sent(alert), samples.sent(alert, "failed", receiver_id="phone"))
    assert [(receiver, last and last.outcome) for _, receiver, last in model.unfinished()] == [("phone", "failed")]


def test_a_silent_revision_is_not_waited_for_but_a_failing_one_is() -> None:
    alert = samples.raised(1)
    model = with_alerts([alert])
    report_sent(model, samples.sent(alert))
    revision = samples.raised(1, NOW + MINUTE, revision=2, change="revised")
    model.apply(topics.ALERTS_RAISED.name, revision)
    assert list(model.unfinished()) == []
    report_sent(model, samples.sent(revision, "retrying"), samples.sent(alert))
    assert [last and last.revision for _, _, last in model.unfinished()] == [2]


def test_a_revision_for_other_receivers_leaves_none_of_the_old_ones_behind() -> None:
    other = samples.watch(notify=("phone",))
    model = with_alerts([samples.raised(1), samples.raised(1, NOW, revision=2, watch=other)], max_alerts=1)
    assert [receiver for _, receiver, _ in model.unfinished()] == ["phone"]
    model.apply(topics.ALERTS_RAISED.name, samples.raised(2, NOW + MINUTE))
    assert [receiver for _, receiver, _ in model.unfinished()] == ["desk"]


def test_deliveries_of_unknown_alerts_are_bounded_and_the_newest_stay() -> None:
    model = ReadModel(max_alerts=10)
    alerts = [samples.raised(number, NOW + MINUTE * number) for number in range(500)]
    report_sent(model, *(samples.sent(alert) for alert in alerts))
    assert len(model.follow_ups) <= 40
    assert alerts[-1].alert_id in model.follow_ups


def test_a_receiver_fails_until_something_arrives() -> None:
    first, second = samples.raised(1), samples.raised(2, NOW + MINUTE)
    model = ReadModel()
    report_sent(model, samples.sent(first, "retrying", 1), samples.sent(first, "failed", 2))
    assert model.receiver_pulses["desk"].failures == 2
    report_sent(model, samples.sent(second))
    assert model.receiver_pulses["desk"].failures == 0


def test_an_edit_based_on_another_version_changes_nothing() -> None:
    model = ReadModel()
    for change in (samples.changed("a", {"url": "1"}), samples.changed("a", {"url": "2"})):
        model.apply(topics.SOURCES_CHANGED.name, change)
    assert model.sources.items["a"].body == {"url": "1"}


def test_a_removed_source_takes_its_pulse_along() -> None:
    model = ReadModel()
    model.apply(topics.SOURCES_CHANGED.name, samples.changed("a", {"url": "1"}))
    model.apply(topics.SOURCES_POLLED.name, samples.polled("a"))
    model.apply(topics.SOURCES_CHANGED.name, samples.changed("a", None, based_on=1))
    assert not model.pulses


def test_the_latest_poll_stands_whatever_order_they_are_read_in() -> None:
    model = ReadModel()
    for poll in (samples.polled("a", NOW, "failed", published=2), samples.polled("a", NOW - MINUTE, published=3)):
        model.apply(topics.SOURCES_POLLED.name, poll)
    assert model.pulses["a"].last.outcome == "failed"
    assert model.pulses["a"].published.total(NOW) == 5
    assert model.articles.total(NOW) == 5


def test_a_tally_forgets() -> None:
    tally = Tally(MINUTE, MINUTE * 60)
    for minute in range(600):
        tally.add(NOW + MINUTE * minute, 1)
    assert tally.total(NOW + MINUTE * 599) == 60
    assert tally.total(NOW + MINUTE * 629) == 30
    assert tally.total(NOW + MINUTE * 999) == 0


def test_copies_are_kept_by_header_and_bounded() -> None:
    alert = samples.raised(1)
    model = with_alerts([alert])
    for number in range(MOST_COPIES * 2):
        group(model, "story-1", number, number + 1)
    kept = model.alert(alert.alert_id)
    assert kept is not None
    assert model.copies_of(kept) == MOST_COPIES * 2
    assert len(model.stories["story-1"].reports) == MOST_COPIES


def test_stories_are_bounded() -> None:
    model = ReadModel(max_stories=3)
    for number in range(10):
        group(model, f"story-{number}", number, 1)
    assert list(model.stories) == ["story-7", "story-8", "story-9"]


def test_what_a_person_did_last_stands() -> None:
    model = with_alerts([alert := samples.raised(1)])
    for change, by, minutes in (("resolved", "b", 2), ("acknowledged", "a", 1)):
        done = {"alert_id": alert.alert_id, "change": change, "by": by, "changed_at": NOW + MINUTE * minutes}
        model.apply(topics.ALERTS_CHANGED.name, AlertChanged(**done))
    followed = model.follow_ups[alert.alert_id].changed
    assert followed is not None
    assert followed.by == "b"


def test_dead_letters_are_counted_by_topic() -> None:
    model = ReadModel()
    for at, error in ((NOW, "new"), (NOW - MINUTE, "old")):
        letter = codec.decode(codec.encode(samples.dead(at=at, error=error)), DeadHeader)
        model.apply("articles.fetched.dead", letter)
    pile = model.dead["articles.fetched"]
    assert (pile.count, pile.last.error) == (2, "new")


def test_the_model_takes_every_topic_that_is_followed() -> None:
    examples: dict[str, Event] = {
        topics.SOURCES_POLLED.name: samples.polled("a"),
        topics.REPORTS_GROUPED.name: samples.grouped("story-1", 1, 1),
        topics.ALERTS_RAISED.name: samples.raised(),
        topics.ALERTS_CHANGED.name: AlertChanged(alert_id="a", change="marked", by="b", changed_at=NOW),
        topics.NOTIFICATIONS_SENT.name: samples.sent(samples.raised()),
    }
    model = ReadModel()
    for followed in followed_topics(timedelta(days=2)):
        assert followed.topic in TOPICS
        default = samples.dead() if followed.topic.endswith(".dead") else samples.changed("a", {})
        event = codec.decode(codec.encode(examples.get(followed.topic, default)), followed.event_type)
        model.apply(followed.topic, event)


def test_a_topic_that_is_not_followed_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        ReadModel().apply("articles.fetched", samples.polled("a"))
