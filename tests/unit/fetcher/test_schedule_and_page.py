"""When a source is due again, and what a page becomes."""

import os
from datetime import UTC, datetime

import cramjam
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetcher import page
from services.fetcher.schedule import LEFT_OVER_PAUSE_SECONDS, MAX_BACKOFF_SECONDS, Rhythm, pause_seconds
from shared import codec
from shared.events import FeedEntry
from shared.http.client import Answer
from shared.topics import ARTICLES_FETCHED

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@given(
    st.floats(1, 86_400),
    st.integers(0, 1000),
    st.booleans(),
    st.sampled_from([200, 304, 429, 500, None]),
    st.floats(0, 0.999),
)
def test_a_pause_is_bounded(interval: float, failures: int, left: bool, status: int | None, jitter: float) -> None:
    pause = pause_seconds(Rhythm(interval, failures, left), status, None, jitter)
    assert 0.95 <= pause <= 1.05 * max(MAX_BACKOFF_SECONDS, interval)


def test_articles_left_over_bring_a_source_back_soon_unless_it_fails() -> None:
    assert pause_seconds(Rhythm(3600, 0, True), 200, None, 0.5) == LEFT_OVER_PAUSE_SECONDS
    assert pause_seconds(Rhythm(5, 0, True), 200, None, 0.5) == 5
    assert pause_seconds(Rhythm(3600, 0, True), 200, 900, 0.5) == 900


def answer(body: bytes, cut: bool = False, **headers: str) -> Answer:
    """A page."""
    return Answer(
        200,
        httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()}),
        body,
        "http://e.org/final",
        cut,
    )


def blank() -> page.ArticleFetched:
    """An article with the largest entry that may be."""
    entry = FeedEntry(link="x" * 4000, title="\x01" * 20_000, summary="\x01" * 20_000, guid="\x01" * 2000)
    return page.blank("id", "s", "http://e.org/" + "x" * 4000, entry, NOON)


@pytest.mark.parametrize("size", [0, 10, 100_000, 2_000_000])
def test_a_page_comes_back_as_it_was_or_flagged(size: int) -> None:
    body = os.urandom(size)
    article = page.with_page(blank(), answer(body))
    assert article.page is not None
    back = bytes(cramjam.zstd.decompress(article.page))
    assert body.startswith(back)
    assert article.page_cut == (len(back) < size) == (size > page.MAX_PAGE_BYTES)
    assert len(article.page) <= page.MAX_PAGE_BYTES
    assert len(codec.encode(article)) < ARTICLES_FETCHED.max_event_bytes
    assert article.final_url == "http://e.org/final"


def test_a_body_that_was_cut_is_flagged() -> None:
    assert page.with_page(blank(), answer(b"x", cut=True)).page_cut


@pytest.mark.parametrize(
    ("status", "content_type", "passing"),
    [(404, "text/html", False), (403, "text/html", False), (429, "text/html", True), (503, "text/html", True),
     (200, "application/pdf", False), (200, "image/png", False)],
)  # fmt: skip
def test_what_is_no_page_is_refused(status: int, content_type: str, passing: bool) -> None:
    with pytest.raises(page.PageFailedError) as caught:
        page.check(Answer(status, httpx.Headers({"content-type": content_type}), b"", ""))
    assert caught.value.passing is passing


@pytest.mark.parametrize("content_type", ["text/html; charset=x", "TEXT/HTML", "application/xhtml+xml", "text/plain"])
def test_a_page_of_text_passes(content_type: str) -> None:
    page.check(answer(b"", content_type=content_type))
    page.check(answer(b""))
