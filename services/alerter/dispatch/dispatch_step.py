"""The dispatch step: it owns receivers, and rebuilds what is pending from the two notification topics.

The committed offset of a partition is that of its oldest pending notification, so a new owner reads that one again, and
everything after it; what ``notifications.sent`` says of them keeps what was delivered from being sent twice.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from functools import partial
from typing import Protocol

from aiokafka import AIOKafkaProducer

from services.alerter.dispatch import records, reporting
from services.alerter.dispatch.attempt import FINAL, Tries, tries_on_record
from services.alerter.dispatch.lane import Lane, Terms
from services.alerter.dispatch.ledger import CLOCK_MARGIN, Ledger, Standing, reaches_back_to
from services.alerter.dispatch.notifiers import Notifier
from services.alerter.dispatch.owned import Owned
from services.alerter.dispatch.receivers_in_force import ReceiversInForce
from services.alerter.dispatch.sender import Sender
from services.alerter.dispatch.task_watch import TaskWatch
from shared import log
from shared.delivery import Message, Output, Result, Stage, publish
from shared.events import ConfigChanged, NotificationRequested, NotificationSent
from shared.tasks import until_first_ends
from shared.times import Clock, Ticks
from shared.topics import NOTIFICATIONS_REQUESTED, NOTIFICATIONS_SENT

STAGE = Stage("dispatch", NOTIFICATIONS_REQUESTED, NotificationRequested)
SETTLE_SECONDS = 8.0  # under the time that a process has to stop, and under the group's rebalance timeout
SWEEP_SECONDS = 3600.0


class Log(Protocol):
    """What was requested and sent, as the topics have it."""

    async def sent(self, partition: int, since: datetime) -> Ledger:
        """What was sent since then."""
        ...

    def waiting(self, partition: int) -> AsyncIterator[NotificationRequested]:
        """The requests that are not committed."""
        ...


class Dispatch:
    """Takes requests in, and runs a lane for each receiver."""

    def __init__(
        self, sent_log: Log, producer: AIOKafkaProducer, receivers: ReceiversInForce, notifiers: Mapping[str, Notifier],
        now: Clock, concurrency: int, ticks: Ticks = time.monotonic,
    ) -> None:  # fmt: skip
        self._sent_log, self._producer, self._receivers = sent_log, producer, receivers
        self._sender = Sender(receivers, notifiers, now)
        self._now, self._ticks, self._concurrency = now, ticks, concurrency
        self._owned: dict[int, Owned] = {}
        self._tasks = TaskWatch()
        self._log = log.get("tocsin.dispatch")

    # ------------------------------------------------------------ ownership

    async def rebuild(self, partition: int) -> None:
        """Learns what waits in a partition, and what was sent of that."""
        waiting = [request async for request in self._sent_log.waiting(partition)]
        since = min(map(reaches_back_to, waiting), default=self._now() - CLOCK_MARGIN)
        ledger = await self._sent_log.sent(partition, since)
        for request in waiting:  # before the first is sent, so that no revision is that a newer one replaces
            ledger.note_requested(request)
        self._owned[partition] = Owned(ledger)
        self._log.info("rebuilt", partition=partition, since=since, done=len(ledger.done), begun=len(ledger.last))

    async def _reach_back(self, partition: int, request: NotificationRequested) -> Owned:
        """The partition, once it is known back to where something may bear on this request, or on its receiver."""
        owned = self._owned[partition]
        wanted = reaches_back_to(request)
        if request.receiver_id not in owned.ledger.receivers:
            wanted = min(wanted, self._receivers.changed_at(request.receiver_id, wanted) - CLOCK_MARGIN)
        known = owned.ledger.since
        if wanted < known:
            # At least twice as far as before, so that one old request after the other does not read all again.
            older = await self._sent_log.sent(partition, min(wanted, known - (self._now() - known)))
            owned.ledger = older.under(owned.ledger)
            self._log.info("read_further_back", partition=partition, since=older.since, done=len(older.done))
        return owned

    def drop(self, partition: int) -> None:
        """Forgets a partition that went elsewhere; sends still in flight end and are recorded."""
        owned = self._owned.pop(partition, None)
        for lane in owned.lanes.values() if owned else ():
            lane.retire()

    def safe_offset(self, partition: int, consumed: int) -> int:
        """Up to where the partition may be committed: before its oldest pending notification."""
        return min(self._owned[partition].pending.values(), default=consumed)

    # ------------------------------------------------------------ requests

    async def __call__(self, request: NotificationRequested, message: Message) -> Result:
        """Takes a request in, unless it is done or pending already, or a newer revision was requested."""
        owned = await self._reach_back(message.partition, request)
        note: dict[str, object] = {
            "notification_id": request.notification_id,
            "alert_id": request.alert.alert_id,
            "article_id": request.alert.report.article_id,
        }
        standing = owned.ledger.standing(request)
        if standing is Standing.REPEAT or request.notification_id in owned.pending:
            return Result(note={**note, "repeat": True})
        owned.ledger.note_requested(request)
        owned.pending[request.notification_id] = message.offset
        lane, last = self._lane(message.partition, request.receiver_id), owned.ledger.last_of(request)
        if standing is Standing.OUTDATED:
            await self._supersede(message.partition, lane, request, tries_on_record(last))
        else:
            await self._take_in(lane, message, request, last)
        return Result(note={**note, "attempts": last.attempt if last else 0})

    async def _take_in(
        self, lane: Lane, message: Message, request: NotificationRequested, last: NotificationSent | None
    ) -> None:
        if last is not None and last.outcome == "sending":  # by a process that was killed
            last = lane.stamped(records.lost(request, tries_on_record(last), self._now()))
            await self._record(message.partition, last)
            if last.outcome in FINAL:
                return
        older = lane.add(request, message.offset, last)
        if older is not None:
            await self._supersede(message.partition, lane, older.request, older.tries)

    async def _supersede(self, partition: int, lane: Lane, request: NotificationRequested, tries: Tries) -> None:
        await self._record(partition, lane.stamped(records.superseded(request, tries, self._now())))

    # ------------------------------------------------------------ lanes

    def _lane(self, partition: int, receiver_id: str) -> Lane:
        owned = self._owned[partition]
        if receiver_id not in owned.lanes:
            lane = owned.lanes[receiver_id] = Lane(
                self._sender.send,
                partial(self._record, partition),
                lambda: self._terms(receiver_id),
                self._now,
                self._ticks,
                self._concurrency,
                owned.ledger.receivers.get(receiver_id),
            )
            self._tasks.start(lane.run())
        return owned.lanes[receiver_id]

    def _terms(self, receiver_id: str) -> Terms:
        receiver = self._receivers.find(receiver_id)
        return Terms(
            spacing_seconds=self._receivers.spacing_seconds(receiver_id),
            version=self._receivers.version(receiver_id),
            announces=receiver is not None and receiver.type == "slack",
        )

    def receiver_changed(self, change: ConfigChanged) -> None:
        """A receiver's configuration is another: what waited for it, closed or down, may go at once."""
        for owned in self._owned.values():
            if change.id in owned.lanes:
                owned.lanes[change.id].receiver_changed()
        reporting.measure(self._owned.values(), self._receivers)

    async def run(self) -> None:
        """Watches over the lanes: what one raises is raised here."""
        await until_first_ends(self._tasks.run(), self._sweep())

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            await self.give_up_expired()

    async def give_up_expired(self) -> None:
        """Ends what has waited longer than anybody wants to be told of it."""
        for partition, owned in list(self._owned.items()):
            for lane in list(owned.lanes.values()):
                for pending in lane.expired():
                    sent = records.expired(pending.request, pending.tries, self._now())
                    await self._record(partition, lane.stamped(sent))

    async def settle(self) -> None:
        """Waits a while for the sends in flight; none begins any more, for all partitions are let go then."""
        lanes = [lane for owned in self._owned.values() for lane in owned.lanes.values()]
        await asyncio.gather(*(lane.settle(SETTLE_SECONDS) for lane in lanes))

    # ------------------------------------------------------------ records

    async def _record(self, partition: int, sent: NotificationSent) -> None:
        await publish(self._producer, [Output(NOTIFICATIONS_SENT, sent.receiver_id, sent)])
        if partition in self._owned:
            self._owned[partition].note(sent)
        reporting.tell(sent)
        reporting.measure(self._owned.values(), self._receivers)
