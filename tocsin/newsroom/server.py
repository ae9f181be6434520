"""The sample sites over HTTP: feeds that grow as articles are released, pages, validators, a switch to kill a site."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tocsin.newsroom.content import Article, Newsroom, Site
from tocsin.newsroom.pages import (
    FEED_TYPES,
    Published,
    article_url,
    feed_url,
    render_feed,
    render_front,
    render_page,
)

Clock = Callable[[], datetime]
Release = Callable[[timedelta], int]

FEED_MAX_AGE_SECONDS = 1
"""Sent as Cache-Control on feeds: invites a client to come back as often as the demo needs."""


def utc_now() -> datetime:
    """The wall clock, aware and in UTC."""
    return datetime.now(UTC)


def release_at_once(_elapsed: timedelta) -> int:
    """Every article is out from the start."""
    return 1_000_000


def release_at_rate(per_second: float) -> Release:
    """The first article is out at the start, then `per_second` more each second."""

    def released(elapsed: timedelta) -> int:
        return 1 + int(elapsed.total_seconds() * per_second)

    return released


class Newsstand:
    """What the sites show at this moment: which articles are out, and which sites are down."""

    def __init__(self, newsroom: Newsroom, base_url: str, clock: Clock, release: Release) -> None:
        self.newsroom = newsroom
        self.base_url = base_url
        self.started_at = clock()
        self._clock = clock
        self._release = release
        self._killed: set[str] = set()

    def released(self) -> tuple[Published, ...]:
        """Every released article of every site, oldest first."""
        count = self._release(self._clock() - self.started_at)
        return tuple(self._published(article) for article in self.newsroom.release_order[: max(0, count)])

    def released_of(self, site_id: str) -> tuple[Published, ...]:
        """The released articles of one site, oldest first."""
        return tuple(entry for entry in self.released() if entry.article.site_id == site_id)

    def find(self, key: str) -> Published | None:
        """The article with this `site/slug`, if it is out."""
        return next((entry for entry in self.released() if entry.article.key == key), None)

    def source_urls(self) -> dict[str, str]:
        """Feed addresses by site id, ready for a `sources.yaml`."""
        return {site_id: feed_url(self.base_url, site_id) for site_id in self.newsroom.sites}

    def kill(self, site_id: str) -> None:
        """From now on the site answers 503; KeyError for an unknown site."""
        self._killed.add(self.newsroom.sites[site_id].id)

    def revive(self, site_id: str) -> None:
        """Undo `kill`; does nothing to a site that is up."""
        self._killed.discard(site_id)

    def open_site(self, site_id: str) -> Site:
        """The site; raises the HTTP errors 404 for an unknown and 503 for a killed one."""
        site = self.newsroom.sites.get(site_id)
        if site is None:
            raise HTTPException(404, "no such site")
        if site_id in self._killed:
            raise HTTPException(503, "the site is down")
        return site

    def _published(self, article: Article) -> Published:
        published_at = self.started_at - timedelta(minutes=article.minutes_ago)
        return Published(article, published_at.replace(microsecond=0))


def create_app(
    content: Newsroom,
    base_url: str,
    clock: Clock = utc_now,
    *,
    release_per_second: float | None = None,
    release: Release | None = None,
) -> Starlette:
    """An ASGI app with all sites under `base_url`; its `state.newsstand` kills and revives sites.

    Without `release_per_second` or `release` (a function from the time since the start to a number of articles)
    everything is out at once.
    """
    if release is None:
        release = release_at_once if release_per_second is None else release_at_rate(release_per_second)
    app = Starlette(
        routes=[
            Route("/", _index),
            Route("/robots.txt", _robots),
            Route("/control/{site}/{action}", _control, methods=["POST"]),
            Route("/{site}/", _front),
            Route("/{site}/feed.xml", _feed),
            Route("/{site}/{slug}.html", _page),
        ]
    )
    app.state.newsstand = Newsstand(content, base_url, clock, release)
    return app


def _newsstand(request: Request) -> Newsstand:
    newsstand: Newsstand = request.app.state.newsstand
    return newsstand


async def _index(request: Request) -> Response:
    """The sites and how many of their articles are out."""
    newsstand = _newsstand(request)
    return JSONResponse({site_id: len(newsstand.released_of(site_id)) for site_id in newsstand.newsroom.sites})


async def _robots(_request: Request) -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /control/\n")


async def _control(request: Request) -> Response:
    newsstand = _newsstand(request)
    site_id, action = request.path_params["site"], request.path_params["action"]
    if site_id not in newsstand.newsroom.sites or action not in {"kill", "revive"}:
        raise HTTPException(404, "no such site or action")
    (newsstand.kill if action == "kill" else newsstand.revive)(site_id)
    return JSONResponse({"site": site_id, "action": action})


async def _front(request: Request) -> Response:
    newsstand = _newsstand(request)
    site = newsstand.open_site(request.path_params["site"])
    entries = newsstand.released_of(site.id)
    body = render_front(site, entries, newsstand.base_url)
    return _conditional(request, body, _html_type(site), _newest_at(newsstand, entries))


async def _feed(request: Request) -> Response:
    newsstand = _newsstand(request)
    site = newsstand.open_site(request.path_params["site"])
    entries = newsstand.released_of(site.id)
    body = render_feed(site, entries, newsstand.base_url)
    media_type = f"{FEED_TYPES[site.feed.format]}; charset={site.encoding}"
    response = _conditional(request, body, media_type, _newest_at(newsstand, entries))
    response.headers["Cache-Control"] = f"max-age={FEED_MAX_AGE_SECONDS}"
    return response


async def _page(request: Request) -> Response:
    newsstand = _newsstand(request)
    site = newsstand.open_site(request.path_params["site"])
    published = newsstand.find(f"{site.id}/{request.path_params['slug']}")
    if published is None:
        raise HTTPException(404, "no such article")
    body = render_page(newsstand.newsroom, published, newsstand.base_url)
    response = _conditional(request, body, _html_type(site), published.published_at)
    response.headers["Content-Location"] = article_url(newsstand.base_url, published.article.key)
    return response


def _html_type(site: Site) -> str:
    return f"text/html; charset={site.encoding}"


def _newest_at(newsstand: Newsstand, entries: tuple[Published, ...]) -> datetime:
    oldest_possible = newsstand.started_at.replace(microsecond=0) - timedelta(days=1)
    return entries[-1].published_at if entries else oldest_possible


def _conditional(request: Request, body: bytes, media_type: str, changed_at: datetime) -> Response:
    """200 with validators, or 304 when the client's are current; If-None-Match wins (RFC 9110, 13.2.2)."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    validators = {"ETag": etag, "Last-Modified": format_datetime(changed_at, usegmt=True)}
    if _is_current(request, etag, changed_at):
        return Response(status_code=304, headers=validators)
    return Response(body, headers={**validators, "Content-Type": media_type})


def _is_current(request: Request, etag: str, changed_at: datetime) -> bool:
    if_none_match = request.headers.get("if-none-match")
    if if_none_match is not None:
        return etag in {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    if_modified_since = request.headers.get("if-modified-since")
    return if_modified_since is not None and _not_after(changed_at, if_modified_since)


def _not_after(changed_at: datetime, since: str) -> bool:
    try:
        return changed_at <= parsedate_to_datetime(since)
    except (ValueError, TypeError):  # a date that does not parse, or one without a zone
        return False
