"""Polls: nothing lost, nothing marked before its confirmation, and no feed that takes the fetcher along."""

import asyncio

import httpx
import pytest

from services.fetcher import page
from services.fetcher.memory import UNCONDITIONAL_EVERY
from services.fetcher.poll import MAX_ARTICLES_PER_POLL
from shared.config.sources import Source
from shared.events import Beat
from shared.http.egress import EgressRefusedError
from shared.kafka import DependencyDownError
from tests.unit.fetcher.fakes import FEED, PAGE, World, rss

ONE, TWO = "http://site.example/1", "http://site.example/2"


@pytest.fixture
def world() -> World:
    """A source and its site."""
    return World()


async def test_new_entries_are_published_once(world: World) -> None:
    world.site(rss(ONE, TWO))
    polled = await world.poll()
    assert (polled.outcome, polled.entries, polled.published) == ("ok", 2, 2)
    assert {article.url for article in world.producer.articles} == {ONE, TWO}
    assert (await world.poll()).published == 0
    assert len(world.producer.articles) == 2


async def test_articles_carry_the_beat_of_their_source(world: World) -> None:
    world.site(rss(ONE))
    world.source = Source.model_validate({"id": "s", "url": FEED, "beat": {"country": "SY", "region": "Aleppo"}})
    await world.poll()
    assert [article.beat for article in world.producer.articles] == [Beat(country="SY", region="Aleppo")]


async def test_nothing_is_seen_before_the_broker_confirmed_it(world: World) -> None:
    world.site(rss(ONE))
    seen_then: list[bool] = []
    world.producer.before = lambda: seen_then.append(bool(world.memory.seen))
    await world.poll()
    assert seen_then == [False, True]  # the article, then the poll


async def test_a_broker_that_is_down_ends_the_poll_and_marks_nothing(world: World) -> None:
    world.site(rss(ONE))
    world.producer.down = True
    with pytest.raises(DependencyDownError):
        await world.poll()
    assert (world.memory.seen, world.memory.sources, world.due.times) == (set(), {}, {})
    world.producer.down = False
    assert (await world.poll()).published == 1


async def test_a_broker_that_never_confirms_ends_the_poll(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def wait_for_ever(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("shared.delivery.PUBLISH_SECONDS", 0.01)
    monkeypatch.setattr(world.producer, "send", wait_for_ever)
    world.site(rss(ONE))
    with pytest.raises(DependencyDownError, match="no confirmation within"):
        await world.poll()
    assert (world.memory.seen, world.memory.sources) == (set(), {})


async def test_validators_are_kept_and_sent_byte_for_byte(world: World) -> None:
    world.site(rss(ONE))
    await world.poll()
    world.answers = lambda _: httpx.Response(304, headers={"last-modified": "today"})
    assert (await world.poll()).outcome == "not_modified"
    request = world.requests[-1]
    assert (request.headers["if-none-match"], request.headers["if-modified-since"]) == ('"1"', "yesterday")
    await world.poll()
    assert world.requests[-1].headers["if-modified-since"] == "today"
    assert world.requests[-1].headers["if-none-match"] == '"1"'


async def test_the_feed_is_asked_for_whole_every_so_often_and_at_a_new_address(world: World) -> None:
    world.site(rss(ONE))
    conditional = []
    for _ in range(UNCONDITIONAL_EVERY + 1):
        world.requests.clear()
        await world.poll()
        conditional.append("if-none-match" in world.requests[0].headers)
    assert conditional == [False, *[True] * (UNCONDITIONAL_EVERY - 1), False]
    assert world.memory.sources["s"].conditions("http://other.example/") == {}


async def test_a_page_that_fails_is_tried_again_soon_and_published_bare_at_last(world: World) -> None:
    world.site(rss(ONE, TWO), httpx.Response(503))
    polled = await world.poll()
    assert (polled.published, world.producer.articles) == (0, [])
    assert world.memory.sources["s"].etag == ""  # or the next poll would be told that nothing changed
    assert world.pause < 70
    await world.poll()
    assert (await world.poll()).published == 2
    assert {article.page_error for article in world.producer.articles} == {"HTTP 503"}
    assert world.memory.tries == dict.fromkeys(world.memory.seen, page.MAX_TRIES)
    assert world.memory.sources["s"].etag == '"1"'
    assert world.pause > 280


@pytest.mark.parametrize(
    "answer", [httpx.Response(404), httpx.Response(200, content=b"%PDF", headers={"content-type": "application/pdf"})]
)
async def test_a_page_that_cannot_be_had_leaves_its_headline(world: World, answer: httpx.Response) -> None:
    world.site(rss(ONE), answer)
    assert (await world.poll()).published == 1
    (article,) = world.producer.articles
    assert (article.page, article.entry.title) == (None, "T")
    assert article.page_error


async def test_the_page_is_asked_for_at_the_link_and_named_by_its_canonical_url(world: World) -> None:
    world.site(rss("http://site.example/a/index.php?b=2&amp;a=1&amp;utm_source=rss"))
    await world.poll()
    assert str(world.requests[-1].url) == "http://site.example/a/index.php?b=2&a=1&utm_source=rss"
    assert world.producer.articles[0].url == "http://site.example/a/?a=1&b=2"


async def test_links_that_are_no_addresses_cost_themselves_alone(world: World) -> None:
    world.site(rss("javascript:alert(1)", "http://[::1/", "http://site.example:99999/", "mailto:a@b.c", ONE))
    assert (await world.poll()).published == 1


async def test_what_the_guard_refuses_is_said(world: World) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise EgressRefusedError("10.0.0.1 is neither public nor listed")

    world.answers = refuse
    polled = await world.poll()
    assert (polled.outcome, polled.error) == ("refused", "10.0.0.1 is neither public nor listed")


async def test_a_page_that_the_guard_refuses_leaves_its_headline(world: World) -> None:
    def inside(request: httpx.Request) -> httpx.Response:
        if str(request.url) == FEED:
            return rss("http://inside.example/admin")
        raise EgressRefusedError("inside.example is 10.0.0.1")

    world.answers = inside
    assert (await world.poll()).published == 1
    assert "10.0.0.1" in world.producer.articles[0].page_error


@pytest.mark.parametrize(
    ("answer", "outcome", "least", "most"),
    [
        (httpx.Response(500), "failed", 500, 700),
        (httpx.Response(410), "gone", 604_800, 604_800),
        (httpx.Response(429), "failed", 500, 700),
        (httpx.Response(503, headers={"retry-after": "5000"}), "failed", 5000, 5000),
        (httpx.Response(503, headers={"retry-after": "Sun, 01 Mar 2026 15:00:00 GMT"}), "failed", 10_800, 10_800),
        (httpx.Response(503, headers={"retry-after": "99999999"}), "failed", 86_400, 86_400),
        (httpx.Response(503, headers={"retry-after": "soon"}), "failed", 500, 700),
        (httpx.Response(200, content=b"<html><p>no feed"), "failed", 500, 700),
        (httpx.Response(200, content=b""), "failed", 500, 700),
    ],
)
async def test_a_failing_feed_slows_down(
    world: World, answer: httpx.Response, outcome: str, least: float, most: float
) -> None:
    world.answers = lambda _: answer
    polled = await world.poll()
    assert (polled.outcome, polled.failures) == (outcome, 1)
    assert polled.error
    assert least <= world.pause <= most


async def test_a_feed_that_failed_and_came_back_is_on_its_interval_again(world: World) -> None:
    world.answers = lambda _: httpx.Response(500)
    for _ in range(30):
        await world.poll()
    assert 20_000 < world.pause < 23_000
    world.site(rss(ONE))
    assert (await world.poll()).failures == 0
    assert world.pause < 330


async def test_a_host_that_asks_for_a_pause_gets_it_and_the_headline_is_not_held_back(world: World) -> None:
    world.site(rss(ONE), httpx.Response(429, headers={"retry-after": "7200"}))
    await world.poll()
    assert world.slots.closed == {"site.example": 7200}
    requests = len(world.requests)
    polled = await world.poll()
    assert (len(world.requests), polled.outcome, polled.failures) == (requests, "failed", 0)
    assert world.pause >= 7200


async def test_thousands_of_entries_are_taken_in_over_several_polls_the_newest_first(world: World) -> None:
    links = [f"http://site.example/{n}" for n in range(3 * MAX_ARTICLES_PER_POLL // 2)]
    world.site(rss(*links))
    assert (await world.poll()).published == MAX_ARTICLES_PER_POLL
    assert world.memory.sources["s"].etag == ""
    assert world.pause < 70
    assert (await world.poll()).published == MAX_ARTICLES_PER_POLL // 2
    assert {article.url for article in world.producer.articles} == set(links)
    assert world.memory.sources["s"].etag == '"1"'


async def test_a_bug_that_one_feed_brings_out_ends_no_fetcher(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr("services.fetcher.poll.parse_feed", broken)
    world.site(rss(ONE))
    polled = await world.poll()
    assert (polled.outcome, polled.error, polled.failures) == ("failed", "RuntimeError('bug')", 1)


async def test_a_bug_that_one_page_brings_out_leaves_its_headline(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr(page, "with_page", broken)
    world.site(rss(ONE, TWO))
    assert (await world.poll()).published == 2
    assert {article.page_error for article in world.producer.articles} == {"RuntimeError('bug')"}


async def test_an_emoji_in_halves_and_a_half_alone_are_published(world: World) -> None:
    world.site(rss(ONE, title="&#xD83D;&#xDE00; &#xD800;"))
    assert (await world.poll()).published == 1
    assert world.producer.articles[0].entry.title == "\U0001f600 \ufffd"


async def test_a_page_of_nothing_is_a_page(world: World) -> None:
    world.site(rss(ONE), httpx.Response(200, content=b""))
    assert (await world.poll()).published == 1
    assert world.producer.articles[0].page is not None
    assert PAGE.status_code == 200
