"""Following a configuration topic: from its first offset, in no group, for as long as the process lives."""

import asyncio
from collections.abc import Callable

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from shared import codec, kafka, log, metrics
from shared.config.history import History
from shared.events import ConfigChanged
from shared.kafka import DependencyDownError
from shared.topics import Topic

POLL_MS = 500


class ConfigFollower:
    """Keeps a History in step with its topic. ``ready`` is set once it has reached what was there at the start."""

    def __init__(
        self,
        bootstrap: str,
        topic: Topic,
        changed: Callable[[ConfigChanged], None] | None = None,
        history: History | None = None,
    ) -> None:
        self._bootstrap, self._topic, self._changed = bootstrap, topic, changed
        self._log = log.get("tocsin.follow")
        self.history = History() if history is None else history
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Follows for ever. Raises DependencyDownError."""
        reader = kafka.consumer(self._bootstrap)
        try:
            await reader.start()
            partitions = await kafka.partitions_of(reader, self._topic.name)
            ends = await kafka.take_paused(reader, partitions)
            await reader.seek_to_beginning(*partitions)
            reader.resume(*partitions)
            while True:
                if not self.ready.is_set() and all([await reader.position(tp) >= ends[tp] for tp in partitions]):
                    self.ready.set()
                    self._log.info("config_ready", topic=self._topic.name, items=len(self.history.items))
                for records in (await reader.getmany(timeout_ms=POLL_MS)).values():
                    await self._apply(records)
        except KafkaError as error:
            raise DependencyDownError(f"following {self._topic.name}: {error!r}") from error
        finally:
            await reader.stop()

    async def _apply(self, records: list[ConsumerRecord]) -> None:
        for record in records:
            try:
                change = codec.decode(record.value, ConfigChanged)
            except codec.UndecodableError as error:
                self._log.error("config_undecodable", topic=record.topic, offset=record.offset, error=str(error))
                continue
            if self.history.apply(change) and self._changed:
                self._changed(change)
                await asyncio.sleep(0)  # thousands that come at once hold nobody up
        metrics.CONFIG_ITEMS.labels(self._topic.name).set(len(self.history.items))
