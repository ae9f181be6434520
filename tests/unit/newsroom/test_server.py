"""The sites over HTTP: gradual release, validators, and the kill switch."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import feedparser
import httpx
import pytest

from tocsin.newsroom.content import load_newsroom
from tocsin.newsroom.server import create_app, release_at_rate

BASE = "http://newsroom.test"


class HandClock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def client_of(app) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE)


@pytest.fixture
async def client(clock) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(create_app(load_newsroom(), BASE, clock)) as client:
        yield client


@pytest.fixture
async def slow_client(clock) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(create_app(load_newsroom(), BASE, clock, release_per_second=2)) as client:
        yield client


async def released(client: httpx.AsyncClient) -> int:
    return sum((await client.get("/")).json().values())


async def test_everything_is_out_at_once_by_default(client):
    assert await released(client) == len(load_newsroom().articles)


async def test_articles_come_out_at_the_given_rate(slow_client, clock):
    assert await released(slow_client) == 1
    clock.advance(10)
    assert await released(slow_client) == 21
    clock.advance(1_000)
    assert await released(slow_client) == 52


async def test_a_page_is_absent_until_its_article_is_out(slow_client, clock):
    page = "/ninth-ferry/bobry.html"
    assert (await slow_client.get(page)).status_code == 404
    clock.advance(60)
    assert (await slow_client.get(page)).status_code == 200


async def test_a_feed_grows_and_changes_its_validators(slow_client, clock):
    clock.advance(8)
    before = await slow_client.get("/seventh-lighthouse/feed.xml")
    same = await slow_client.get("/seventh-lighthouse/feed.xml", headers={"If-None-Match": before.headers["etag"]})
    clock.advance(60)
    after = await slow_client.get("/seventh-lighthouse/feed.xml", headers={"If-None-Match": before.headers["etag"]})
    assert same.status_code == 304
    assert same.content == b""
    assert after.status_code == 200
    assert after.headers["last-modified"] != before.headers["last-modified"]
    assert len(feedparser.parse(after.content).entries) > len(feedparser.parse(before.content).entries)


async def test_if_none_match_wins_over_the_date(client):
    feed = await client.get("/halyard-courier/feed.xml")
    date = {"If-Modified-Since": feed.headers["last-modified"]}
    assert (await client.get("/halyard-courier/feed.xml", headers=date)).status_code == 304
    stale = date | {"If-None-Match": '"another"'}
    assert (await client.get("/halyard-courier/feed.xml", headers=stale)).status_code == 200
    broken = {"If-Modified-Since": "yesterday"}
    assert (await client.get("/halyard-courier/feed.xml", headers=broken)).status_code == 200


async def test_a_feed_in_a_legacy_encoding_says_so_and_parses(client):
    response = await client.get("/vestnik-perepravy/feed.xml")
    assert response.headers["content-type"] == "application/rss+xml; charset=windows-1251"
    feed = feedparser.parse(response.content, response_headers=dict(response.headers))
    assert feed.feed.title == "Вестник Переправы"


async def test_every_link_of_every_feed_answers(client):
    for site_id in load_newsroom().sites:
        feed = feedparser.parse((await client.get(f"/{site_id}/feed.xml")).content)
        for entry in feed.entries:
            assert (await client.get(entry.link)).status_code == 200


async def test_a_killed_site_answers_503_until_revived(client):
    paths = ["/rift-shore/feed.xml", "/rift-shore/thyroid-t4.html", "/rift-shore/"]
    assert (await client.post("/control/rift-shore/kill")).status_code == 200
    assert [(await client.get(path)).status_code for path in paths] == [503, 503, 503]
    assert (await client.get("/ninth-ferry/feed.xml")).status_code == 200
    await client.post("/control/rift-shore/revive")
    assert [(await client.get(path)).status_code for path in paths] == [200, 200, 200]


@pytest.mark.parametrize("path", ["/nowhere/feed.xml", "/rift-shore/nothing.html", "/nowhere/"])
async def test_what_does_not_exist_is_404(client, path):
    assert (await client.get(path)).status_code == 404


async def test_the_control_refuses_unknown_sites_and_actions(client):
    assert (await client.post("/control/nowhere/kill")).status_code == 404
    assert (await client.post("/control/rift-shore/burn")).status_code == 404


async def test_robots_allow_the_articles(client):
    assert "Disallow: /control/" in (await client.get("/robots.txt")).text


def test_a_rate_starts_with_one_article():
    assert [release_at_rate(0.5)(timedelta(seconds=s)) for s in (0, 1, 2, 4)] == [1, 1, 2, 3]


def test_the_sources_are_ready_for_a_configuration(clock):
    newsstand = create_app(load_newsroom(), BASE, clock).state.newsstand
    assert newsstand.source_urls()["ninth-ferry"] == f"{BASE}/ninth-ferry/feed.xml"
