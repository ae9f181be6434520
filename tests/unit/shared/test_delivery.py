"""Delivery's four kinds of failure, on a producer that does what it is told to."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError, MessageSizeTooLargeError

from shared import codec
from shared.delivery import Delivery, Message, Output, PassingError, Result, Retry, Stage
from shared.events import DeadLetter, SourcePolled
from shared.kafka import DependencyDownError
from shared.topics import SOURCES_POLLED
from tests.unit.alerter.samples import NOW

STAGE = Stage("test", SOURCES_POLLED, SourcePolled, retry=Retry(attempts=3, first_pause_seconds=0))
EVENT = SourcePolled(source_id="s", polled_at=NOW, outcome="ok")


class Producer:
    """Confirms what it is sent, unless ``faults`` has an error for that topic."""

    def __init__(self, **faults: list[Exception]) -> None:
        self.sent: list[tuple[str, bytes, bytes | None]] = []
        self.faults = {topic.replace("_", "."): errors for topic, errors in faults.items()}

    async def send(self, topic: str, value: bytes, key: bytes | None = None) -> "asyncio.Future[None]":
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.faults.get(topic):
            error = self.faults[topic].pop(0)
            if isinstance(error, MessageSizeTooLargeError):
                raise error  # aiokafka refuses it before it is sent
            future.set_exception(error)
        else:
            self.sent.append((topic, value, key))
            future.set_result(None)
        return future

    async def send_and_wait(self, topic: str, value: bytes, key: bytes | None = None) -> None:
        await (await self.send(topic, value, key))

    def letters(self) -> list[DeadLetter]:
        """The dead letters."""
        return [codec.decode(value, DeadLetter) for topic, value, _ in self.sent if topic == "sources.polled.dead"]


def message(offset: int = 0, value: bytes | None = None, headers: tuple[tuple[str, bytes], ...] = ()) -> Message:
    return Message("sources.polled", 2, offset, b"key", codec.encode(EVENT) if value is None else value, headers)


def delivery(producer: Producer, handler: Any, **options: Any) -> Delivery[SourcePolled]:
    stage = Stage("test", SOURCES_POLLED, SourcePolled, retry=STAGE.retry, **options)
    return Delivery(stage, handler, producer)


def failing(*errors: Exception | None) -> Any:
    """A handler that raises these in turn; None, and all after the last: it does its work."""
    left = list(errors)

    async def handle(_: SourcePolled, __: Message) -> Result:
        error = left.pop(0) if left else None
        if error is not None:
            raise error
        return Result(events=(Output(SOURCES_POLLED, "s", EVENT),))

    return handle


async def test_a_message_that_cannot_be_decoded_is_kept_whole_and_the_rest_flows_on() -> None:
    producer = Producer()
    await delivery(producer, failing()).run([message(0), message(1, b"{not json", (("h", b"\xff"),)), message(2)])
    (letter,) = producer.letters()
    assert (letter.topic, letter.partition, letter.offset, letter.stage) == ("sources.polled", 2, 1, "test")
    assert (letter.consumer_group, letter.attempts, letter.key) == ("tocsin.test", 1, b"key")
    assert (letter.value, letter.headers) == (b"{not json", (("h", b"\xff"),))
    assert letter.error.startswith("undecodable: ")
    assert [topic for topic, *_ in producer.sent].count("sources.polled") == 2


@pytest.mark.parametrize("value", [b"", b"null", b"[]", b"\xff\xfe", b'{"v": 1}', b'{"source_id": "\\ud800"}'])
async def test_no_bytes_get_through_undecoded(value: bytes) -> None:
    producer = Producer()
    await delivery(producer, failing()).run([message(value=value)])
    assert len(producer.letters()) == 1


async def test_a_tombstone_is_a_dead_letter() -> None:
    producer = Producer()
    await delivery(producer, failing()).run([Message("sources.polled", 0, 0, None, None)])
    assert producer.letters()[0].value is None


@pytest.mark.parametrize(("failures", "dead", "attempts"), [(0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 1, 3), (9, 1, 3)])
async def test_a_passing_failure_is_retried_so_often_and_no_more(failures: int, dead: int, attempts: int) -> None:
    producer = Producer()
    await delivery(producer, failing(*[PassingError("busy")] * failures)).run([message()])
    letters = producer.letters()
    assert [letter.attempts for letter in letters] == [attempts] * dead
    assert len(producer.sent) == 1


async def test_a_bug_costs_one_message() -> None:
    producer = Producer()
    await delivery(producer, failing(ZeroDivisionError("bug"))).run([message(0), message(1)])
    assert [letter.offset for letter in producer.letters()] == [0]
    assert "bug" in producer.letters()[0].error


@pytest.mark.parametrize("concurrent", [False, True])
async def test_a_dependency_that_is_down_leaves_the_batch_and_no_letter(concurrent: bool) -> None:
    producer = Producer()
    with pytest.raises(DependencyDownError):
        await delivery(producer, failing(DependencyDownError("redis")), concurrent=concurrent).run([message()])
    assert not producer.sent


@pytest.mark.parametrize("topic", ["sources_polled", "sources_polled_dead"])
async def test_a_broker_that_does_not_confirm_is_a_dependency_down(topic: str) -> None:
    error = ValueError("bug") if topic.endswith("dead") else None
    producer = Producer(**{topic: [KafkaConnectionError("gone")]})
    with pytest.raises(DependencyDownError):
        await delivery(producer, failing(error)).run([message()])


async def test_marks_are_published_only_after_all_events_were_confirmed() -> None:
    producer = Producer(alerts_raised=[])

    async def handle(_: SourcePolled, __: Message) -> Result:
        return Result(events=(Output(SOURCES_POLLED, "a", EVENT),) * 2, marks=(Output(SOURCES_POLLED, "mark", EVENT),))

    await delivery(producer, handle).run([message()])
    assert [key for _, _, key in producer.sent] == [b"a", b"a", b"mark"]
    producer = Producer(sources_polled=[KafkaError("lost")])
    with pytest.raises(DependencyDownError):
        await delivery(producer, handle).run([message()])
    assert b"mark" not in [key for _, _, key in producer.sent]


async def test_an_event_too_large_for_its_topic_is_a_bug_not_an_outage() -> None:
    producer = Producer(sources_polled=[MessageSizeTooLargeError("too large")])
    await delivery(producer, failing()).run([message(0), message(1)])
    assert [letter.offset for letter in producer.letters()] == [0]


async def test_a_message_too_large_to_be_kept_does_not_stop_the_partition() -> None:
    producer = Producer(sources_polled_dead=[MessageSizeTooLargeError("too large")])
    await delivery(producer, failing()).run([message(0, b"x" * 1000), message(1)])
    (letter,) = producer.letters()
    assert (letter.offset, letter.value) == (0, None)
    assert "1000 bytes" in letter.error


class Unspeakable(Exception):
    """An error whose text no JSON can carry."""

    def __repr__(self) -> str:
        return "\ud800" * 3000


async def test_an_error_of_any_text_can_be_buried() -> None:
    producer = Producer()
    await delivery(producer, failing(Unspeakable())).run([message()])
    assert producer.letters()[0].error == "?" * 2000


@pytest.mark.parametrize(
    ("headers", "handled"),
    [
        ((), True),
        ((("tocsin-replay-group", b"tocsin.test"),), True),
        ((("tocsin-replay-group", b"tocsin.other"),), False),
        ((("other", b"tocsin.other"),), True),
    ],
)
async def test_a_replayed_letter_is_for_the_group_that_it_names(
    headers: tuple[tuple[str, bytes], ...], handled: bool
) -> None:
    producer = Producer()
    await delivery(producer, failing()).run([message(headers=headers)])
    assert len(producer.sent) == handled


async def test_a_note_cannot_break_the_log_line() -> None:
    async def handle(_: SourcePolled, __: Message) -> Result:
        return Result(note={"topic": "x", "outcome": "y", "ms": "z", "offset": None})

    await delivery(Producer(), handle).run([message()])


async def test_order_is_kept_unless_a_stage_lets_messages_overlap() -> None:
    order: list[int] = []
    first_may_end = asyncio.Event()

    async def handle(_: SourcePolled, given: Message) -> Result:
        if given.offset == 0:
            await first_may_end.wait()
        order.append(given.offset)
        first_may_end.set()
        return Result()

    await delivery(Producer(), handle, concurrent=True).run([message(0), message(1)])
    assert order == [1, 0]
    order.clear()
    await delivery(Producer(), handle).run([message(0), message(1)])
    assert order == [0, 1]
