"""Feeds to entries: RSS and Atom, however they are written."""

import re
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin
from xml.parsers import expat

import feedparser

from shared.events import FeedEntry

MAX_TEXT = 20_000
MAX_LINK = 4_000
MAX_AUTHORS = 10
MAX_DEPTH = 100
# What is no XML goes to a lenient parser, whose time can grow with the square of its input.
MAX_LENIENT_BYTES = 500_000
# Emoji written as the halves that UTF-16 needs ("&#xD83D;&#xDE00;"): whole ones are put together, the rest is lost.
_SURROGATES = re.compile("[\ud800-\udfff]")
_CHARACTER = re.compile(rb"(?:&#(?:[xX][0-9a-fA-F]{4,8}|[0-9]{5,10});)+")
_CODE = re.compile(rb"&#([xX]?)([0-9a-fA-F]+);")


class NotAFeedError(ValueError):
    """The bytes are not RSS or Atom."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's title and entries, oldest first as far as their dates tell."""

    title: str
    language: str
    entries: tuple[FeedEntry, ...]


def parse_feed(body: bytes, url: str, headers: Mapping[str, str] | None = None) -> Feed:
    """The feed in these bytes. Entries without a link are left out. Raises NotAFeedError.

    HTML within entries stays as it is: whoever reads it takes the text alone.
    """
    parsed = feedparser.parse(
        _CHARACTER.sub(_valid_characters, _bounded(body)),
        response_headers={**(headers or {}), "content-location": url},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not parsed.get("version") and not parsed.entries:
        raise NotAFeedError(f"neither RSS nor Atom: {_why(parsed)}")
    title, language = _text(parsed.feed.get("title")), _text(parsed.feed.get("language"))
    entries = [entry for row in parsed.entries if (entry := _entry(row, url, title, language)) is not None]
    return Feed(title, language, tuple(sorted(entries, key=_age)))


def _valid_characters(found: re.Match[bytes]) -> bytes:
    codes = (int(digits, 16 if x else 10) for x, digits in _CODE.findall(found.group()))
    units = b"".join(
        code.to_bytes(2, "little") if code < 0x10000 else chr(min(code, 0x10FFFF)).encode("utf-16-le") for code in codes
    )
    return units.decode("utf-16-le", "replace").encode("ascii", "xmlcharrefreplace")


def _bounded(body: bytes) -> bytes:
    """The feed, cut where it is large and no XML; the newest entries stand first. Raises NotAFeedError where nested."""
    depth = deepest = 0

    def opened(*_: object) -> None:
        nonlocal depth, deepest
        depth += 1
        deepest = max(deepest, depth)

    def closed(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):
        body = body[:MAX_LENIENT_BYTES]
    if deepest > MAX_DEPTH:
        raise NotAFeedError(f"elements are nested {deepest} deep")
    return body


def _why(parsed: Any) -> str:
    return str(parsed.get("bozo_exception") or "no feed element")[:200]


def _age(entry: FeedEntry) -> datetime:
    """Undated entries come last: they are most likely new."""
    return entry.published_at or datetime.max.replace(tzinfo=UTC)


def _text(value: Any) -> str:
    return _SURROGATES.sub("\ufffd", str(value or ""))


def _entry(row: Any, url: str, feed_title: str, language: str) -> FeedEntry | None:
    """The entry; None where it has no link that could be followed."""
    link = _link(url, _text(row.get("link")))
    if not link:
        return None
    content = "\n".join(_text(part.get("value")) for part in row.get("content", ()))
    return FeedEntry(
        link=link,
        guid=_text(row.get("id"))[:2000],
        title=_text(row.get("title"))[:MAX_TEXT],
        summary=(content or _text(row.get("summary")))[:MAX_TEXT],
        # Not row.get: feedparser answers a missing "updated" with the date published, and a warning.
        published_at=_instant(row.get("published_parsed") or dict.get(row, "updated_parsed")),
        authors=tuple(_text(a.get("name"))[:200] for a in row.get("authors", ()) if a.get("name"))[:MAX_AUTHORS],
        feed_title=feed_title[:500],
        language=_text(row.get("language") or language)[:35],
    )


def _link(url: str, link: str) -> str:
    try:
        joined = urljoin(url, link) if link else ""
    except ValueError:
        return ""
    return joined if len(joined) <= MAX_LINK else ""


def _instant(parsed: Any) -> datetime | None:
    """A date that does not parse is unknown, never now."""
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC)
    except (ValueError, OverflowError, TypeError):
        return None
