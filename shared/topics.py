"""Every topic in one table: what it carries, its key, partitions, retention and largest event."""

from dataclasses import dataclass
from types import MappingProxyType

from shared import events
from shared.events import Event

DAY_MS = 86_400_000
FOR_EVER_MS = -1
DEAD_SUFFIX = ".dead"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. ``partitions`` of 0 means: as many as the deployment asks for."""

    name: str
    event_type: type[Event]
    key: str
    retention_ms: int
    partitions: int = 0
    max_event_bytes: int = 1_000_000

    @property
    def dead(self) -> str:
        """The topic of this topic's dead letters."""
        return self.name + DEAD_SUFFIX


SOURCES_CHANGED = Topic("sources.changed", events.ConfigChanged, "source id", FOR_EVER_MS, 1)
WATCHES_CHANGED = Topic("watches.changed", events.ConfigChanged, "watch id", FOR_EVER_MS, 1)
NAMES_CHANGED = Topic("names.changed", events.ConfigChanged, "name id", FOR_EVER_MS, 1)
RECEIVERS_CHANGED = Topic("receivers.changed", events.ConfigChanged, "receiver id", FOR_EVER_MS, 1)
SILENCES_CHANGED = Topic("silences.changed", events.ConfigChanged, "silence id", FOR_EVER_MS, 1)
SOURCES_POLLED = Topic("sources.polled", events.SourcePolled, "source id", 7 * DAY_MS, 1)
ARTICLES_FETCHED = Topic("articles.fetched", events.ArticleFetched, "article id", 2 * DAY_MS, 0, 2_000_000)
# One ordered partition: the grouper decides stories in one order, and rebuilds the same ones.
REPORTS_EXTRACTED = Topic("reports.extracted", events.ReportExtracted, "article id", 7 * DAY_MS, 1, 2_000_000)
REPORTS_GROUPED = Topic("reports.grouped", events.ReportGrouped, "story id", 90 * DAY_MS, 0, 2_000_000)
REPORTS_MATCHED = Topic("reports.matched", events.ReportMatched, "watch id", 7 * DAY_MS)
ALERTS_RAISED = Topic("alerts.raised", events.AlertRaised, "watch id", 90 * DAY_MS)
ALERTS_CHANGED = Topic("alerts.changed", events.AlertChanged, "watch id", 90 * DAY_MS)
# Longer than the retry window and than any rebuild reads: the dispatcher knows by them what was sent.
NOTIFICATIONS_REQUESTED = Topic("notifications.requested", events.NotificationRequested, "receiver id", 100 * DAY_MS)
NOTIFICATIONS_SENT = Topic("notifications.sent", events.NotificationSent, "receiver id", 100 * DAY_MS)

CONFIG_TOPICS = (SOURCES_CHANGED, WATCHES_CHANGED, NAMES_CHANGED, RECEIVERS_CHANGED, SILENCES_CHANGED)
_FLOW_TOPICS = (
    SOURCES_POLLED,
    ARTICLES_FETCHED,
    REPORTS_EXTRACTED,
    REPORTS_GROUPED,
    REPORTS_MATCHED,
    ALERTS_RAISED,
    ALERTS_CHANGED,
    NOTIFICATIONS_REQUESTED,
    NOTIFICATIONS_SENT,
)
# A dead letter wraps the whole message as base64, so it may be a third larger than its source's largest event.
_DEAD_TOPICS = tuple(
    Topic(
        topic.dead,
        events.DeadLetter,
        topic.key,
        30 * DAY_MS,
        topic.partitions,
        topic.max_event_bytes * 3 // 2,
    )
    for topic in _FLOW_TOPICS
)

TOPICS = MappingProxyType({topic.name: topic for topic in (*CONFIG_TOPICS, *_FLOW_TOPICS, *_DEAD_TOPICS)})
MAX_EVENT_BYTES = max(topic.max_event_bytes for topic in TOPICS.values())


def partitions_of(topic: Topic, default: int) -> int:
    """How many partitions the topic gets where the deployment's default is ``default``."""
    return topic.partitions or default
