"""Reads what was requested and sent of one partition."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import TypeVar

from aiokafka import ConsumerRecord

from services.alerter.dispatch.ledger import Ledger
from shared import codec, kafka, log
from shared.events import Event, NotificationRequested, NotificationSent
from shared.topics import NOTIFICATIONS_REQUESTED, NOTIFICATIONS_SENT, Topic

E = TypeVar("E", bound=Event)


class SentLog:
    """The two topics, for the consumer group ``group``."""

    def __init__(self, bootstrap: str, group: str) -> None:
        self._bootstrap, self._group = bootstrap, group

    async def sent(self, partition: int, since: datetime) -> Ledger:
        """What was sent since then. Raises DependencyDownError."""
        ledger = Ledger(since)
        records = kafka.read_all(self._bootstrap, NOTIFICATIONS_SENT.name, [partition], since=since)
        async for sent in _decoded(records, NOTIFICATIONS_SENT, NotificationSent):
            ledger.note_sent(sent)
        return ledger

    def waiting(self, partition: int) -> AsyncIterator[NotificationRequested]:
        """The requests that are not committed. Raises DependencyDownError."""
        records = kafka.read_all(self._bootstrap, NOTIFICATIONS_REQUESTED.name, [partition], group=self._group)
        return _decoded(records, NOTIFICATIONS_REQUESTED, NotificationRequested)


async def _decoded(records: AsyncIterator[ConsumerRecord], topic: Topic, kind: type[E]) -> AsyncIterator[E]:
    async for record in records:
        try:
            event = codec.decode(record.value, kind)
        except codec.UndecodableError as error:  # it would stop every process that reads it, for a hundred days
            log.get("tocsin.dispatch").error(
                "record_undecodable", topic=topic.name, offset=record.offset, error=str(error)
            )
            continue
        yield event
