"""The one place where a message is decoded, handled, retried or dead-lettered.

Four kinds of failure and no more:

- the message is invalid, or our code has a bug: dead letter, and on with the next;
- this message fails for a passing reason (``PassingError``): bounded retry, then dead letter;
- a dependency is down (``DependencyDownError``): nothing is dead-lettered or acknowledged, the process stops;
- a receiver is down: not a matter of this module; the dispatcher keeps its own schedule.

A batch is finished, and may be acknowledged, only when every event it led to was confirmed by the broker.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from shared import codec, log, metrics
from shared.events import DeadLetter, Event
from shared.kafka import DependencyDownError
from shared.topics import Topic

REPLAY_GROUP_HEADER = "tocsin-replay-group"
# An idempotent producer never gives up by itself.
PUBLISH_SECONDS = 30.0

E = TypeVar("E", bound=Event)


class PassingError(RuntimeError):
    """This message failed for a reason that may pass; it is worth another attempt."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Bounded exponential backoff: ``attempts`` in all, pauses from ``first_pause_seconds`` doubling."""

    attempts: int = 3
    first_pause_seconds: float = 0.2

    def pauses(self) -> Sequence[float]:
        """Seconds before the second attempt, the third, and so on."""
        return [self.first_pause_seconds * 2**n for n in range(self.attempts - 1)]


@dataclass(frozen=True, slots=True)
class Message:
    """A raw message as the broker gave it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Output:
    """An event to publish."""

    topic: Topic
    key: str
    event: Event


@dataclass(frozen=True, slots=True)
class Result:
    """What handling a message led to. ``marks`` are published only once all ``events`` were confirmed.

    ``confirmed`` is called once the marks were confirmed too, before the next message: what a step remembers of a
    message before that would be wrong where publishing fails.
    """

    events: tuple[Output, ...] = ()
    marks: tuple[Output, ...] = ()
    note: dict[str, object] = field(default_factory=dict)
    confirmed: Callable[[], None] = field(default=lambda: None, compare=False)


@dataclass(frozen=True, slots=True)
class Stage(Generic[E]):
    """A step of the pipeline: what it consumes and as whom. ``concurrent`` lets a batch's messages overlap."""

    name: str
    source: Topic
    event_type: type[E]
    concurrent: bool = False
    retry: Retry = Retry()

    @property
    def consumer_group(self) -> str:
        """The consumer group: one for each step, whatever the process is called."""
        return f"tocsin.{self.name}"


Handler = Callable[[E, Message], Awaitable[Result]]


async def publish(producer: AIOKafkaProducer, outputs: Sequence[Output]) -> None:
    """Publishes and waits for every confirmation. Raises DependencyDownError, or ValueError where one is too large."""
    try:
        async with asyncio.timeout(PUBLISH_SECONDS):
            # send() is awaited in turn, so that order within a key is kept; the confirmations are awaited together.
            sent = [await producer.send(o.topic.name, codec.encode(o.event), key=o.key.encode()) for o in outputs]
            await asyncio.gather(*sent)
    except TimeoutError as error:
        raise DependencyDownError(f"publishing: no confirmation within {PUBLISH_SECONDS:g} s") from error
    except MessageSizeTooLargeError as error:
        raise ValueError(f"event too large: {error}") from error
    except KafkaError as error:
        raise DependencyDownError(f"publishing: {error!r}") from error


class Delivery(Generic[E]):
    """Runs a stage's handler over batches of raw messages."""

    def __init__(self, stage: Stage[E], handler: Handler[E], producer: AIOKafkaProducer) -> None:
        self.stage, self._handler, self._producer = stage, handler, producer
        self._log = log.get(f"tocsin.{stage.name}")

    async def run(self, batch: Sequence[Message]) -> None:
        """Finishes every message of the batch. Raises DependencyDownError alone; the batch is then unacknowledged."""
        started = time.perf_counter()
        if self.stage.concurrent:
            await asyncio.gather(*map(self._finish, batch))
        else:
            for message in batch:
                await self._finish(message)
        metrics.MESSAGE_SECONDS.labels(self.stage.name).observe(time.perf_counter() - started)

    async def _finish(self, message: Message) -> None:
        started = time.perf_counter()
        outcome, note = await self._outcome(message)
        metrics.MESSAGES_HANDLED.labels(self.stage.name, outcome).inc()
        line: dict[str, object] = {
            "outcome": outcome,
            "topic": message.topic,
            "partition": message.partition,
            "offset": message.offset,
            "ms": round(1000 * (time.perf_counter() - started), 1),
        }
        self._log.log(40 if outcome == "dead" else 20, "handled", **{**note, **line})

    async def _outcome(self, message: Message) -> tuple[str, dict[str, object]]:
        if _is_for_another_group(message, self.stage.consumer_group):
            return "skipped", {}
        try:
            event = codec.decode(message.value, self.stage.event_type)
        except codec.UndecodableError as error:
            return await self._bury(message, f"undecodable: {error}", 1)
        return await self._attempts(message, event)

    async def _attempts(self, message: Message, event: E) -> tuple[str, dict[str, object]]:
        pauses = self.stage.retry.pauses()
        for attempt, pause in enumerate((*pauses, None), start=1):
            try:
                result = await self._handler(event, message)
                await publish(self._producer, result.events)
                await publish(self._producer, result.marks)
                result.confirmed()
            except DependencyDownError:
                raise
            except PassingError as error:
                if pause is None:
                    return await self._bury(message, repr(error), attempt)
                metrics.RETRIES.labels(self.stage.name).inc()
                await asyncio.sleep(pause)
            except Exception as error:  # noqa: BLE001 - a bug in a handler must cost one message, not the batch
                self._log.exception("handler_failed", topic=message.topic, offset=message.offset)
                return await self._bury(message, repr(error), attempt)
            else:
                return "ok", result.note
        raise AssertionError("unreachable: the last attempt returns")

    async def _bury(self, message: Message, error: str, attempts: int) -> tuple[str, dict[str, object]]:
        letter = DeadLetter(
            topic=message.topic,
            partition=message.partition,
            offset=message.offset,
            stage=self.stage.name,
            consumer_group=self.stage.consumer_group,
            error=_printable(error)[:2000],
            attempts=attempts,
            failed_at=datetime.now(UTC),
            key=message.key,
            value=message.value,
            headers=message.headers,
        )
        try:
            await self._write(letter)
        except MessageSizeTooLargeError:
            # Compressed it came through; wrapped it does not. Kept whole it would stop the partition for good.
            size = len(message.value or b"")
            cut = f"{letter.error} (the message of {size} bytes is too large to keep)"
            await self._write(msgspec.structs.replace(letter, value=None, headers=(), error=cut))
        return "dead", {"error": letter.error[:500], "attempts": attempts}

    async def _write(self, letter: DeadLetter) -> None:
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                await self._producer.send_and_wait(self.stage.source.dead, codec.encode(letter), key=letter.key)
        except MessageSizeTooLargeError:
            raise
        except (KafkaError, TimeoutError) as failure:
            raise DependencyDownError(f"writing a dead letter: {failure!r}") from failure


def _printable(text: str) -> str:
    """Without lone surrogates, which no JSON can carry."""
    return text.encode("utf-8", "replace").decode()


def _is_for_another_group(message: Message, group: str) -> bool:
    return any(name == REPLAY_GROUP_HEADER and value != group.encode() for name, value in message.headers)
