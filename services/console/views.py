"""What is shown of the model: typed, with sensitive watches hidden behind their label. Pure.

The API and the page show the same views, so that what one hides the other hides too.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from services.console.highlight import Quote, quotes_of
from services.console.read_model import Alert, ReadModel, ReceiverPulse, SourcePulse
from shared.config.history import Item
from shared.config.silences import Silence
from shared.events import AlertRaised, NotificationSent, Severity

MAX_TITLE = 400
MAX_ERROR = 400
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
# A poll this late was forgotten, not delayed.
OVERDUE = timedelta(seconds=90)
_DAY = timedelta(days=1)

SourceState = Literal["failing", "refused", "gone", "overdue", "waiting", "ok", "not_modified"]
NotificationState = Literal[
    "waiting", "sending", "delivered", "retrying", "unknown", "failed", "superseded", "ambiguous", "silenced"
]
_GIVEN_UP = frozenset({"failed", "ambiguous"})
_BAD_SOURCES = ("gone", "refused", "failing", "overdue")
_SOURCE_ORDER = {state: rank for rank, state in enumerate((*_BAD_SOURCES, "waiting", "ok", "not_modified"))}


class View(BaseModel):
    """Base of what is shown."""

    model_config = ConfigDict(frozen=True)


class Copy(View):
    """Another report of an alert's story."""

    source: str
    title: str
    link: str | None
    fetched_at: datetime


class Notification(View):
    """How far one receiver's notification got. ``seconds`` passed between the alert and its delivery."""

    receiver: str
    state: NotificationState
    attempt: int = 0
    at: datetime | None = None
    seconds: float | None = None
    next_attempt_at: datetime | None = None
    because: str = ""


class AlertView(View):
    """An alert as it is shown. ``watch_id`` is opaque, and evidence, why and places are left out, if ``sensitive``.

    ``silenced_by``: the silences that held when it was raised.
    """

    id: str
    revision: int
    severity: Severity
    watch: str
    watch_id: str
    sensitive: bool
    title: str
    link: str | None
    language: str
    source: str
    published_at: datetime | None
    seen_at: datetime
    raised_at: datetime
    quotes: tuple[Quote, ...]
    why: tuple[str, ...]
    also: tuple[str, ...]
    copies: int
    copy_list: tuple[Copy, ...]
    notifications: tuple[Notification, ...]
    handled: str = ""
    silenced_by: tuple[str, ...] = ()


class SourceView(View):
    """A source and how its polls fare. ``published`` counts articles of the last 24 hours."""

    id: str
    name: str
    url: str
    link: str | None
    state: SourceState
    failures: int = 0
    because: str = ""
    polled_at: datetime | None = None
    next_due_at: datetime | None = None
    last_ok_at: datetime | None = None
    published: int = 0
    place: str = ""


class WatchView(View):
    """A watch. ``alerts`` counts those of the last 90 days."""

    id: str
    name: str
    severity: str
    notify: tuple[str, ...]
    place: str
    enabled: bool
    sensitive: bool
    alerts: int
    last_at: datetime | None
    version: int


class SilenceView(View):
    """A silence that holds, or will. ``of`` says what is silenced, with sensitive watches by their opaque ids."""

    id: str
    comment: str
    of: tuple[str, ...]
    active: bool
    starts: datetime | None
    until: datetime
    by: str
    place: str


class DeadView(View):
    """The dead letters of one topic."""

    topic: str
    count: int
    error: str
    stage: str
    consumer_group: str
    attempts: int
    failed_at: datetime


class ReceiverView(View):
    """A receiver whose last attempts did not arrive."""

    id: str
    failures: int
    because: str
    state: NotificationState
    last_at: datetime
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    waiting: int


class StatusView(View):
    """The whole in numbers. ``alerts`` and ``failed`` are of the last 24 hours."""

    ready: bool
    link_lost_at: datetime | None
    sources: int
    healthy: int
    failing: int
    watches: int
    receivers: int
    articles_last_hour: int
    alerts: int
    alerts_kept: int
    notifications_pending: int
    notifications_failed: int
    failing_receivers: int
    dead_letters: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Which alerts are asked for; an empty field asks for all."""

    watch_id: str = ""
    severities: frozenset[str] = frozenset()
    text: str = ""


def web_link(url: str) -> str | None:
    """The address where it is safe to put into a link: http or https, and nothing else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc and len(url) <= 4000 else None


# ---------------------------------------------------------------- alerts


def shown_alerts(model: ReadModel, wanted: Filter) -> Iterator[Alert]:
    """Alerts that the filter lets through, newest first."""
    needle = wanted.text.strip().casefold()
    for alert in model.newest_alerts():
        watch = alert.event.watch
        if wanted.severities and watch.severity not in wanted.severities:
            continue
        if wanted.watch_id and public_watch_id(model, watch.id, sensitive=watch.sensitive) != wanted.watch_id:
            continue
        if needle and not any(needle in text.casefold() for text in _searchable(model, alert.event)):
            continue
        yield alert


def _searchable(model: ReadModel, event: AlertRaised) -> Iterator[str]:
    yield event.report.title
    yield _source_name(model, event.report.source_id)
    yield event.report.url
    yield _watch_name(model, event)
    if not _is_sensitive(model, event.watch.id, event.watch.sensitive):
        for item in event.evidence:
            yield item.quote
            yield item.why
        yield from event.also


def alert_view(model: ReadModel, alert: Alert) -> AlertView:
    """The alert as it is shown."""
    event = alert.event
    report, watch = event.report, event.watch
    sensitive = _is_sensitive(model, watch.id, watch.sensitive)
    quotes = () if sensitive else quotes_of(event.evidence)
    return AlertView(
        id=event.alert_id,
        revision=event.revision,
        severity=watch.severity,
        watch=_watch_name(model, event),
        watch_id=public_watch_id(model, watch.id, sensitive=watch.sensitive),
        sensitive=sensitive,
        title=_cut(_one_line(report.title), MAX_TITLE) or report.url[:MAX_TITLE],
        link=web_link(report.url),
        language=report.language,
        source=_source_name(model, report.source_id),
        published_at=report.published_at,
        seen_at=report.fetched_at,
        raised_at=alert.raised_at,
        quotes=quotes,
        why=tuple(dict.fromkeys(why for quote in quotes for why in quote.why)),
        also=() if sensitive else event.also,
        copies=model.copies_of(alert),
        copy_list=tuple(_copies(model, event)),
        notifications=tuple(_notifications(model, event)),
        handled=_handled(model, event.alert_id),
        silenced_by=event.silenced_by,
    )


def public_watch_id(model: ReadModel, watch_id: str, *, sensitive: bool) -> str:
    """The watch's id; an opaque one, that of webhooks, where the watch is sensitive."""
    if not _is_sensitive(model, watch_id, sensitive):
        return watch_id
    return hashlib.sha256(f"watch {watch_id}".encode()).hexdigest()[:16]


def _is_sensitive(model: ReadModel, watch_id: str, raised_so: bool) -> bool:
    """Whether the watch is sensitive now, or was when it matched."""
    item = model.watches.items.get(watch_id)
    return raised_so or (item is not None and bool(item.body.get("sensitive")))


def _watch_name(model: ReadModel, event: AlertRaised) -> str:
    watch = event.watch
    if not _is_sensitive(model, watch.id, watch.sensitive):
        return watch.name
    item = model.watches.items.get(watch.id)
    return watch.label or str((item.body.get("label") if item else "") or "Sensitive watch")


def _source_name(model: ReadModel, source_id: str) -> str:
    item = model.sources.items.get(source_id)
    return str((item.body.get("name") if item else "") or source_id)


def _copies(model: ReadModel, event: AlertRaised) -> Iterator[Copy]:
    story = model.stories.get(event.story_id)
    for report in story.reports.values() if story else ():
        if report.article_id != event.report.article_id:
            yield Copy(
                source=_source_name(model, report.source_id),
                title=_cut(_one_line(report.title), MAX_TITLE),
                link=web_link(report.url),
                fetched_at=report.fetched_at,
            )


def _notifications(model: ReadModel, event: AlertRaised) -> Iterator[Notification]:
    sent = model.sent_of(event.alert_id)
    for receiver_id in dict.fromkeys((*event.watch.notify, *sent)):
        last = sent.get(receiver_id)
        if last:
            yield _notification(event, last)
        else:
            silenced = receiver_id in event.silenced_receivers
            yield Notification(receiver=receiver_id, state="silenced" if silenced else "waiting")


def _notification(event: AlertRaised, sent: NotificationSent) -> Notification:
    delivered = sent.outcome == "delivered"
    timed = delivered and sent.revision == event.revision
    return Notification(
        receiver=sent.receiver_id,
        state=sent.outcome,
        attempt=sent.attempt,
        at=sent.sent_at,
        seconds=round(max(0.0, (sent.sent_at - event.raised_at).total_seconds()), 3) if timed else None,
        next_attempt_at=sent.next_attempt_at,
        because="" if delivered else _because(sent.error, sent.status),
    )


def _because(error: str, status: int | None) -> str:
    if error:
        return _cut(_one_line(error), MAX_ERROR)
    return f"HTTP {status}" if status is not None else ""


def _handled(model: ReadModel, alert_id: str) -> str:
    follow_up = model.follow_ups.get(alert_id)
    change = follow_up.changed if follow_up else None
    return f"{change.change} by {change.by}" if change else ""


# ---------------------------------------------------------------- sources


def source_views(model: ReadModel, now: datetime) -> list[SourceView]:
    """Every source: failing ones first, then by name."""
    views = [_source_view(item, model.pulses.get(item.id), now) for item in model.sources.items.values()]
    return sorted(views, key=lambda view: (_SOURCE_ORDER[_healthy_alike(view.state)], -view.failures, view.name))


def _healthy_alike(state: SourceState) -> SourceState:
    return "ok" if state == "not_modified" else state  # or they would change places at every poll


def _source_view(item: Item, pulse: SourcePulse | None, now: datetime) -> SourceView:
    url, last = str(item.body.get("url", "")), pulse.last if pulse else None
    common: dict[str, Any] = {
        "id": item.id,
        "name": str(item.body.get("name") or item.id),
        "url": url,
        "link": web_link(url),
        "state": source_state(item, pulse, now),
        "place": item.place,
    }
    if pulse is None or last is None:
        return SourceView(**common)
    return SourceView(
        **common,
        failures=last.failures,
        because=_because(last.error, last.status) if last.outcome not in {"ok", "not_modified"} else "",
        polled_at=last.polled_at,
        next_due_at=last.next_due_at,
        last_ok_at=pulse.last_ok_at,
        published=pulse.published.total(now),
    )


def source_state(item: Item, pulse: SourcePulse | None, now: datetime) -> SourceState:
    """How the source fares. ``overdue``: its next poll is late, so nobody looks at it."""
    if pulse is None:
        return "overdue" if now - item.changed_at > OVERDUE else "waiting"
    due = pulse.last.next_due_at
    if due is not None and now - due > OVERDUE:
        return "overdue"
    outcome = pulse.last.outcome
    return "failing" if outcome == "failed" else outcome


# ---------------------------------------------------------------- watches and problems


def watch_views(model: ReadModel) -> list[WatchView]:
    """Every watch, the gravest first."""
    views = [_watch_view(model, item) for item in model.watches.items.values()]
    rank = {str(severity): place for place, severity in enumerate(SEVERITIES)}
    return sorted(views, key=lambda view: (rank.get(view.severity, len(rank)), view.name))


def _watch_view(model: ReadModel, item: Item) -> WatchView:
    body, tally = item.body, model.watch_tallies.get(item.id)
    sensitive = bool(body.get("sensitive"))
    name = (body.get("label") or "Sensitive watch") if sensitive else (body.get("name") or item.id)
    return WatchView(
        id=public_watch_id(model, item.id, sensitive=sensitive),
        name=str(name),
        severity=str(body.get("severity") or "medium"),
        notify=tuple(str(receiver_id) for receiver_id in body.get("notify") or ()),
        place=item.place or item.owner,
        enabled=bool(body.get("enabled", True)),
        sensitive=sensitive,
        alerts=tally.alerts if tally else 0,
        last_at=tally.last_at if tally else None,
        version=item.version,
    )


def silence_views(model: ReadModel, now: datetime) -> list[SilenceView]:
    """Silences that have not expired, those that end first first."""
    found = (_silence_view(model, item, now) for item in model.silences.items.values())
    return sorted((view for view in found if view is not None), key=lambda view: view.until)


def _silence_view(model: ReadModel, item: Item, now: datetime) -> SilenceView | None:
    try:
        silence = Silence.model_validate(item.body)
    except ValidationError:  # a newer Tocsin wrote it
        return None
    if silence.until is None or silence.until <= now:
        return None
    return SilenceView(
        id=item.id,
        comment=silence.comment,
        of=tuple(_silenced(model, silence)),
        active=silence.is_active(now),
        starts=silence.starts,
        until=silence.until,
        by=item.by,
        place=item.place or item.owner,
    )


def _silenced(model: ReadModel, silence: Silence) -> Iterator[str]:
    watches = [public_watch_id(model, watch_id, sensitive=False) for watch_id in silence.watch]
    parts = {"watch": watches, "receiver": silence.receiver, "source": silence.source, "severity": silence.severity,
             "story": silence.story}  # fmt: skip
    for name, values in parts.items():
        if values:
            yield f"{name} {' or '.join(values)}"


def dead_views(model: ReadModel) -> list[DeadView]:
    """Topics with dead letters, the latest first."""
    piles = sorted(model.dead.values(), key=lambda pile: pile.last.failed_at, reverse=True)
    return [
        DeadView(
            topic=pile.last.topic,
            count=pile.count,
            error=_cut(_one_line(pile.last.error), MAX_ERROR),
            stage=pile.last.stage,
            consumer_group=pile.last.consumer_group,
            attempts=pile.last.attempts,
            failed_at=pile.last.failed_at,
        )
        for pile in piles
    ]


def receiver_views(model: ReadModel) -> list[ReceiverView]:
    """Receivers whose last attempt did not arrive, the worst first."""
    waiting = [
        receiver_id for _, receiver_id, sent in model.unfinished() if sent is None or sent.outcome not in _GIVEN_UP
    ]
    views = [
        ReceiverView(
            id=receiver_id,
            failures=pulse.failures,
            because=_because(pulse.last.error, pulse.last.status),
            state=pulse.last.outcome,
            last_at=pulse.last.sent_at,
            next_attempt_at=pulse.last.next_attempt_at,
            delivered_at=pulse.delivered_at,
            waiting=waiting.count(receiver_id),
        )
        for receiver_id, pulse in _failing_receivers(model).items()
    ]
    return sorted(views, key=lambda view: -view.failures)


def status_view(model: ReadModel, now: datetime) -> StatusView:
    """The whole in numbers."""
    states = [source_state(item, model.pulses.get(item.id), now) for item in model.sources.items.values()]
    failing = sum(state in _BAD_SOURCES for state in states)
    unfinished = list(_unfinished(model, now))
    return StatusView(
        ready=model.caught_up,
        link_lost_at=model.link_lost_at,
        sources=len(states),
        healthy=sum(state in {"ok", "not_modified"} for state in states),
        failing=failing,
        watches=len(model.watches.items),
        receivers=len(model.receivers.items),
        articles_last_hour=model.articles.total(now),
        alerts=model.count_alerts_since(now - _DAY),
        alerts_kept=model.count_alerts(),
        notifications_pending=unfinished.count("pending"),
        notifications_failed=unfinished.count("failed"),
        failing_receivers=len(_failing_receivers(model)),
        dead_letters=sum(pile.count for pile in model.dead.values()),
    )


def _failing_receivers(model: ReadModel) -> dict[str, ReceiverPulse]:
    """Only those that are still configured."""
    return {key: p for key, p in model.receiver_pulses.items() if p.failures and key in model.receivers.items}


def _unfinished(model: ReadModel, now: datetime) -> Iterator[Literal["pending", "failed"]]:
    for _, _, sent in model.unfinished():
        if sent is None or sent.outcome not in _GIVEN_UP:
            yield "pending"
        elif now - sent.sent_at <= _DAY:
            yield "failed"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
