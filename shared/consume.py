"""A stateful step as a plain aiokafka consumer: it owns partitions, and rebuilds their state before it starts."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError, RebalanceInProgressError

from shared import kafka, log
from shared.delivery import Delivery, Message
from shared.events import Event
from shared.kafka import DependencyDownError
from shared.status_server import Health

E = TypeVar("E", bound=Event)
Settle = Callable[[], Awaitable[None]]

BATCH_RECORDS = 200
POLL_MS = 200
LAST_COMMIT_SECONDS = 1.5


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
    """What the group says is ours, how far it was consumed, and how far committed.

    A rebalance is held back until the batch in flight is done. What was known of a partition that goes is forgotten,
    even where it comes back at once: the new ownership begins at the committed offset, with its state rebuilt.
    """

    def __init__(self, reader: AIOKafkaConsumer, state: PartitionState, settle: Settle) -> None:
        self._reader, self._state, self._settle = reader, state, settle
        self._rebuilt: set[TopicPartition] = set()
        self._consumed: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self.owned: frozenset[TopicPartition] = frozenset()
        self.busy = asyncio.Lock()

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        async with self.busy:
            await self.let_go(revoked)

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Takes note alone: the state is rebuilt before the first batch, outside the group's protocol."""
        self.owned = frozenset(assigned)

    async def make_ready(self) -> None:
        for tp in sorted(self.owned - self._rebuilt):
            await self._state.rebuild(tp.partition)
            self._rebuilt.add(tp)

    async def let_go(self, partitions: Sequence[TopicPartition]) -> None:
        """Ends what is in flight, commits, and forgets; the last whatever became of the other two."""
        try:
            if self._rebuilt:
                await self._settle()
                async with asyncio.timeout(LAST_COMMIT_SECONDS):  # aiokafka tries for as long as the broker is away
                    await self.commit()
        except (TimeoutError, KafkaError) as error:
            log.get("tocsin.consume").warning("left_uncommitted", error=repr(error))
        finally:
            for tp in partitions:
                self._forget(tp)
            self.owned -= set(partitions)

    def _forget(self, tp: TopicPartition) -> None:
        self._consumed.pop(tp, None)
        self._committed.pop(tp, None)
        if tp in self._rebuilt:
            self._rebuilt.discard(tp)
            self._state.drop(tp.partition)

    def note_consumed(self, tp: TopicPartition, offset: int) -> None:
        self._consumed[tp] = offset

    async def commit(self) -> None:
        """Commits what the state says is finished, and only where that has moved."""
        safe = {tp: self._state.safe_offset(tp.partition, offset) for tp, offset in self._consumed.items()}
        moved = {tp: offset for tp, offset in safe.items() if self._committed.get(tp) != offset}
        if not moved:
            return
        try:
            await self._reader.commit(moved)
            self._committed |= moved
        except (CommitFailedError, IllegalStateError, RebalanceInProgressError) as error:
            # A rebalance is under way: whoever owns the partitions next does this work again, to the same effect.
            log.get("tocsin.consume").warning("commit_refused", error=repr(error))


async def _nothing() -> None:
    """Most states have nothing in flight between batches."""


async def consume(
    bootstrap: str,
    delivery: Delivery[E],
    state: PartitionState,
    stop: asyncio.Event,
    health: Health,
    settle: Settle = _nothing,
) -> None:
    """Consumes until ``stop`` is set. What is finished is committed after each batch. Raises DependencyDownError.

    ``settle`` is awaited before partitions are let go: it ends, in bounded time, what the state has in flight.
    """
    reader = kafka.consumer(bootstrap, group=delivery.stage.consumer_group)
    ownership = _Ownership(reader, state, settle)
    reader.subscribe([delivery.stage.source.name], listener=ownership)
    try:
        await reader.start()
        health.set_ready(delivery.stage.name)
        while not stop.is_set():
            batch = await reader.getmany(timeout_ms=POLL_MS, max_records=BATCH_RECORDS)
            async with ownership.busy:
                await ownership.make_ready()
                for tp, records in batch.items():
                    if tp in ownership.owned:  # else it went elsewhere since, and its new owner reads it again
                        await delivery.run([to_message(record) for record in records])
                        ownership.note_consumed(tp, records[-1].offset + 1)
                await ownership.commit()
        # In the group still, so that nobody else begins what is being ended here.
        async with ownership.busy:
            await ownership.let_go(list(ownership.owned))
    except KafkaError as error:
        raise DependencyDownError(f"consuming {delivery.stage.source.name}: {error!r}") from error
    finally:
        await reader.stop()
