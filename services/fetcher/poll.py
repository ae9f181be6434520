"""One poll of one source: feed, new entries, pages, events; then what to remember and when to come back."""

import asyncio
import contextlib
import hashlib
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import msgspec
from aiokafka import AIOKafkaProducer
from redis.exceptions import RedisError

from services.fetcher import page
from services.fetcher.canonical import NotHttpError, canonical_url
from services.fetcher.due import DueQueue
from services.fetcher.feed import Feed, NotAFeedError, parse_feed
from services.fetcher.memory import Memory, SourceMemory
from services.fetcher.schedule import Rhythm, pause_seconds
from services.fetcher.settings import FetcherSettings
from services.fetcher.slots import HostClosedError, HostSlots
from shared import ids, log, metrics
from shared.config.sources import Source
from shared.delivery import Output, publish
from shared.events import ArticleFetched, Beat, FeedEntry, SourcePolled
from shared.http.client import Answer, HttpFailureError, get
from shared.http.egress import EgressRefusedError
from shared.http.retry_after import retry_after_seconds
from shared.kafka import DependencyDownError
from shared.times import Clock, utc_now
from shared.topics import ARTICLES_FETCHED, SOURCES_POLLED

FEED_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
PAGE_ACCEPT = "text/html, application/xhtml+xml, */*;q=0.5"
# A feed that shows thousands at once is taken in over several polls, so that what it adds meanwhile need not wait.
MAX_ARTICLES_PER_POLL = 100
SLOW_DOWN = frozenset({429, 503})
SLOW_DOWN_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a poll came to. ``memory`` is kept only after everything was published."""

    event: SourcePolled
    memory: SourceMemory


@dataclass(frozen=True, slots=True)
class Poller:
    """Everything that a poll needs of the world."""

    settings: FetcherSettings
    http: httpx.AsyncClient
    producer: AIOKafkaProducer
    memory: Memory
    slots: HostSlots
    due: DueQueue
    now: Clock = utc_now

    async def poll(self, source: Source) -> None:
        """Polls a source, publishes what is new, and sets its next due time. Raises DependencyDownError, RedisError."""
        started = time.perf_counter()
        async with self._lease(source.id):
            before = await self.memory.source(source.id)
            outcome = await self._outcome(source, before)
        await publish(self.producer, [Output(SOURCES_POLLED, source.id, outcome.event)])
        await self.memory.keep_source(source.id, outcome.memory)
        await self.due.put(source.id, _seconds(outcome.event.next_due_at or self.now()))
        metrics.POLLS.labels(outcome.event.outcome).inc()
        metrics.POLL_SECONDS.observe(time.perf_counter() - started)
        _log_poll(outcome.event, time.perf_counter() - started)

    @contextlib.asynccontextmanager
    async def _lease(self, source_id: str) -> AsyncIterator[None]:
        async def renew() -> None:
            while True:
                await asyncio.sleep(self.due.lease_seconds / 3)
                await self.due.put(source_id, _seconds(self.now()) + self.due.lease_seconds)

        renewing = asyncio.create_task(renew())
        try:
            yield
        finally:
            renewing.cancel()

    async def _outcome(self, source: Source, before: SourceMemory) -> Outcome:
        try:
            return await self._judge(source, before, await self._get_feed(str(source.url), before))
        except EgressRefusedError as error:
            metrics.FETCH_REFUSED.inc()
            return self._failed(source, before, str(error), None, "refused")
        except HostClosedError as error:  # nobody was asked, so nobody failed
            after = msgspec.structs.replace(before, polls=before.polls + 1)
            return self._ended(source, after, "failed", None, wait_seconds=error.seconds, error=str(error))
        except (HttpFailureError, NotAFeedError) as error:
            return self._failed(source, before, str(error), None)
        except (DependencyDownError, RedisError):
            raise
        except Exception as error:  # noqa: BLE001 - what one feed holds must not keep the others from being polled
            log.get("tocsin.fetcher").exception("poll_failed", source_id=source.id)
            return self._failed(source, before, repr(error), None)

    async def _judge(self, source: Source, before: SourceMemory, answer: Answer) -> Outcome:
        url = str(source.url)
        if answer.status == 304:
            return self._ended(source, _with_validators(before, answer, url), "not_modified", answer)
        if answer.status != 200:
            return self._failed(source, before, f"HTTP {answer.status}", answer)
        feed = await asyncio.to_thread(parse_feed, answer.body, answer.url, dict(answer.headers))
        published, complete = await self._publish_new(source, feed)
        # Validators are kept only where every entry got through: else the next poll must see the feed again.
        after = _with_validators(before, answer, url) if complete else SourceMemory(polls=before.polls)
        counts = {"entries": len(feed.entries), "published": published}
        return self._ended(source, after, "ok", answer, has_left_over=not complete, **counts)

    async def _get_feed(self, url: str, before: SourceMemory) -> Answer:
        await self.slots.take(url)
        answer = await get(
            self.http,
            url,
            headers={"accept": FEED_ACCEPT, **before.conditions(url)},
            max_body_bytes=self.settings.fetch_max_feed_bytes,
            deadline_seconds=self.settings.fetch_deadline_seconds,
        )
        metrics.FETCH_BYTES.inc(len(answer.body))
        await self._slow_down(url, answer)
        return answer

    async def _slow_down(self, url: str, answer: Answer) -> None:
        """Keeps everybody from a host that asks for it. A 503 without a Retry-After speaks of the page alone."""
        if answer.status in SLOW_DOWN:
            wait = retry_after_seconds(answer.headers.get("retry-after"), self.now())
            if wait is not None or answer.status == 429:
                await self.slots.close_for(url, max(wait or 0.0, SLOW_DOWN_SECONDS))

    # ------------------------------------------------------------ entries

    async def _publish_new(self, source: Source, feed: Feed) -> tuple[int, bool]:
        """How many articles were published, and whether none was left for the next poll."""
        by_id = {ids.article_id(url): (url, entry) for url, entry in _links(feed)}
        unseen = await self.memory.unseen(list(by_id))
        new = [article_id for article_id in by_id if article_id in unseen]
        gate = asyncio.Semaphore(self.settings.fetch_pages_per_poll)
        beat = Beat(country=source.beat.country, region=source.beat.region) if source.beat else None

        async def publish_one(article_id: str) -> bool:
            async with gate:
                url, entry = by_id[article_id]
                return await self._publish_article(page.blank(article_id, source.id, url, entry, self.now(), beat))

        # Of too many the newest; oldest first among them.
        done = await asyncio.gather(*map(publish_one, new[-MAX_ARTICLES_PER_POLL:]))
        return sum(done), all(done) and len(new) <= MAX_ARTICLES_PER_POLL

    async def _publish_article(self, article: ArticleFetched) -> bool:
        """Publishes the article and marks it as seen; False where its page is to be tried again."""
        fetched = await self._with_page(article)
        if fetched is None:
            return False
        try:
            await publish(self.producer, [Output(ARTICLES_FETCHED, fetched.article_id, fetched)])
        except ValueError as error:  # it cannot be encoded, or is too large: once more without what it came with
            log.get("tocsin.fetcher").exception("article_unpublishable", article_id=article.article_id, url=article.url)
            fetched = page.without_page(article, repr(error))
            await publish(self.producer, [Output(ARTICLES_FETCHED, fetched.article_id, fetched)])
        await self.memory.mark_seen(fetched.article_id)
        metrics.ARTICLES_FETCHED.labels("page" if fetched.page else "entry").inc()
        _log_article(fetched)
        return True

    async def _with_page(self, article: ArticleFetched) -> ArticleFetched | None:
        try:
            # The entry's own link: the canonical URL is an identity, and need not be served.
            return page.with_page(article, await self._get_page(article.entry.link))
        except EgressRefusedError as error:
            metrics.FETCH_REFUSED.inc()
            return page.without_page(article, str(error))
        except page.PageFailedError as error:
            if not error.passing or await self.memory.count_try(article.article_id) >= page.MAX_TRIES:
                return page.without_page(article, str(error))
            return None
        except (DependencyDownError, RedisError):
            raise
        except Exception as error:  # noqa: BLE001 - what one page holds must not keep the others from being fetched
            log.get("tocsin.fetcher").exception("page_failed", article_id=article.article_id, url=article.url)
            return page.without_page(article, repr(error))

    async def _get_page(self, url: str) -> Answer:
        try:
            await self.slots.take(url)
            answer = await get(
                self.http,
                url,
                headers={"accept": PAGE_ACCEPT},
                max_body_bytes=self.settings.fetch_max_page_bytes,
                deadline_seconds=self.settings.fetch_deadline_seconds,
            )
        except (HttpFailureError, HostClosedError) as error:
            raise page.PageFailedError(str(error), passing=True) from error
        await self._slow_down(url, answer)
        page.check(answer)
        metrics.FETCH_BYTES.inc(len(answer.body))
        return answer

    # ------------------------------------------------------------ verdicts

    def _failed(
        self, source: Source, before: SourceMemory, error: str, answer: Answer | None, outcome: str = "failed"
    ) -> Outcome:
        status = answer.status if answer else None
        after = msgspec.structs.replace(before, failures=before.failures + 1, polls=before.polls + 1)
        return self._ended(source, after, "gone" if status == 410 else outcome, answer, error=error)

    def _ended(
        self,
        source: Source,
        memory: SourceMemory,
        outcome: str,
        answer: Answer | None,
        *,
        has_left_over: bool = False,
        wait_seconds: float | None = None,
        **counts: object,
    ) -> Outcome:
        now, status = self.now(), answer.status if answer else None
        retry_after = retry_after_seconds(answer.headers.get("retry-after"), now) if answer else wait_seconds
        rhythm = Rhythm(source.interval_seconds, memory.failures, has_left_over)
        pause = pause_seconds(rhythm, status, retry_after, random.random())  # noqa: S311 - spreads load, guards nothing
        event = msgspec.convert(
            {
                "source_id": source.id,
                "polled_at": now,
                "outcome": outcome,
                "status": status,
                "failures": memory.failures,
                "next_due_at": now + timedelta(seconds=pause),
                **counts,
            },
            SourcePolled,
        )
        return Outcome(event, memory)


def _links(feed: Feed) -> list[tuple[str, FeedEntry]]:
    links = []
    for entry in feed.entries:
        with contextlib.suppress(NotHttpError, ValueError):
            links.append((canonical_url(entry.link), entry))
    return links


def _with_validators(before: SourceMemory, answer: Answer, url: str) -> SourceMemory:
    """Validators come from 200s; a 304 may carry a newer Last-Modified, and keeps the rest."""
    fresh = answer.status == 200
    return SourceMemory(
        etag=answer.headers.get("etag", "" if fresh else before.etag),
        last_modified=answer.headers.get("last-modified", "" if fresh else before.last_modified),
        url=url,
        body_sha256=hashlib.sha256(answer.body).hexdigest() if fresh else before.body_sha256,
        polls=before.polls + 1,
        failures=0,
    )


def _seconds(moment: datetime) -> float:
    return moment.timestamp()


def _log_poll(event: SourcePolled, seconds: float) -> None:
    logger = log.get("tocsin.fetcher")
    logger.log(
        30 if event.error else 20,
        "polled",
        source_id=event.source_id,
        outcome=event.outcome,
        status=event.status,
        entries=event.entries,
        published=event.published,
        failures=event.failures,
        error=event.error,
        ms=round(seconds * 1000, 1),
    )


def _log_article(article: ArticleFetched) -> None:
    log.get("tocsin.fetcher").info(
        "fetched",
        article_id=article.article_id,
        source_id=article.source_id,
        url=article.url,
        bytes=len(article.page or b""),
        page_cut=article.page_cut,
        page_error=article.page_error,
    )
