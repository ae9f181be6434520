"""A stateful step as a plain aiokafka consumer: it owns partitions, and rebuilds their state before it starts."""

import asyncio
from collections.abc import Sequence
from typing import Protocol, TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError, RebalanceInProgressError

from shared import kafka, log
from shared.delivery import Delivery, Message
from shared.events import Event
from shared.kafka import DependencyDownError
from shared.status_server import Health

E = TypeVar("E", bound=Event)

BATCH_RECORDS = 200
POLL_MS = 200


class PartitionState(Protocol):
    """State that belongs to the partitions a process owns."""

    async def rebuild(self, partition: int) -> None:
        """Builds the state of a partition that has just come to this process, from what was published before."""
        ...

    def drop(self, partition: int) -> None:
        """Forgets the state of a partition that goes elsewhere."""
        ...

    def safe_offset(self, partition: int, consumed: int) -> int:
        """Up to where a partition is finished, where messages before ``consumed`` were handled."""
        ...


def to_message(record: ConsumerRecord) -> Message:
    """A broker's record as the delivery module takes it."""
    return Message(record.topic, record.partition, record.offset, record.key, record.value, tuple(record.headers))


class _Ownership(ConsumerRebalanceListener):  # type: ignore[misc]
    """Holds a rebalance back until the batch in flight is done, and tells the state what has gone."""

    def __init__(self, state: PartitionState, busy: asyncio.Lock) -> None:
        self._state, self._busy = state, busy
        self.rebuilt: set[int] = set()

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        async with self._busy:
            for tp in revoked:
                if tp.partition in self.rebuilt:
                    self.rebuilt.discard(tp.partition)
                    self._state.drop(tp.partition)

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Nothing yet: the state is rebuilt before the first batch, outside the group's protocol."""

    async def make_ready(self, assigned: Sequence[TopicPartition]) -> None:
        for tp in assigned:
            if tp.partition not in self.rebuilt:
                await self._state.rebuild(tp.partition)
                self.rebuilt.add(tp.partition)


async def consume(
    bootstrap: str, delivery: Delivery[E], state: PartitionState, stop: asyncio.Event, health: Health
) -> None:
    """Consumes until ``stop`` is set. What is finished is committed after each batch. Raises DependencyDownError."""
    busy = asyncio.Lock()
    ownership = _Ownership(state, busy)
    reader = kafka.consumer(bootstrap, group=delivery.stage.consumer_group)
    reader.subscribe([delivery.stage.source.name], listener=ownership)
    commits = _Commits(reader, state)
    try:
        await reader.start()
        health.set_ready(delivery.stage.name)
        while not stop.is_set():
            batch = await reader.getmany(timeout_ms=POLL_MS, max_records=BATCH_RECORDS)
            async with busy:
                owned = reader.assignment()
                await ownership.make_ready(list(owned))
                for tp, records in batch.items():
                    if tp in owned:  # else it went elsewhere since the fetch, and its new owner reads it again
                        await delivery.run([to_message(record) for record in records])
                        commits.consumed[tp] = records[-1].offset + 1
                await commits.commit()
    except KafkaError as error:
        raise DependencyDownError(f"consuming {delivery.stage.source.name}: {error!r}") from error
    finally:
        await reader.stop()


class _Commits:
    """Commits what the state says is finished, and only where that has moved."""

    def __init__(self, reader: AIOKafkaConsumer, state: PartitionState) -> None:
        self._reader, self._state = reader, state
        self.consumed: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}

    async def commit(self) -> None:
        owned = self._reader.assignment()
        self.consumed = {tp: offset for tp, offset in self.consumed.items() if tp in owned}
        safe = {tp: self._state.safe_offset(tp.partition, offset) for tp, offset in self.consumed.items()}
        moved = {tp: offset for tp, offset in safe.items() if self._committed.get(tp) != offset}
        if not moved:
            return
        try:
            await self._reader.commit(moved)
            self._committed |= moved
        except (CommitFailedError, IllegalStateError, RebalanceInProgressError) as error:
            # A rebalance is under way: whoever owns the partitions next does this work again, to the same effect.
            log.get("tocsin.consume").warning("commit_refused", error=repr(error))
