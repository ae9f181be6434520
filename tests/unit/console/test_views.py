"""What is shown, and what a sensitive watch hides."""

from datetime import timedelta

import pytest

from services.console import advice, views
from services.console.read_model import ReadModel
from services.console.views import Filter
from shared import topics
from shared.events import AlertRaised, WatchHeader
from tests.unit.console import samples
from tests.unit.console.samples import NOW

SECRET = samples.watch("office", name="Secret office", sensitive=True, label="Area 7", notify=("phone",))


def model_of(*alerts: AlertRaised) -> ReadModel:
    model = ReadModel()
    for alert in alerts:
        model.apply(topics.ALERTS_RAISED.name, alert)
    return model


def view_of(model: ReadModel, alert: AlertRaised) -> views.AlertView:
    kept = model.alert(alert.alert_id)
    assert kept is not None
    return views.alert_view(model, kept)


def add_source(model: ReadModel, source_id: str = "a", name: str = "") -> None:
    body = {"id": source_id, "name": name, "url": f"https://{source_id}.example.org/feed"}
    model.apply(topics.SOURCES_CHANGED.name, samples.changed(source_id, body))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//host/x", "http:", "ftp://h/x", "http://["]
)
def test_only_web_addresses_become_links(url: str) -> None:
    alert = samples.raised(report=samples.header(url=url))
    assert view_of(model_of(alert), alert).link is None


def test_web_addresses_become_links() -> None:
    alert = samples.raised(report=samples.header(url="https://example.org/a?b=c#d"))
    assert view_of(model_of(alert), alert).link == "https://example.org/a?b=c#d"


def test_a_sensitive_watch_shows_its_label_and_nothing_of_what_it_looks_for() -> None:
    alert = samples.raised(watch=SECRET, also=("Aleppo",))
    model = model_of(alert)
    text = view_of(model, alert).model_dump_json()
    assert "Area 7" in text
    assert not any(word in text for word in ("Secret", "office", "Fighters left", "names Mosul", "Aleppo"))


def test_a_watch_that_became_sensitive_hides_its_earlier_alerts() -> None:
    alert = samples.raised()
    model = model_of(alert)
    body = {"id": "deir-ez-zor", "name": "Deir ez-Zor", "sensitive": True, "label": "Area 9"}
    model.apply(topics.WATCHES_CHANGED.name, samples.changed("deir-ez-zor", body))
    text = view_of(model, alert).model_dump_json() + views.watch_views(model)[0].model_dump_json()
    assert "Area 9" in text
    assert "eir" not in text


def test_evidence_of_a_sensitive_watch_cannot_be_guessed_by_searching() -> None:
    alert = samples.raised(watch=SECRET)
    model = model_of(alert)
    assert not list(views.shown_alerts(model, Filter(text="Fighters left")))
    assert not list(views.shown_alerts(model, Filter(text="Secret office")))
    assert not list(views.shown_alerts(model, Filter(watch_id="office")))
    assert list(views.shown_alerts(model, Filter(text="area 7")))


def test_filters_work_together() -> None:
    grave = samples.raised(1, watch=samples.watch("a", severity="critical", name="A"))
    light = samples.raised(2, watch=samples.watch("b", severity="low", name="B"))
    model = model_of(grave, light)

    def found(**wanted: object) -> list[str]:
        return [alert.event.story_id for alert in views.shown_alerts(model, Filter(**wanted))]  # type: ignore[arg-type]

    assert found(severities=frozenset({"critical"})) == ["story-1"]
    assert found(watch_id="b") == ["story-2"]
    assert found(text="REPORT 2") == ["story-2"]
    assert found(text="mosul", watch_id="a", severities=frozenset({"low"})) == []


def test_a_notification_says_how_far_it_got() -> None:
    alert = samples.raised(watch=samples.watch(notify=("desk", "phone", "mail")))
    model = model_of(alert)
    due = NOW + timedelta(minutes=1)
    for sent in (
        samples.sent(alert),
        samples.sent(alert, "retrying", receiver_id="phone", status=500, next_attempt_at=due),
    ):
        model.apply(topics.NOTIFICATIONS_SENT.name, sent)
    desk, phone, mail = view_of(model, alert).notifications
    assert (desk.state, desk.seconds) == ("delivered", 0.9)
    assert (phone.state, phone.because, phone.next_attempt_at) == ("retrying", "HTTP 500", due)
    assert mail.state == "waiting"


def test_failing_sources_come_first_and_say_why() -> None:
    model = ReadModel()
    for source_id in ("a", "b", "c", "d"):
        add_source(model, source_id)
    model.apply(topics.SOURCES_POLLED.name, samples.polled("a"))
    model.apply(topics.SOURCES_POLLED.name, samples.polled("c", outcome="failed", failures=3, error="timeout"))
    model.apply(topics.SOURCES_POLLED.name, samples.polled("d", outcome="not_modified"))
    shown = views.source_views(model, NOW)
    assert [(view.id, view.state) for view in shown] == [
        ("c", "failing"),
        ("b", "waiting"),
        ("a", "ok"),
        ("d", "not_modified"),
    ]
    assert shown[0].because == "timeout"


def test_a_source_that_nobody_polls_any_more_is_overdue() -> None:
    model = ReadModel()
    add_source(model, "a")
    model.apply(topics.SOURCES_POLLED.name, samples.polled("a"))
    later = NOW + timedelta(minutes=5) + views.OVERDUE + timedelta(seconds=1)
    assert views.source_views(model, later)[0].state == "overdue"
    assert views.status_view(model, later).failing == 1


def test_failing_receivers_are_problems_until_they_are_removed() -> None:
    alert = samples.raised()
    model = model_of(alert)
    model.apply(topics.RECEIVERS_CHANGED.name, samples.changed("desk", {"id": "desk"}))
    model.apply(topics.NOTIFICATIONS_SENT.name, samples.sent(alert, "retrying", status=503))
    (view,) = views.receiver_views(model)
    assert (view.id, view.failures, view.because, view.waiting) == ("desk", 1, "HTTP 503", 1)
    assert views.status_view(model, NOW).failing_receivers == 1
    model.apply(topics.RECEIVERS_CHANGED.name, samples.changed("desk", None, based_on=1))
    assert not views.receiver_views(model)


def test_status_counts_the_last_day() -> None:
    old, new = samples.raised(1, NOW - timedelta(days=2)), samples.raised(2, NOW - timedelta(hours=2))
    model = model_of(old, new)
    for alert in (old, new):
        model.apply(topics.NOTIFICATIONS_SENT.name, samples.sent(alert, "failed"))
    status = views.status_view(model, NOW)
    assert (status.alerts, status.alerts_kept, status.notifications_failed) == (1, 2, 1)


def test_hostile_lengths_are_cut() -> None:
    alert = samples.raised(report=samples.header(title="x" * 100_000))
    assert len(view_of(model_of(alert), alert).title) == views.MAX_TITLE


@pytest.mark.parametrize(
    ("given", "heading"),
    [
        ({"ready": False}, "Reading what happened so far"),
        ({"alerts_kept": 3}, "No alert matches"),
        ({"sources": 0}, "No source yet"),
        ({"watches": 0}, "No watch yet"),
        ({"failing": 3}, "No alert yet, and no source can be read"),
        ({}, "No alert yet"),
    ],
)
def test_an_empty_page_says_what_to_do(given: dict[str, object], heading: str) -> None:
    usual = views.status_view(ReadModel(), NOW).model_dump() | {"ready": True, "sources": 3, "watches": 1}
    assert advice.on_no_alerts(views.StatusView(**(usual | given)))[0] == heading


def test_a_new_user_is_told_when_to_expect_articles() -> None:
    usual = views.status_view(ReadModel(), NOW).model_dump() | {"ready": True, "sources": 3, "watches": 1}
    _, told = advice.on_no_alerts(views.StatusView(**usual))
    assert told == "3 sources are polled; the first articles usually arrive within a minute."


def test_watches_say_who_is_told_and_where_they_are_defined() -> None:
    model = model_of(samples.raised(watch=WatchHeader(id="w", version=1, name="W")))
    model.apply(topics.WATCHES_CHANGED.name, samples.changed("w", {"id": "w", "notify": ["desk"], "severity": "high"}))
    (view,) = views.watch_views(model)
    assert (view.name, view.severity, view.notify, view.place, view.alerts) == (
        "w",
        "high",
        ("desk",),
        "watches.yaml:12",
        1,
    )


# ---------------------------------------------------------------- silences


def silence(model: ReadModel, silence_id: str, **fields: object) -> None:
    body = {"id": silence_id, "comment": "drill", "until": (NOW + timedelta(hours=8)).isoformat(), **fields}
    model.apply(topics.SILENCES_CHANGED.name, samples.changed(silence_id, body))


def test_silences_that_have_not_expired_are_listed_those_that_end_first_first() -> None:
    model = ReadModel()
    silence(model, "long", watch=["w"], until=(NOW + timedelta(hours=9)).isoformat())
    silence(model, "later", source=["a", "b"], starts=(NOW + timedelta(hours=1)).isoformat())
    silence(model, "over", watch=["w"], until=NOW.isoformat())
    silence(model, "unreadable", wat="x")
    shown = views.silence_views(model, NOW)
    assert [(view.id, view.active, view.of) for view in shown] == [
        ("later", False, ("source a or b",)),
        ("long", True, ("watch w",)),
    ]


def test_a_silence_names_a_sensitive_watch_by_its_opaque_id() -> None:
    model = ReadModel()
    body = {"id": "office", "sensitive": True, "label": "Area 7", "notify": ["phone"]}
    model.apply(topics.WATCHES_CHANGED.name, samples.changed("office", body))
    silence(model, "s", watch=["office"])
    text = views.silence_views(model, NOW)[0].model_dump_json()
    assert "office" not in text
    assert views.watch_views(model)[0].id in text


def test_whom_a_silence_covered_is_neither_waiting_nor_pending() -> None:
    watch = samples.watch(notify=("desk", "phone"))
    alert = samples.raised(watch=watch, silenced_by=("quiet",), silenced_receivers=("phone",))
    model = model_of(alert)
    view = view_of(model, alert)
    assert view.silenced_by == ("quiet",)
    assert {item.receiver: item.state for item in view.notifications} == {"desk": "waiting", "phone": "silenced"}
    assert views.status_view(model, NOW).notifications_pending == 1
