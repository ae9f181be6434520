"""Publishing edits of configured items, and learning what became of them: for files, command line and API alike."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from aiokafka import AIOKafkaProducer

from shared.config.beside import Beside, Listed
from shared.config.edits import Conflict, ConflictError, Draft, Wanted, conflict_of, draft
from shared.config.history import Chronicle, text_of
from shared.config.kinds import Kind
from shared.delivery import Output, publish
from shared.events import ConfigChanged
from shared.kafka import DependencyDownError
from shared.times import Clock

READ_BACK_SECONDS = 10.0


class NotReadBackError(DependencyDownError):
    """Edits were published, and nobody has told of them since. They may be in force: look before trying again."""


class Writer:
    """Writes to topics whose chronicles (by key of the kind) somebody else keeps in step meanwhile.

    Chronicles of the kinds that an item is judged by may be among them. ``folder``: where files lie that items name.
    """

    def __init__(
        self,
        producer: AIOKafkaProducer,
        chronicles: Mapping[str, Chronicle],
        listed: Listed,
        now: Clock,
        folder: Path | None = None,
    ) -> None:
        self._producer, self.chronicles, self._now = producer, chronicles, now
        self.beside = Beside(listed, chronicles, folder)
        self._drafting = asyncio.Lock()  # so that names are loaded once

    async def write(self, kind: Kind, wanted: Wanted) -> Draft:
        """Does what is wanted. Raises EditRefusedError, ConfigError, DependencyDownError."""
        async with self._drafting:
            made = await asyncio.to_thread(draft, kind, self.chronicles[kind.key], wanted, self.beside, self._now())
        await self.publish_one(kind, made.change)
        return made

    async def publish_one(self, kind: Kind, change: ConfigChanged) -> None:
        """Publishes one edit. Raises ConflictError where another came first, DependencyDownError."""
        for conflict in await self.publish(kind, [change]):
            raise ConflictError(conflict)

    async def publish(self, kind: Kind, changes: Sequence[ConfigChanged]) -> list[Conflict]:
        """Publishes edits, at most one an item, and returns those that lost a race. Raises DependencyDownError."""
        chronicle = self.chronicles[kind.key]
        await publish(self._producer, [Output(kind.topic, change.id, change) for change in changes])
        await self._read_back(chronicle, changes)
        lost = [change for change in changes if chronicle.at(change.id, change.based_on + 1) != change]
        return [conflict_of(kind, chronicle, change.id, change.based_on, text_of(change)) for change in lost]

    async def _read_back(self, chronicle: Chronicle, changes: Sequence[ConfigChanged]) -> None:
        """Waits until every item is past the version that was edited: who made the next one has won."""
        try:
            async with asyncio.timeout(READ_BACK_SECONDS):
                # The chronicle tells nobody, and is never far behind.
                while any(chronicle.versions.get(c.id, 0) <= c.based_on for c in changes):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        except TimeoutError as error:
            ids = ", ".join(change.id for change in changes[:5])
            raise NotReadBackError(f"published, but not read back within {READ_BACK_SECONDS:g} s: {ids}") from error
