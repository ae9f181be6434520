"""Reports, watches and alerts for the alerter's tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from services.alerter.lifecycle import raise_alert, requests_for
from shared import ids
from shared.config.history import Item
from shared.events import (
    Actor,
    AlertRaised,
    Evidence,
    Location,
    NotificationRequested,
    Report,
    ReportHeader,
    ReportMatched,
    WatchHeader,
    ZoneSpan,
)

NOW = datetime(2026, 10, 18, 12, 0, tzinfo=UTC)


class FakeClock:
    """A clock that stands until it is told to move."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        """Moves it on."""
        self.now += timedelta(seconds=seconds)


def location(text: str, start: int, **fields: Any) -> Location:
    """A mention of a place; near Deir ez-Zor unless told otherwise."""
    given = {
        "zone": "body",
        "name": text,
        "lat": 35.34,
        "lon": 40.14,
        "country": "SY",
        "feature": "populated_place",
        "confidence": 0.9,
        "place_id": f"test:{text}",
    }
    return Location(text=text, start=start, end=start + len(text), **(given | fields))


def actor(text: str, start: int, actor_id: str, zone: Any = "body") -> Actor:
    """A mention of an actor."""
    return Actor(text=text, start=start, end=start + len(text), zone=zone, id=actor_id, name=text, kind="armed_group")


def report(
    text: str, *, locations: tuple[Location, ...] = (), actors: tuple[Actor, ...] = (), zones: tuple[ZoneSpan, ...] = ()
) -> Report:
    """A report of this text."""
    return Report(
        article_id="a1", source_id="desk", url="https://example.org/a", title=text[:80], text=text, language="en",
        fetched_at=NOW, sha256="0" * 64, extractor="test", locations=locations, actors=actors, zones=zones,
    )  # fmt: skip


def item(watch_id: str, when: dict[str, Any], **fields: Any) -> Item:
    """A watch as it stands in the topic."""
    body = {"id": watch_id, "when": when, "notify": ["desk"], **fields}
    return Item(id=watch_id, version=1, owner="test", created_at=NOW, changed_at=NOW, body=body)


def evidence(quote: str = "Over 30 fighters died near Deir ez-Zor.", **fields: Any) -> Evidence:
    """Why a watch matched."""
    given = {"text": "Deir ez-Zor", "start": 0, "end": 11, "zone": "body", "why": "7 km from Deir ez-Zor"}
    return Evidence(quote=quote, **(given | fields))


def match(watch_id: str = "deir", story_id: str = "s1", **fields: Any) -> ReportMatched:
    """A match of that watch in that story."""
    header = ReportHeader(
        article_id="a1", source_id="south-desk", url="https://example.org/a?b=1&c=2", title="Strikes near Deir ez-Zor",
        language="en", fetched_at=NOW - timedelta(seconds=40), sha256="0" * 64,
    )  # fmt: skip
    watch = WatchHeader(id=watch_id, version=3, name=f"Watch {watch_id}", notify=("desk",))
    given = {"watch": watch, "report": header, "evidence": (evidence(),), "matched_at": NOW, "grouped_at": NOW}
    return ReportMatched(story_id=story_id, **(given | fields))


def alert(watch_id: str = "deir", story_id: str = "s1", **fields: Any) -> AlertRaised:
    """The alert that such a match makes."""
    return raise_alert(match(watch_id, story_id, **fields), lambda: NOW)


def request(watch_id: str = "deir", story_id: str = "s1", **fields: Any) -> NotificationRequested:
    """The notification of such an alert for the receiver 'desk'."""
    return requests_for(alert(watch_id, story_id, **fields))[0]


def revised(request: NotificationRequested, revision: int, **fields: Any) -> NotificationRequested:
    """The request for another revision of the same alert."""
    changed = msgspec.structs.replace(request.alert, revision=revision, change="revised")
    notification_id = ids.notification_id(changed.alert_id, revision, request.receiver_id)
    return msgspec.structs.replace(request, notification_id=notification_id, alert=changed, **fields)
