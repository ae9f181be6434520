"""Giving messages to a step again: dead letters, or all that a topic holds. Other consumer groups skip them.

Repeating it is harmless: ids are derived from content, and what was sent is not sent again.
"""

import asyncio
from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.alerter import lifecycle
from services.alerter.dispatch import dispatch_step
from services.alerter.matching import match_step
from services.extractor import extract_step, group_step
from shared import kafka
from shared.consume import to_message
from shared.delivery import REPLAY_GROUP_HEADER, Message
from shared.kafka import DependencyDownError

BATCH = 200
_STEPS = (extract_step.STAGE, group_step.STAGE, match_step.STAGE, lifecycle.STAGE, dispatch_step.STAGE)
GROUPS = MappingProxyType({stage.source.name: stage.consumer_group for stage in _STEPS})
"""The consumer group of the step that each topic is replayed to."""


@dataclass(frozen=True, slots=True)
class Given:
    """A message to be given again, and the consumer group that it is for."""

    message: Message
    consumer_group: str


async def replay_topic(bootstrap: str, topic: str, since: datetime | None) -> int:
    """Gives what the topic holds, from that time on, to its step again; how many. Raises DependencyDownError."""

    async def held() -> AsyncIterable[Given]:
        async for record in kafka.read_all(bootstrap, topic, since=since):
            yield Given(to_message(record), GROUPS[topic])

    return await give_again(bootstrap, held())


async def give_again(bootstrap: str, messages: AsyncIterable[Given]) -> int:
    """Publishes messages again, in their order; how many. Raises DependencyDownError."""
    count, batch = 0, list[Given]()
    async with kafka.running_producer(bootstrap) as producer:
        async for given in messages:
            batch.append(given)
            if len(batch) >= BATCH:
                count += await _send(producer, batch)
                batch.clear()
        return count + await _send(producer, batch)


async def _send(producer: AIOKafkaProducer, batch: Sequence[Given]) -> int:
    try:
        sent = [
            await producer.send(g.message.topic, g.message.value, key=g.message.key, headers=_headers(g)) for g in batch
        ]
        await asyncio.gather(*sent)
    except KafkaError as error:
        raise DependencyDownError(f"replaying: {error!r}") from error
    return len(batch)


def _headers(given: Given) -> list[tuple[str, bytes]]:
    kept = [pair for pair in given.message.headers if pair[0] != REPLAY_GROUP_HEADER]
    return [*kept, (REPLAY_GROUP_HEADER, given.consumer_group.encode())]
