"""Dead letters: finding them, and giving them back to the consumer group that failed."""

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass

from shared import codec, kafka
from shared.delivery import Message
from shared.events import DeadLetter
from shared.topics import DEAD_SUFFIX, TOPICS
from tocsin.replay import Given, give_again


@dataclass(frozen=True, slots=True)
class Found:
    """A dead letter and where it lies. ``id`` is ``topic:partition:offset`` of the dead-letter topic."""

    topic: str
    partition: int
    offset: int
    letter: DeadLetter

    @property
    def id(self) -> str:
        """What ``show`` and ``replay`` take."""
        return f"{self.topic}:{self.partition}:{self.offset}"


async def find(bootstrap: str, topic: str = "", stage: str = "") -> AsyncIterator[Found]:
    """Dead letters, of one topic or stage where they are named. Raises DependencyDownError."""
    for name in TOPICS:
        if name.endswith(DEAD_SUFFIX) and topic in ("", name, name.removesuffix(DEAD_SUFFIX)):
            async for record in kafka.read_all(bootstrap, name):
                letter = codec.decode(record.value, DeadLetter)
                if stage in ("", letter.stage):
                    yield Found(name, record.partition, record.offset, letter)


async def replay(bootstrap: str, letters: Sequence[Found]) -> None:
    """Publishes the messages again, each for the group that failed. Raises DependencyDownError."""

    async def messages() -> AsyncIterable[Given]:
        for found in letters:
            letter = found.letter
            message = Message(letter.topic, letter.partition, letter.offset, letter.key, letter.value, letter.headers)
            yield Given(message, letter.consumer_group)

    await give_again(bootstrap, messages())
