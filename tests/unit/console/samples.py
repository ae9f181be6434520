"""Events as the other services publish them, with everything that a test does not care about filled in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared import ids
from shared.events import (
    AlertRaised,
    ConfigChanged,
    DeadLetter,
    Evidence,
    NotificationSent,
    Report,
    ReportGrouped,
    ReportHeader,
    SourcePolled,
    WatchHeader,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def changed(item_id: str, body: dict[str, Any] | None, based_on: int = 0, at: datetime = NOW) -> ConfigChanged:
    """An edit of a configured item."""
    return ConfigChanged(
        id=item_id,
        based_on=based_on,
        owner="file:watches.yaml",
        changed_at=at,
        created_at=at,
        body=body,
        place="watches.yaml:12",
    )


def polled(source_id: str, at: datetime = NOW, outcome: Any = "ok", **given: Any) -> SourcePolled:
    """A poll of a source."""
    return SourcePolled(
        **{
            "source_id": source_id,
            "polled_at": at,
            "outcome": outcome,
            "next_due_at": at + timedelta(minutes=5),
            **given,
        }
    )


def header(number: int = 1, at: datetime = NOW, **given: Any) -> ReportHeader:
    """The header of a report."""
    return ReportHeader(
        **{
            "article_id": f"article-{number}",
            "source_id": "south-desk",
            "url": f"https://example.org/{number}",
            "title": f"Report {number}",
            "language": "en",
            "fetched_at": at,
            "sha256": "0" * 64,
            "published_at": at - timedelta(minutes=30),
            **given,
        }
    )


def watch(watch_id: str = "deir-ez-zor", **given: Any) -> WatchHeader:
    """A watch as it travels with its matches."""
    return WatchHeader(**{"id": watch_id, "version": 1, "name": "Deir ez-Zor", "notify": ("desk",), **given})


def evidence(text: str, quote: str, start: int = -1, **given: Any) -> Evidence:
    """Evidence for words of a quote that begins at offset 0 of the text."""
    start = quote.index(text) if start < 0 else start
    made: dict[str, Any] = {
        "text": text,
        "start": start,
        "end": start + len(text),
        "zone": "body",
        "quote": quote,
        "why": f"names {text}",
        **given,
    }
    return Evidence(**made)


def raised(number: int = 1, at: datetime = NOW, **given: Any) -> AlertRaised:
    """An alert on story ``story-<number>``."""
    header_of_watch = given.pop("watch", None) or watch()
    story_id = given.pop("story_id", f"story-{number}")
    return AlertRaised(
        **{
            "alert_id": ids.alert_id(header_of_watch.id, story_id),
            "revision": 1,
            "change": "raised",
            "watch": header_of_watch,
            "story_id": story_id,
            "report": given.pop("report", None) or header(number, at - timedelta(seconds=2)),
            "evidence": (evidence("Mosul", "Fighters left Mosul at dawn."),),
            "raised_at": at,
            **given,
        }
    )


def sent(alert: AlertRaised, outcome: Any = "delivered", after: float = 0.9, **given: Any) -> NotificationSent:
    """An attempt at the alert's notification, ``after`` seconds."""
    receiver_id = given.pop("receiver_id", "desk")
    return NotificationSent(
        **{
            "notification_id": ids.notification_id(alert.alert_id, alert.revision, receiver_id),
            "receiver_id": receiver_id,
            "alert_id": alert.alert_id,
            "revision": alert.revision,
            "outcome": outcome,
            "attempt": 1,
            "sent_at": alert.raised_at + timedelta(seconds=after),
            **given,
        }
    )


def grouped(story_id: str, number: int, copies: int, **given: Any) -> ReportGrouped:
    """A report put into a story."""
    head = header(number, **given)
    report = Report(
        text=f"{head.title}\n\nText.",
        extractor="1",
        **{name: getattr(head, name) for name in head.__struct_fields__},
    )
    return ReportGrouped(story_id=story_id, report=report, grouped_at=head.fetched_at, copies=copies)


def dead(topic: str = "articles.fetched", at: datetime = NOW, error: str = "ValueError: no") -> DeadLetter:
    """A message that a step gave up on."""
    return DeadLetter(
        topic=topic,
        partition=0,
        offset=7,
        stage="extract",
        consumer_group="tocsin-extract",
        error=error,
        attempts=3,
        failed_at=at,
        key=b"k",
        value=b"v",
    )
