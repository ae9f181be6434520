"""Dead letters: finding them, and giving them back to the consumer group that failed."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from aiokafka.errors import KafkaError

from shared import codec, kafka
from shared.delivery import REPLAY_GROUP_HEADER
from shared.events import DeadLetter
from shared.kafka import DependencyDownError
from shared.topics import DEAD_SUFFIX, TOPICS


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
    """Publishes the messages again, each for the group that failed; other groups skip them.

    Repeating it is harmless: ids are derived from content. Raises DependencyDownError.
    """
    async with kafka.running_producer(bootstrap) as producer:
        try:
            for found in letters:
                letter = found.letter
                headers = [pair for pair in letter.headers if pair[0] != REPLAY_GROUP_HEADER]
                headers.append((REPLAY_GROUP_HEADER, letter.consumer_group.encode()))
                await producer.send_and_wait(letter.topic, letter.value, key=letter.key, headers=headers)
        except KafkaError as error:
            raise DependencyDownError(f"replaying: {error!r}") from error
