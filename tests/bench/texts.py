"""Texts to measure on: the newsroom's own articles, as text and as pages."""

from datetime import UTC, datetime

from tocsin.newsroom.content import load_newsroom
from tocsin.newsroom.pages import Published, render_page


def plain_texts() -> list[str]:
    """Articles of several languages, made as long as a usual report (about 3.5 kB)."""
    texts = [article.text for article in load_newsroom().articles.values()]
    return [(text + "\n\n") * max(1, 3500 // max(1, len(text))) for text in texts]


def pages() -> list[bytes]:
    """The same as pages, with their sites' clutter."""
    newsroom = load_newsroom()
    now = datetime.now(UTC)
    return [render_page(newsroom, Published(a, now), "http://127.0.0.1:1") for a in newsroom.articles.values()]
