"""A poll's world without processes: memory, slots and due times in dictionaries, a producer that remembers."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
from aiokafka.errors import KafkaConnectionError

from services.fetcher.memory import SourceMemory
from services.fetcher.poll import Poller
from services.fetcher.settings import FetcherSettings
from services.fetcher.slots import HostClosedError
from shared import codec
from shared.config.sources import Source
from shared.events import ArticleFetched, SourcePolled

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEED = "http://site.example/feed"
PAGE = httpx.Response(200, html="<p>Shells hit the town.</p>")
Answers = Callable[[httpx.Request], httpx.Response]


def rss(*links: str, title: str = "T") -> httpx.Response:
    """A feed of these links."""
    items = "".join(f"<item><link>{link}</link><title>{title}</title></item>" for link in links)
    return httpx.Response(
        200,
        content=f'<rss version="2.0"><channel><title>Site</title>{items}</channel></rss>'.encode(),
        headers={"content-type": "application/rss+xml", "etag": '"1"', "last-modified": "yesterday"},
    )


@dataclass
class FakeMemory:
    """The memory of one fetcher."""

    sources: dict[str, SourceMemory] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    tries: dict[str, int] = field(default_factory=dict)

    async def source(self, source_id: str) -> SourceMemory:
        return self.sources.get(source_id, SourceMemory())

    async def keep_source(self, source_id: str, memory: SourceMemory) -> None:
        self.sources[source_id] = memory

    async def unseen(self, article_ids: list[str]) -> set[str]:
        return set(article_ids) - self.seen

    async def mark_seen(self, article_id: str) -> None:
        self.seen.add(article_id)

    async def count_try(self, article_id: str) -> int:
        self.tries[article_id] = self.tries.get(article_id, 0) + 1
        return self.tries[article_id]


@dataclass
class FakeSlots:
    """Slots that never wait; hosts in ``closed`` asked for a long pause."""

    closed: dict[str, float] = field(default_factory=dict)

    async def take(self, url: str) -> None:
        host = httpx.URL(url).host
        if host in self.closed:
            raise HostClosedError(host, self.closed[host])

    async def close_for(self, url: str, seconds: float) -> None:
        self.closed[httpx.URL(url).host] = seconds


@dataclass
class FakeDue:
    """Due times."""

    lease_seconds: float = 60.0
    times: dict[str, float] = field(default_factory=dict)

    async def put(self, source_id: str, due: float) -> None:
        self.times[source_id] = due


@dataclass
class FakeProducer:
    """Keeps what was sent; ``down`` refuses, ``before`` is called with each event before its confirmation."""

    events: list[tuple[str, bytes]] = field(default_factory=list)
    down: bool = False
    before: Callable[[], None] = lambda: None

    async def send(self, topic: str, value: bytes, key: bytes) -> "asyncio.Future[None]":
        del key
        self.before()
        if self.down:
            raise KafkaConnectionError("down")
        self.events.append((topic, value))
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future

    @property
    def articles(self) -> list[ArticleFetched]:
        """The articles that were published."""
        return [codec.decode(value, ArticleFetched) for topic, value in self.events if topic == "articles.fetched"]

    @property
    def polls(self) -> list[SourcePolled]:
        """What was said of each poll."""
        return [codec.decode(value, SourcePolled) for topic, value in self.events if topic == "sources.polled"]


class World:
    """One source and its site. ``answers`` may be replaced between polls."""

    def __init__(self, interval_seconds: float = 300) -> None:
        self.memory, self.slots, self.due, self.producer = FakeMemory(), FakeSlots(), FakeDue(), FakeProducer()
        self.requests: list[httpx.Request] = []
        self.answers: Answers = lambda _: PAGE
        self.source = Source.model_validate({"id": "s", "url": FEED, "interval_seconds": interval_seconds})

    async def poll(self) -> SourcePolled:
        """Polls once; what was said of it."""
        async with httpx.AsyncClient(transport=httpx.MockTransport(self._answer)) as http:
            poller = Poller(FetcherSettings(), http, self.producer, self.memory, self.slots, self.due, lambda: NOON)  # type: ignore[arg-type]
            await poller.poll(self.source)
        return self.producer.polls[-1]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers(request)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))

    def site(self, feed: httpx.Response, page: httpx.Response = PAGE) -> None:
        """The feed at its address, and one page everywhere else."""
        self.answers = lambda request: feed if str(request.url) == FEED else page

    @property
    def pause(self) -> float:
        """Seconds until the source is due again."""
        return self.due.times["s"] - NOON.timestamp()
