"""An article's page to an event: what may be published, and when only the entry can be. Pure but for its clock."""

import hashlib
from datetime import datetime

import cramjam
import msgspec

from shared.events import ArticleFetched, Beat, FeedEntry
from shared.http.client import Answer

MAX_PAGE_BYTES = 900_000  # compressed, as published
MAX_TRIES = 3
_TEXT_TYPES = ("text/", "application/xhtml+xml", "application/xml")
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})


class PageFailedError(Exception):
    """The page cannot be had. ``passing`` tells whether another attempt is worth while."""

    def __init__(self, problem: str, *, passing: bool) -> None:
        self.passing = passing
        super().__init__(problem)


def check(answer: Answer) -> None:
    """Raises PageFailedError where the answer is no page that can be read."""
    if answer.status != 200:
        raise PageFailedError(f"HTTP {answer.status}", passing=answer.status in _PASSING)
    content_type = answer.headers.get("content-type", "text/html").lower()
    if not content_type.startswith(_TEXT_TYPES):
        raise PageFailedError(f"not a page of text: {content_type[:100]}", passing=False)


def with_page(article: ArticleFetched, answer: Answer) -> ArticleFetched:
    """The article with its page's bytes, compressed; flagged where some had to be cut."""
    packed, cut = _pack(answer.body)
    return msgspec.structs.replace(
        article,
        page=packed,
        page_cut=cut or answer.cut,
        sha256=hashlib.sha256(answer.body).hexdigest(),
        content_type=answer.headers.get("content-type", "")[:200],
        final_url=answer.url,
    )


def without_page(article: ArticleFetched, why: str) -> ArticleFetched:
    """The article as its feed tells it; better an alert on a headline than none."""
    return msgspec.structs.replace(article, page_error=why[:500])


def blank(
    article_id: str, source_id: str, url: str, entry: FeedEntry, fetched_at: datetime, beat: Beat | None = None
) -> ArticleFetched:
    """An article of which only the entry is known."""
    text = f"{entry.title}\n{entry.summary}"
    return ArticleFetched(
        article_id=article_id,
        source_id=source_id,
        url=url,
        fetched_at=fetched_at,
        entry=entry,
        sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        beat=beat,
    )


def _compress(body: bytes) -> bytes:
    return bytes(cramjam.zstd.compress(body, level=3))


def _pack(body: bytes) -> tuple[bytes, bool]:
    packed = _compress(body)
    cut = False
    while len(packed) > MAX_PAGE_BYTES:
        # Pages compress evenly enough that one step nearly always does.
        body = body[: int(len(body) * MAX_PAGE_BYTES / len(packed) * 0.95)]
        packed, cut = _compress(body), True
    return packed, cut
