"""Watching the files, and publishing what they change."""

import asyncio
from pathlib import Path

from aiokafka import AIOKafkaProducer
from watchfiles import awatch

from shared import log, metrics
from shared.delivery import Output, publish
from shared.follow import ConfigFollower
from shared.names.gazetteer import Gazetteer
from shared.status_server import Health
from shared.times import Clock
from tocsin.config_files.kinds import KINDS, Kind
from tocsin.config_files.plan import FilePlan, plan_file

READ_BACK_SECONDS = 10.0


class FilePublisher:
    """Keeps the topics in step with a folder."""

    def __init__(
        self,
        folder: Path,
        producer: AIOKafkaProducer,
        followers: dict[str, ConfigFollower],
        names: Gazetteer,
        now: Clock,
    ) -> None:
        self._folder, self._producer, self._followers = folder, producer, followers
        self._names, self._now = names, now
        self._log = log.get("tocsin.config")
        self._said: dict[str, set[str]] = {}
        self._noted: dict[str, set[str]] = {}

    async def run(self, stop: asyncio.Event, health: Health) -> None:
        """Publishes what the files hold, then every change of theirs, until ``stop`` is set."""
        await asyncio.gather(*(follower.ready.wait() for follower in self._followers.values()))
        # The watch begins before the first reading, so that no edit falls between the two.
        changes = awatch(self._folder, stop_event=stop, debounce=100, step=20, recursive=False, rust_timeout=1000,
                         yield_on_timeout=False)  # fmt: skip
        upcoming = asyncio.ensure_future(anext(changes, None))
        try:
            await asyncio.sleep(0)  # here the watch begins
            await self.sync(KINDS)
            health.set_ready(str(self._folder))
            while batch := await upcoming:
                upcoming = asyncio.ensure_future(anext(changes, None))
                changed = {Path(path).name for _, path in batch}
                # Where the folder is a mounted ConfigMap, what changes is a link that is none of these files.
                await self.sync([kind for kind in KINDS if kind.file in changed] or KINDS)
        finally:
            upcoming.cancel()

    async def sync(self, kinds: "list[Kind] | tuple[Kind, ...]") -> None:
        """Publishes the differences of these kinds, and waits until they are read back."""
        for kind in kinds:
            follower = self._followers[kind.key]
            plan = await asyncio.to_thread(plan_file, self._folder, kind, follower.history, self._names, self._now())
            self._say(kind, plan)
            await publish(self._producer, [Output(kind.topic, edit.id, edit) for edit in plan.edits])
            await self._read_back(follower, plan)

    async def _read_back(self, follower: ConfigFollower, plan: FilePlan) -> None:
        """Waits until the topic has told of every edit; one that lost a race is told of at once."""
        wanted = {edit.id: edit.based_on + 1 for edit in plan.edits}
        try:
            async with asyncio.timeout(READ_BACK_SECONDS):
                # The follower tells nobody, and is never far behind.
                while any(follower.history.versions.get(i, 0) < v for i, v in wanted.items()):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        except TimeoutError:
            self._log.warning("not_read_back", ids=sorted(wanted))
        items = follower.history.items
        lost = sorted(e.id for e in plan.edits if (items[e.id].body if e.id in items else None) != e.body)
        if lost:
            self._log.error("config_conflict", ids=lost, remedy="another edit came first: save the file again")

    def _say(self, kind: Kind, plan: FilePlan) -> None:
        """Logs what is wrong and what has changed; what was said before is not said again."""
        errors = {str(error) for error in plan.errors}
        for error in sorted(errors - self._said.get(kind.file, set())):
            metrics.CONFIG_REFUSED.labels(kind.file).inc()
            self._log.error("config_refused", file=kind.file, error=error)
        self._said[kind.file] = errors
        notes = set(plan.notes)
        for note in sorted(notes - self._noted.get(kind.file, set())):
            self._log.warning("config_note", file=kind.file, note=note)
        self._noted[kind.file] = notes
        if plan.edits:
            removed = sum(edit.body is None for edit in plan.edits)
            self._log.info("config_published", file=kind.file, changed=len(plan.edits) - removed, removed=removed)
