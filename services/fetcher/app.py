"""Wiring of the fetcher, and its loop."""

import asyncio
import contextlib
import time
from collections.abc import Mapping

from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.fetcher.clock_watch import ClockWatch
from services.fetcher.due import DueQueue
from services.fetcher.memory import Memory
from services.fetcher.poll import Poller
from services.fetcher.settings import FetcherSettings
from services.fetcher.slots import HostSlots
from shared import kafka, log
from shared.config.sources import Source
from shared.events import ConfigChanged
from shared.follow import ConfigFollower
from shared.http.client import client
from shared.http.egress import EgressGuard
from shared.kafka import DependencyDownError
from shared.process import Main
from shared.status_server import Health
from shared.tasks import until_first_ends
from shared.topics import SOURCES_CHANGED

IDLE_SECONDS = 0.1
RECONCILE_SECONDS = 5.0
REDIS_PAUSE_SECONDS = 1.0
# A Redis that neither answers nor hangs up is as good as down.
REDIS_TIMEOUT_SECONDS = 10.0
DEFAULT_INTERVAL: float = Source.model_fields["interval_seconds"].default


class Fetcher:
    """Keeps the due queue in step with the sources, and polls what is due."""

    def __init__(self, settings: FetcherSettings, poller: Poller, sources: ConfigFollower) -> None:
        self._settings, self._poller, self._sources = settings, poller, sources
        self._log = log.get("tocsin.fetcher")
        self._polls: set[asyncio.Task[None]] = set()
        self._abandoned: set[str] = set()
        self._edits: asyncio.Queue[ConfigChanged] = asyncio.Queue()
        self._clock = ClockWatch()

    def note_edit(self, change: ConfigChanged) -> None:
        """Called with every edit of a source that took effect."""
        if self._sources.ready.is_set():
            self._edits.put_nowait(change)

    async def run(self, stop: asyncio.Event, health: Health) -> None:
        """Polls until ``stop`` is set, then lets polls under way end."""
        await self._sources.ready.wait()
        next_reconcile = 0.0
        while not stop.is_set():
            try:
                if time.monotonic() >= next_reconcile or not self._edits.empty():
                    await self._reconcile()
                    next_reconcile = time.monotonic() + RECONCILE_SECONDS
                await self._mend_due_times()
                await self._start_due()
                health.set_ready(f"{len(self._sources.history.items)} sources")
            except RedisError as error:
                health.ready, health.detail = False, f"Redis: {error}"
                self._log.warning("redis_down", error=str(error))
                await asyncio.sleep(REDIS_PAUSE_SECONDS)
            await self._wait()
        await asyncio.gather(*self._polls)

    async def _reconcile(self) -> None:
        known = list(self._sources.history.items)
        await self._poller.due.remove_others(known)
        await self._poller.due.add_missing(known, time.time())
        while not self._edits.empty():
            change = self._edits.get_nowait()
            if change.body is not None:
                await self._poller.due.make_due(change.id, change.based_on + 1, time.time())

    async def _mend_due_times(self) -> None:
        """Due times that Redis took from a clock since set back, or leases of polls that it cut short."""
        now = time.time()
        if self._clock.was_set_back():
            self._log.warning("clock_set_back", remedy="due times were brought forward")
            items = self._sources.history.items.values()
            await self._poller.due.hasten({i.id: now + i.body.get("interval_seconds", DEFAULT_INTERVAL) for i in items})
        if self._abandoned:
            await self._poller.due.hasten(dict.fromkeys(self._abandoned, now))
            self._abandoned.clear()

    async def _start_due(self) -> None:
        room = self._settings.fetch_concurrency - len(self._polls)
        if room <= 0:
            return
        for source_id in await self._poller.due.claim(time.time(), room):
            item = self._sources.history.items.get(source_id)
            if item is not None:
                self._polls.add(asyncio.create_task(self._poll(source_id, item.body)))

    async def _poll(self, source_id: str, body: Mapping[str, object]) -> None:
        try:
            source = Source.model_validate(body)
        except ValidationError as error:  # a newer Tocsin wrote it; the lease runs out, and one that can read polls it
            self._log.error("source_unreadable", source_id=source_id, error=str(error))
            return
        try:
            await self._poller.poll(source)
        except RedisError as error:  # Redis is asked for it again as soon as it answers; else the lease runs out
            self._abandoned.add(source_id)
            self._log.warning("poll_abandoned", source_id=source_id, error=str(error))
        except DependencyDownError:
            raise
        except Exception:  # noqa: BLE001 - a bug that one source brings out must not keep the others from being polled
            self._log.exception("poll_crashed", source_id=source_id)

    async def _wait(self) -> None:
        """A pause, cut short by the end of a poll. A poll that raised ends the fetcher: a dependency is down."""
        pause = asyncio.create_task(asyncio.sleep(IDLE_SECONDS))
        done, _ = await asyncio.wait({pause, *self._polls}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {pause}:
            self._polls.discard(task)
            task.result()
        pause.cancel()


def create_app(settings: FetcherSettings) -> Main:
    """The fetcher, to be run by ``shared.process``."""

    async def main(stop: asyncio.Event, health: Health) -> None:
        guard = EgressGuard(settings.egress.allow)
        redis = Redis.from_url(
            settings.redis, socket_timeout=REDIS_TIMEOUT_SECONDS, socket_connect_timeout=REDIS_TIMEOUT_SECONDS
        )
        async with contextlib.AsyncExitStack() as stack:
            producer = await stack.enter_async_context(kafka.running_producer(settings.kafka))
            stack.push_async_callback(redis.aclose)
            http = await stack.enter_async_context(client(guard, settings.fetch_user_agent))
            poller = Poller(
                settings=settings,
                http=http,
                producer=producer,
                memory=Memory(redis, settings.fetch_seen_days),
                slots=HostSlots(redis, guard, settings.fetch_host_spacing_seconds),
                due=DueQueue(redis),
            )

            def note_edit(change: ConfigChanged) -> None:
                fetcher.note_edit(change)

            sources = ConfigFollower(settings.kafka, SOURCES_CHANGED, note_edit)
            fetcher = Fetcher(settings, poller, sources)
            await until_first_ends(sources.run(), fetcher.run(stop, health))

    return main
