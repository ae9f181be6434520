"""Feeds to entries: RSS and Atom, however they are written."""

from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import feedparser

from shared.events import FeedEntry

MAX_TEXT = 20_000
MAX_AUTHORS = 10


class NotAFeedError(ValueError):
    """The bytes are not RSS or Atom."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's title and entries, oldest first as far as their dates tell."""

    title: str
    language: str
    entries: tuple[FeedEntry, ...]


def parse_feed(body: bytes, url: str, headers: Mapping[str, str] | None = None) -> Feed:
    """The feed in these bytes. Entries without a link are left out. Raises NotAFeedError."""
    parsed = feedparser.parse(
        body, response_headers={**(headers or {}), "content-location": url}, resolve_relative_uris=True
    )
    if not parsed.get("version") and not parsed.entries:
        raise NotAFeedError(f"neither RSS nor Atom: {_why(parsed)}")
    title, language = str(parsed.feed.get("title", "")), str(parsed.feed.get("language", ""))
    entries = [_entry(row, url, title, language) for row in parsed.entries if row.get("link")]
    return Feed(title, language, tuple(sorted(entries, key=_age, reverse=False)))


def _why(parsed: Any) -> str:
    return str(parsed.get("bozo_exception") or "no feed element")[:200]


def _age(entry: FeedEntry) -> datetime:
    """Undated entries come last: they are most likely new."""
    return entry.published_at or datetime.max.replace(tzinfo=UTC)


def _entry(row: Any, url: str, feed_title: str, language: str) -> FeedEntry:
    content = "\n".join(str(part.get("value", "")) for part in row.get("content", ()))
    return FeedEntry(
        link=urljoin(url, str(row["link"])),
        guid=str(row.get("id", ""))[:2000],
        title=str(row.get("title", ""))[:MAX_TEXT],
        summary=(content or str(row.get("summary", "")))[:MAX_TEXT],
        published_at=_instant(row.get("published_parsed") or row.get("updated_parsed")),
        authors=tuple(str(a.get("name", ""))[:200] for a in row.get("authors", ()) if a.get("name"))[:MAX_AUTHORS],
        feed_title=feed_title[:500],
        language=str(row.get("language") or language)[:35],
    )


def _instant(parsed: Any) -> datetime | None:
    """A date that does not parse is unknown, never now."""
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC)
    except (ValueError, OverflowError, TypeError):
        return None
