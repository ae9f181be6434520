"""Reads what was requested and sent of one partition."""

from collections.abc import AsyncIterator
from datetime import datetime

from services.alerter.dispatch.ledger import Ledger
from shared import kafka
from shared.events import NotificationRequested, NotificationSent
from shared.rebuild import decoded
from shared.topics import NOTIFICATIONS_REQUESTED, NOTIFICATIONS_SENT


class SentLog:
    """The two topics, for the consumer group ``group``."""

    def __init__(self, bootstrap: str, group: str) -> None:
        self._bootstrap, self._group = bootstrap, group

    async def sent(self, partition: int, since: datetime) -> Ledger:
        """What was sent since then. Raises DependencyDownError."""
        ledger = Ledger(since)
        records = kafka.read_all(self._bootstrap, NOTIFICATIONS_SENT.name, [partition], since=since)
        async for sent in decoded(records, NotificationSent):
            ledger.note_sent(sent)
        return ledger

    def waiting(self, partition: int) -> AsyncIterator[NotificationRequested]:
        """The requests that are not committed. Raises DependencyDownError."""
        records = kafka.read_all(self._bootstrap, NOTIFICATIONS_REQUESTED.name, [partition], group=self._group)
        return decoded(records, NotificationRequested)
