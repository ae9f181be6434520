"""What is published, and what must come of it: the hand-written table, and the sites that publish from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SITES = 8
# As real feeds do, each shows its newest entries alone: who is away for too long has missed the older ones.
FEED_ENTRIES = 60
# Every so often another site republishes the article that came before: one story, so no further alert.
COPY_EVERY = 10
_TABLE = Path(__file__).with_name("table.yaml")


@dataclass(frozen=True, slots=True)
class Subject:
    """A row of the table."""

    title: str
    sentences: tuple[str, ...]
    watches: frozenset[str]


@dataclass(frozen=True, slots=True)
class Article:
    """A published page. ``story`` is the number of the article that told it first."""

    number: int
    story: int
    site: int
    subject: Subject

    @property
    def title(self) -> str:
        """Carries the story's number, by which a Slack message is told apart."""
        return f"{self.subject.title} (item {self.story})"

    @property
    def path(self) -> str:
        """Where it is served."""
        return f"/site-{self.site}/{self.number}"

    def html(self) -> str:
        """The page."""
        paragraphs = "".join(f"<p>{escape(s.format(n=self.story))}</p>" for s in self.subject.sentences)
        title = escape(self.title)
        return (
            f"<html><head><title>{title}</title></head>"
            f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
        )


@dataclass(frozen=True, slots=True)
class Table:
    """Watches as their file holds them, and subjects with the watches that must hear of them."""

    watches: Sequence[Mapping[str, Any]]
    subjects: Sequence[Subject]

    def article(self, number: int) -> Article:
        """The article of this number: always the same one."""
        is_copy = number % COPY_EVERY == COPY_EVERY - 1
        story = number - 1 if is_copy else number
        return Article(number, story, number % SITES, self.subjects[story % len(self.subjects)])

    def receivers_of(self, watch: str) -> tuple[str, ...]:
        """Who is told of this watch's alerts."""
        return next(tuple(row["notify"]) for row in self.watches if row["id"] == watch)


def load_table() -> Table:
    """The table beside this file."""
    content = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    subjects = tuple(
        Subject(row["title"], tuple(row["sentences"]), frozenset(row["watches"])) for row in content["subjects"]
    )
    return Table(tuple(content["watches"]), subjects)


@dataclass(slots=True)
class Press:
    """The sites. What was published is served; a feed shows its newest entries."""

    table: Table
    url: str
    articles: list[Article] = field(default_factory=list)

    def publish_next(self) -> Article:
        """Publishes the next article."""
        article = self.table.article(len(self.articles))
        self.articles.append(article)
        return article

    def feeds(self) -> dict[str, str]:
        """Addresses by source id."""
        return {f"site-{site}": f"{self.url}/site-{site}/feed.xml" for site in range(SITES)}

    def app(self) -> Starlette:
        """The sites as an ASGI app."""

        async def feed(request: Request) -> Response:
            return Response(self._rss(request.path_params["site"]), media_type="application/rss+xml")

        async def page(request: Request) -> Response:
            number = request.path_params["number"]
            if number >= len(self.articles):
                return Response(status_code=404)
            return Response(self.articles[number].html(), media_type="text/html; charset=utf-8")

        return Starlette(
            routes=[Route("/site-{site:int}/feed.xml", feed), Route("/site-{site:int}/{number:int}", page)]
        )

    def _rss(self, site: int) -> str:
        newest = [article for article in self.articles if article.site == site][-FEED_ENTRIES:]
        items = "".join(
            f"<item><title>{escape(a.title)}</title><link>{self.url}{a.path}</link></item>" for a in reversed(newest)
        )
        return f'<rss version="2.0"><channel><title>Site {site}</title>{items}</channel></rss>'
