"""What the console knows: decoded events folded into a bounded state. Pure; it talks to nobody.

Topics are read side by side, so events may come in any order: a delivery may precede the alert that it tells of.
"""

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared import topics
from shared.config.history import Chronicle
from shared.events import AlertChanged, AlertRaised, ConfigChanged, Event, NotificationSent, ReportHeader, SourcePolled
from shared.topics import DEAD_SUFFIX

MOST_COPIES = 20  # of one story, kept by header
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class GroupedHeader(Event, frozen=True, kw_only=True):
    """The part of ``ReportGrouped`` that the console keeps: no text, no mentions."""

    story_id: str
    report: ReportHeader
    grouped_at: datetime
    copies: int = 1


class DeadHeader(Event, frozen=True, kw_only=True):
    """The part of ``DeadLetter`` that the console keeps: not the message."""

    topic: str
    stage: str
    consumer_group: str
    error: str
    attempts: int
    failed_at: datetime


class Tally:
    """How many of something there were of late, in buckets of ``width``, forgotten after ``span``."""

    def __init__(self, width: timedelta, span: timedelta) -> None:
        self._width, self._kept = width.total_seconds(), span // width
        self._buckets: dict[int, int] = {}

    def add(self, at: datetime, count: int) -> None:
        """Counts ``count`` at this time."""
        if not count:
            return
        bucket = self._bucket(at)
        self._buckets[bucket] = self._buckets.get(bucket, 0) + count
        for old in [b for b in self._buckets if b <= max(self._buckets) - self._kept]:
            del self._buckets[old]

    def total(self, now: datetime) -> int:
        """The count of the span that ends now."""
        last = self._bucket(now)
        return sum(count for bucket, count in self._buckets.items() if last - self._kept < bucket <= last)

    def _bucket(self, at: datetime) -> int:
        return int(at.timestamp() // self._width)


@dataclass(slots=True)
class SourcePulse:
    """The last poll of a source, and what it published."""

    last: SourcePolled
    published: Tally = field(default_factory=lambda: Tally(_HOUR, _DAY))
    last_ok_at: datetime | None = None


@dataclass(slots=True)
class Story:
    """The reports of one story: how many, and the headers of the first ones."""

    copies: int = 0
    reports: dict[str, ReportHeader] = field(default_factory=dict)


@dataclass(slots=True)
class FollowUp:
    """What happened after an alert was raised: by receiver the last word on its notification, and what people did."""

    touched_at: datetime
    sent: dict[str, NotificationSent] = field(default_factory=dict)
    changed: AlertChanged | None = None


@dataclass(slots=True)
class Alert:
    """An alert in its latest revision. ``raised_at`` is that of the first."""

    event: AlertRaised
    raised_at: datetime

    @property
    def order(self) -> tuple[datetime, str]:
        """Alerts are sorted by this, oldest first."""
        return self.raised_at, self.event.alert_id


@dataclass(slots=True)
class WatchTally:
    """Alerts that a watch raised, as far back as ``alerts.raised`` reaches."""

    alerts: int = 0
    last_at: datetime | None = None


@dataclass(slots=True)
class ReceiverPulse:
    """How a receiver fares: its last attempt, and how many in a row did not arrive."""

    last: NotificationSent
    failures: int = 0
    delivered_at: datetime | None = None


@dataclass(slots=True)
class DeadPile:
    """The dead letters of one topic."""

    count: int
    last: DeadHeader


class ReadModel:
    """The state. ``version`` grows with every event that was applied, so that a page knows when to look again."""

    def __init__(self, max_alerts: int = 5000, max_stories: int = 20_000) -> None:
        self.version = 0
        self.caught_up = False
        self.link_lost_at: datetime | None = None
        self.sources, self.receivers, self.watches, self.silences, self.names = (Chronicle() for _ in range(5))
        self.pulses: dict[str, SourcePulse] = {}
        self.articles = Tally(timedelta(minutes=1), _HOUR)
        self.stories: OrderedDict[str, Story] = OrderedDict()
        self.follow_ups: dict[str, FollowUp] = {}
        self.watch_tallies: dict[str, WatchTally] = {}
        self.receiver_pulses: dict[str, ReceiverPulse] = {}
        self.dead: dict[str, DeadPile] = {}
        self._alerts: dict[str, Alert] = {}
        self._order: list[tuple[datetime, str]] = []
        self._open: dict[str, set[str]] = {}  # by alert, receivers that it did not arrive at
        self._max_alerts, self._max_stories = max_alerts, max_stories
        self._appliers: dict[str, Callable[[Any], object]] = {
            topics.SOURCES_CHANGED.name: self._source_changed,
            topics.RECEIVERS_CHANGED.name: self.receivers.apply,
            topics.WATCHES_CHANGED.name: self.watches.apply,
            topics.SILENCES_CHANGED.name: self.silences.apply,
            topics.NAMES_CHANGED.name: self.names.apply,
            topics.SOURCES_POLLED.name: self._polled,
            topics.REPORTS_GROUPED.name: self._grouped,
            topics.ALERTS_RAISED.name: self._raised,
            topics.ALERTS_CHANGED.name: self._changed,
            topics.NOTIFICATIONS_SENT.name: self._sent,
            DEAD_SUFFIX: self._died,
        }

    def apply(self, topic: str, event: Event) -> None:
        """Takes one event of this topic in. Raises KeyError for a topic that the console does not read."""
        self._appliers[DEAD_SUFFIX if topic.endswith(DEAD_SUFFIX) else topic](event)
        self.version += 1

    def set_link(self, lost_at: datetime | None) -> None:
        """Says since when Kafka does not answer; None while it does."""
        if lost_at != self.link_lost_at:
            self.link_lost_at = lost_at
            self.version += 1

    def set_caught_up(self) -> None:
        """Says that all that the topics held at the start was read."""
        self.caught_up = True
        self.version += 1

    # ------------------------------------------------------------ questions

    def chronicles(self) -> dict[str, Chronicle]:
        """Everything that was ever configured, by the key of its kind."""
        return {
            "sources": self.sources,
            "receivers": self.receivers,
            "watches": self.watches,
            "silences": self.silences,
            "names": self.names,
        }

    def alert(self, alert_id: str) -> Alert | None:
        """The alert of this id, while it is kept."""
        return self._alerts.get(alert_id)

    def newest_alerts(self) -> Iterator[Alert]:
        """All alerts that are kept, newest first."""
        return (self._alerts[alert_id] for _, alert_id in reversed(self._order))

    def count_alerts(self) -> int:
        """How many alerts are kept."""
        return len(self._order)

    def count_alerts_since(self, since: datetime) -> int:
        """How many of the kept alerts were raised at that time or later."""
        return len(self._order) - bisect_left(self._order, (since, ""))

    def copies_of(self, alert: Alert) -> int:
        """Reports of the alert's story so far."""
        story = self.stories.get(alert.event.story_id)
        return max(alert.event.copies, story.copies if story else 0)

    def sent_of(self, alert_id: str) -> Mapping[str, NotificationSent]:
        """By receiver, the last attempt at the alert's notification."""
        follow_up = self.follow_ups.get(alert_id)
        return follow_up.sent if follow_up else {}

    def unfinished(self) -> Iterator[tuple[Alert, str, NotificationSent | None]]:
        """Notifications of kept alerts that were not delivered: alert, receiver, last attempt where there was one."""
        for alert_id, receivers in self._open.items():
            for receiver_id in receivers:
                yield self._alerts[alert_id], receiver_id, self.sent_of(alert_id).get(receiver_id)

    # ------------------------------------------------------------ events

    def _source_changed(self, change: ConfigChanged) -> None:
        if self.sources.apply(change) and change.body is None:
            self.pulses.pop(change.id, None)

    def _polled(self, poll: SourcePolled) -> None:
        self.articles.add(poll.polled_at, poll.published)
        pulse = self.pulses.get(poll.source_id)
        if pulse is None:
            pulse = self.pulses[poll.source_id] = SourcePulse(poll)
        pulse.published.add(poll.polled_at, poll.published)
        if poll.polled_at >= pulse.last.polled_at:
            pulse.last = poll
            if poll.outcome in {"ok", "not_modified"}:
                pulse.last_ok_at = poll.polled_at

    def _grouped(self, grouped: GroupedHeader) -> None:
        story = self.stories.setdefault(grouped.story_id, Story())
        self.stories.move_to_end(grouped.story_id)
        story.copies = max(story.copies, grouped.copies)
        if len(story.reports) < MOST_COPIES:
            story.reports.setdefault(grouped.report.article_id, grouped.report)
        if len(self.stories) > self._max_stories:
            self.stories.popitem(last=False)

    def _raised(self, event: AlertRaised) -> None:
        known = self._alerts.get(event.alert_id)
        if known is None:
            self._add(Alert(event, event.raised_at))
        elif event.revision > known.event.revision:
            known.event = event
            self._note_open(event.alert_id)

    def _add(self, alert: Alert) -> None:
        tally = self.watch_tallies.setdefault(alert.event.watch.id, WatchTally())
        tally.alerts += 1
        tally.last_at = max(tally.last_at or alert.raised_at, alert.raised_at)
        if len(self._order) >= self._max_alerts:
            if alert.order < self._order[0]:
                return
            self._forget(self._order.pop(0)[1])
        self._alerts[alert.event.alert_id] = alert
        insort(self._order, alert.order)
        self._note_open(alert.event.alert_id)

    def _forget(self, alert_id: str) -> None:
        del self._alerts[alert_id]
        self._open.pop(alert_id, None)
        self.follow_ups.pop(alert_id, None)

    def _changed(self, change: AlertChanged) -> None:
        follow_up = self._follow_up(change.alert_id, change.changed_at)
        if follow_up.changed is None or follow_up.changed.changed_at <= change.changed_at:
            follow_up.changed = change

    def _sent(self, sent: NotificationSent) -> None:
        self._note_receiver(sent)
        follow_up = self._follow_up(sent.alert_id, sent.sent_at)
        before = follow_up.sent.get(sent.receiver_id)
        if before is None or sent.revision >= before.revision:
            follow_up.sent[sent.receiver_id] = sent
            self._note_open(sent.alert_id)

    def _follow_up(self, alert_id: str, at: datetime) -> FollowUp:
        follow_up = self.follow_ups.setdefault(alert_id, FollowUp(at))
        follow_up.touched_at = max(follow_up.touched_at, at)
        if len(self.follow_ups) > 4 * self._max_alerts:  # most tell of alerts that are not kept, or not read yet
            newest = sorted(self.follow_ups, key=lambda key: self.follow_ups[key].touched_at)[-2 * self._max_alerts :]
            self.follow_ups = {key: self.follow_ups[key] for key in newest}
        return follow_up

    def _note_open(self, alert_id: str) -> None:
        alert = self._alerts.get(alert_id)
        if alert is None:
            return
        # A later revision may be a silent one, so a delivery of any revision counts.
        delivered = {key for key, sent in self.sent_of(alert_id).items() if sent.outcome == "delivered"}
        silenced = set(alert.event.silenced_receivers)
        self._open[alert_id] = set(alert.event.watch.notify) - delivered - silenced

    def _note_receiver(self, sent: NotificationSent) -> None:
        pulse = self.receiver_pulses.setdefault(sent.receiver_id, ReceiverPulse(sent))
        if sent.sent_at < pulse.last.sent_at or sent.outcome in {"sending", "superseded"}:  # no attempt has ended
            return
        pulse.last = sent
        if sent.outcome == "delivered":
            pulse.failures, pulse.delivered_at = 0, sent.sent_at
        else:
            pulse.failures += 1

    def _died(self, letter: DeadHeader) -> None:
        pile = self.dead.setdefault(letter.topic, DeadPile(0, letter))
        pile.count += 1
        if letter.failed_at >= pile.last.failed_at:
            pile.last = letter
