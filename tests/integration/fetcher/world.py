"""Fetchers as processes, a broker, a Redis, and sites in this process that answer as they are told."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from redis import Redis as RedisClient

from shared import codec, kafka
from shared.delivery import Output, publish
from shared.events import ArticleFetched, ConfigChanged, SourcePolled
from shared.topics import SOURCES_CHANGED
from tests.stack.brokers import EmbeddedKafka
from tests.stack.process import Process
from tests.stack.redis import Redis
from tocsin.topic_admin import create_topics

SCRIPT = Path(__file__).with_name("fetcher_process.py")
ROOT = Path(__file__).parents[3]
LEASE_SECONDS = 1.5
Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


def http(body: bytes, *headers: str, status: str = "200 OK") -> Answer:
    """A plain answer."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        head = "\r\n".join((f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers))
        writer.write(head.encode() + b"\r\n\r\n" + body)

    return answer


def rss(*links: str) -> Answer:
    """A feed of these links."""
    items = "".join(f"<item><link>{link}</link><title>{link}</title></item>" for link in links)
    return http(
        f'<rss version="2.0"><channel><title>S</title>{items}</channel></rss>'.encode(), "content-type: text/xml"
    )


@dataclass
class Site:
    """Answers by path; ``asked`` says who asked for what, and when."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[float, str, str]] = field(default_factory=list)
    open: set["asyncio.Task[None]"] = field(default_factory=set)

    def paths(self, path: str) -> list[tuple[float, str]]:
        """When, and by whom, a path was asked for."""
        return [(when, agent) for when, asked, agent in self.asked if asked == path]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        task = asyncio.current_task()
        assert task is not None
        self.open.add(task)
        try:
            await self._answer(reader, writer)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()
            self.open.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split()[1]
        agents = [line[12:] for line in head.split("\r\n") if line.lower().startswith("user-agent: ")]
        self.asked.append((time.monotonic(), path, agents[0]))
        await self.answers.get(path, http(b"<p>Shells hit the town of Aleppo.</p>", "content-type: text/html"))(writer)

    async def close(self) -> None:
        """Hangs up on everybody."""
        for task in tuple(self.open):
            task.cancel()
        await asyncio.gather(*self.open, return_exceptions=True)


@dataclass
class World:
    """All of it."""

    broker: EmbeddedKafka
    redis: Redis
    folder: Path
    site: Site
    fetchers: list[Process] = field(default_factory=list)

    async def add_sources(self, *paths: str, interval_seconds: float = 1) -> None:
        """Makes feeds at these paths sources; a source is called as its path."""
        producer = kafka.producer(self.broker.bootstrap)
        await kafka.start(producer)
        now = datetime.now(UTC)
        for path in paths:
            body = {"id": path.strip("/"), "url": self.site.url + path, "interval_seconds": interval_seconds}
            change = ConfigChanged(id=body["id"], based_on=0, owner="t", changed_at=now, created_at=now, body=body)
            await publish(producer, [Output(SOURCES_CHANGED, change.id, change)])
        await producer.stop()

    def start_fetcher(self, **settings: str) -> Process:
        """Starts another fetcher; its User-Agent is its number."""
        number = len(self.fetchers)
        fetcher = Process(self.folder / f"fetcher-{number}.log")
        env = {
            "PYTHONPATH": str(ROOT),
            "TOCSIN_KAFKA": self.broker.bootstrap,
            "TOCSIN_REDIS": self.redis.url,
            "TOCSIN_EGRESS__ALLOW": '["127.0.0.0/8"]',
            "TOCSIN_FETCH_USER_AGENT": str(number),
            **{f"TOCSIN_{name.upper()}": value for name, value in settings.items()},
        }
        command = (sys.executable, "-W", "ignore", SCRIPT, str(LEASE_SECONDS))
        fetcher.start(command, is_ready=lambda: "config_ready" in fetcher.output(), env=env)
        self.fetchers.append(fetcher)
        return fetcher

    async def start(self, **settings: str) -> Process:
        """As ``start_fetcher``, while the site goes on answering."""
        return await asyncio.to_thread(lambda: self.start_fetcher(**settings))

    async def articles(self) -> list[ArticleFetched]:
        """Every article published so far."""
        return [
            codec.decode(r.value, ArticleFetched)
            async for r in kafka.read_all(self.broker.bootstrap, "articles.fetched")
        ]

    async def polls(self) -> list[SourcePolled]:
        """Every poll told so far."""
        return [
            codec.decode(r.value, SourcePolled) async for r in kafka.read_all(self.broker.bootstrap, "sources.polled")
        ]

    async def until(self, condition: Callable[[], Awaitable[bool]], what: str, seconds: float = 15) -> None:
        """Returns once the condition holds."""
        deadline = time.monotonic() + seconds
        while not await condition():
            if time.monotonic() > deadline:
                logs = "\n".join(fetcher.output() for fetcher in self.fetchers)
                raise TimeoutError(f"{what} did not happen\n{logs}")
            await asyncio.sleep(0.05)

    def flush(self) -> None:
        """FLUSHALL."""
        with RedisClient.from_url(self.redis.url) as client:
            client.flushall()


@contextlib.asynccontextmanager
async def open_world(broker: EmbeddedKafka, redis: Redis, folder: Path) -> AsyncIterator[World]:
    """A world whose processes end with it."""
    await create_topics(broker.bootstrap, 1)
    site = Site()
    server = await asyncio.start_server(site.handle, "127.0.0.1", 0)
    site.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    world = World(broker, redis, folder, site)
    world.flush()
    try:
        yield world
    finally:
        for fetcher in world.fetchers:
            fetcher.kill()
        server.close()
        await site.close()
        await asyncio.sleep(0)  # aborted transports close their sockets on the loop's next turn
