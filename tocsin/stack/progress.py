"""How many events each topic has taken so far."""

from types import TracebackType
from typing import Self

from aiokafka import TopicPartition

from shared import kafka
from shared.topics import TOPICS


class TopicCounter:
    """Counts by end offsets, for topics that began empty."""

    def __init__(self, bootstrap: str) -> None:
        self._reader = kafka.consumer(bootstrap)
        self._partitions: list[TopicPartition] = []

    async def __aenter__(self) -> Self:
        await kafka.start(self._reader)
        for name in TOPICS:
            self._partitions += await kafka.partitions_of(self._reader, name)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._reader.stop()

    async def counts(self) -> dict[str, int]:
        """Events by topic."""
        ends = await self._reader.end_offsets(self._partitions)
        totals = dict.fromkeys(TOPICS, 0)
        for tp, end in ends.items():
            totals[tp.topic] += end
        return totals
