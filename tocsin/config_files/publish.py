"""Watching the files, and publishing what they change."""

import asyncio
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path

from aiokafka import AIOKafkaProducer
from watchfiles import awatch

from shared import log, metrics
from shared.config.areas import FILE as AREAS_FILE
from shared.config.beside import Listed
from shared.config.history import Chronicle
from shared.config.kinds import KINDS, Kind
from shared.config.shapes import FILE_ENDING
from shared.config_writer import Writer
from shared.events import ConfigChanged
from shared.follow import ConfigFollower
from shared.status_server import Health
from shared.tasks import until_first_ends
from shared.times import Clock
from tocsin.config_files.plan import FilePlan, plan_file

MOST_ROUNDS = 3


def due_after(changed: Collection[str]) -> list[Kind]:
    """The kinds to plan anew where these files changed: watches depend on the names, areas and shapes beside them."""
    due = {kind.name for kind in KINDS if kind.file in changed}
    if "name" in due or any(name == AREAS_FILE or name.endswith(FILE_ENDING) for name in changed):
        due.add("watch")
    return [kind for kind in KINDS if kind.name in due]


class FilePublisher:
    """Keeps the topics in step with a folder."""

    def __init__(self, folder: Path, bootstrap: str, producer: AIOKafkaProducer, listed: Listed, now: Clock) -> None:
        self._folder, self._now = folder, now
        self._log = log.get("tocsin.config")
        self.chronicles = {kind.key: Chronicle() for kind in KINDS}
        self._followers = [
            ConfigFollower(bootstrap, kind.topic, partial(self._note_edit, kind), self.chronicles[kind.key])
            for kind in KINDS
        ]
        self._writer = Writer(producer, self.chronicles, listed, now, folder)
        self._due: asyncio.Queue[Sequence[Kind]] = asyncio.Queue()
        self._said: dict[str, set[str]] = {}
        self._noted: dict[str, set[str]] = {}

    async def run(self, stop: asyncio.Event, health: Health) -> None:
        """Publishes what the files hold, then every change of theirs, until ``stop`` is set."""
        following = (follower.run() for follower in self._followers)
        await until_first_ends(*following, self._watch_files(stop), self._work(health))

    async def _watch_files(self, stop: asyncio.Event) -> None:
        async for batch in awatch(self._folder, stop_event=stop, debounce=100, step=20, recursive=False,
                                  rust_timeout=1000, yield_on_timeout=False):  # fmt: skip
            changed = {Path(path).name for _, path in batch}
            # Where the folder is a mounted ConfigMap, what changes is a link that is none of these files.
            self._due.put_nowait(due_after(changed) or KINDS)

    def _note_edit(self, kind: Kind, change: ConfigChanged) -> None:
        if change.by and change.owner == kind.owner:  # given back to the file, which has not changed
            self._due.put_nowait([kind])

    async def _work(self, health: Health) -> None:
        # The watch over the files began before this, so that no edit falls between it and the first reading.
        await asyncio.gather(*(follower.ready.wait() for follower in self._followers))
        await self.sync(KINDS)
        health.set_ready(str(self._folder))
        while True:
            await self.sync(await self._due.get())

    async def sync(self, kinds: Sequence[Kind]) -> None:
        """Publishes the differences of these kinds, and waits until they are read back. Raises DependencyDownError."""
        for kind in kinds:
            for _ in range(MOST_ROUNDS):  # who lost a race to another edit looks again
                chronicle = self.chronicles[kind.key]
                plan = await asyncio.to_thread(
                    plan_file, self._folder, kind, chronicle, self._writer.beside, self._now()
                )
                self._say(kind, plan)
                lost = await self._writer.publish(kind, plan.edits)
                self._say_published(kind, plan.edits, {conflict.id for conflict in lost})
                if not lost:
                    break
                self._log.warning("config_conflict", file=kind.file, ids=sorted(conflict.id for conflict in lost))

    def _say(self, kind: Kind, plan: FilePlan) -> None:
        """Logs what is wrong, and what is not as it seems; what was said before is not said again."""
        errors = {plan.for_logs(str(error)) for error in plan.errors}
        for error in sorted(errors - self._said.get(kind.file, set())):
            metrics.CONFIG_REFUSED.labels(kind.file).inc()
            self._log.error("config_refused", file=kind.file, error=error)
        self._said[kind.file] = errors
        notes = set(map(plan.for_logs, plan.notes))
        for note in sorted(notes - self._noted.get(kind.file, set())):
            self._log.warning("config_note", file=kind.file, note=note)
        self._noted[kind.file] = notes

    def _say_published(self, kind: Kind, edits: Sequence[ConfigChanged], lost: Collection[str]) -> None:
        removed = [edit.body is None for edit in edits if edit.id not in lost]
        if removed:
            changed = len(removed) - sum(removed)
            self._log.info("config_published", file=kind.file, changed=changed, removed=sum(removed))
