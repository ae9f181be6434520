"""Reading back what was published before, to rebuild a state from it."""

from collections.abc import AsyncIterator
from typing import TypeVar

from aiokafka import ConsumerRecord

from shared import codec, log
from shared.events import Event

E = TypeVar("E", bound=Event)


async def decoded(records: AsyncIterator[ConsumerRecord], kind: type[E]) -> AsyncIterator[E]:
    """The events in these records. One that cannot be decoded is logged and left out.

    Raised instead, it would stop every process that reads it, for as long as its topic keeps it.
    """
    async for record in records:
        try:
            event = codec.decode(record.value, kind)
        except codec.UndecodableError as error:
            log.get("tocsin.rebuild").error(
                "record_undecodable", topic=record.topic, offset=record.offset, error=str(error)
            )
            continue
        yield event
