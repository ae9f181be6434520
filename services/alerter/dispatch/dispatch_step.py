"""The dispatch step: it owns receivers, and rebuilds what is pending from the two notification topics.

The committed offset of a partition is that of its oldest pending notification, so a new owner reads that one again, and
everything after it; what ``notifications.sent`` says of them keeps what was delivered from being sent twice.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec
from aiokafka import AIOKafkaProducer
from pydantic import ValidationError

from services.alerter.dispatch.attempt import Attempt, Verdict, begun
from services.alerter.dispatch.lane import Lane, Pending
from services.alerter.dispatch.notifiers import Notifier
from shared import codec, kafka, log, metrics
from shared.config.history import History
from shared.config.receivers import Receiver
from shared.delivery import Message, Output, Result, Stage, publish
from shared.events import NotificationRequested, NotificationSent
from shared.times import Clock
from shared.topics import NOTIFICATIONS_REQUESTED, NOTIFICATIONS_SENT

STAGE = Stage("dispatch", NOTIFICATIONS_REQUESTED, NotificationRequested)
FINAL = frozenset({"delivered", "failed"})
SETTLE_SECONDS = 8.0  # under the time that a process has to stop, and under the group's rebalance timeout
DEFAULT_PER_SECOND = {"slack": 1.0, "webhook": 50.0}


@dataclass(slots=True)
class PartitionBook:
    """What is known of one partition: notifications that are done, the last attempt at each other, offsets of those.

    Of what is done only the id is kept: the topic holds a hundred days of it.
    """

    done: set[str] = field(default_factory=set)
    last: dict[str, NotificationSent] = field(default_factory=dict)
    pending: dict[str, int] = field(default_factory=dict)

    def note(self, sent: NotificationSent) -> None:
        """Takes an attempt in. What is done stays done, whatever a late record of another process says."""
        if sent.outcome in FINAL:
            self.done.add(sent.notification_id)
            self.last.pop(sent.notification_id, None)
            self.pending.pop(sent.notification_id, None)
        elif sent.notification_id not in self.done:
            self.last[sent.notification_id] = sent

    def is_done(self, notification_id: str) -> bool:
        """Whether nothing more is to be sent."""
        return notification_id in self.done


class Dispatch:
    """Takes requests in, and runs a lane for each receiver."""

    def __init__(
        self,
        bootstrap: str,
        producer: AIOKafkaProducer,
        receivers: History,
        notifiers: Mapping[str, Notifier],
        now: Clock,
        concurrency: int,
    ) -> None:
        self._bootstrap, self._producer, self._receivers = bootstrap, producer, receivers
        self._notifiers, self._now, self._concurrency = notifiers, now, concurrency
        self._books: dict[int, PartitionBook] = defaultdict(PartitionBook)
        self._lanes: dict[str, Lane] = {}
        self._running: asyncio.Queue[asyncio.Task[None]] = asyncio.Queue()
        self._log = log.get("tocsin.dispatch")

    # ------------------------------------------------------------ ownership

    async def rebuild(self, partition: int) -> None:
        """Learns what was sent of a partition."""
        book = PartitionBook()
        async for record in kafka.read_all(self._bootstrap, NOTIFICATIONS_SENT.name, [partition]):
            try:
                book.note(codec.decode(record.value, NotificationSent))
            except codec.UndecodableError as error:  # it would stop every process that reads it, for a hundred days
                self._log.error("record_undecodable", topic=record.topic, offset=record.offset, error=str(error))
        self._books[partition] = book
        self._log.info("rebuilt", partition=partition, done=len(book.done), begun=len(book.last))

    def drop(self, partition: int) -> None:
        """Forgets a partition that went elsewhere; sends still in flight end and are recorded."""
        book = self._books.pop(partition, PartitionBook())
        for lane in self._lanes.values():
            lane.remove(set(book.pending))

    def safe_offset(self, partition: int, consumed: int) -> int:
        """Up to where the partition may be committed: before its oldest pending notification."""
        return min(self._books[partition].pending.values(), default=consumed)

    # ------------------------------------------------------------ requests

    async def __call__(self, request: NotificationRequested, message: Message) -> Result:
        """Takes a request in, unless it is done or pending already."""
        book = self._books[message.partition]
        note: dict[str, object] = {"notification_id": request.notification_id, "alert_id": request.alert.alert_id}
        if book.is_done(request.notification_id) or request.notification_id in book.pending:
            return Result(note={**note, "repeat": True})
        book.pending[request.notification_id] = message.offset
        last = book.last.get(request.notification_id)
        due_at = (last.next_attempt_at if last else None) or self._now()
        attempts = last.attempt if last else 0
        self._lane(request.receiver_id).add(Pending(due_at, message.offset, request, attempts))
        note |= {"article_id": request.alert.report.article_id, "attempts": attempts}
        return Result(events=tuple(_unknown(last, self._now)), note=note)

    def _lane(self, receiver_id: str) -> Lane:
        if receiver_id not in self._lanes:
            lane = self._lanes[receiver_id] = Lane(
                self._send, self._record, self._now, lambda: self._spacing(receiver_id), self._concurrency
            )
            self._running.put_nowait(asyncio.create_task(lane.run()))
        return self._lanes[receiver_id]

    def _spacing(self, receiver_id: str) -> float:
        receiver = self._receiver(receiver_id)
        if receiver is None:
            return 0.0
        return 1 / (receiver.per_second or DEFAULT_PER_SECOND[receiver.type])

    def _receiver(self, receiver_id: str) -> Receiver | None:
        """The receiver as it stands; None where there is none, or none that this version understands."""
        item = self._receivers.items.get(receiver_id)
        try:
            return Receiver.model_validate(item.body) if item else None
        except ValidationError:
            self._log.error("receiver_invalid", receiver_id=receiver_id)
            return None

    async def run_lanes(self) -> None:
        """Watches over the lanes: what one raises is raised here."""
        tasks: set[asyncio.Task[None]] = set()
        while True:
            waiting = asyncio.create_task(self._running.get())
            done, _ = await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            if waiting in done:
                tasks.add(waiting.result())
            else:
                waiting.cancel()
            for task in done - {waiting}:
                task.result()

    async def settle(self) -> None:
        """Waits a while for the sends in flight; none begins meanwhile."""
        await asyncio.gather(*(lane.settle(SETTLE_SECONDS) for lane in self._lanes.values()))

    # ------------------------------------------------------------ attempts

    async def _send(self, request: NotificationRequested, number: int) -> Attempt:
        receiver = self._receiver(request.receiver_id)
        if receiver is None:
            return Attempt(Verdict.AGAIN, error=f"no valid receiver has the id {request.receiver_id}")
        if receiver.type == "slack":  # it cannot tell a repeat from a first send, so what was begun is on record
            await self._record(begun(request, number, self._now()))
        with metrics.NOTIFY_SECONDS.labels(receiver.type).time():
            attempt = await self._attempt(receiver, request)
        metrics.NOTIFICATIONS.labels(receiver.type, attempt.verdict.value).inc()
        if attempt.verdict is Verdict.DELIVERED:
            waited = (self._now() - request.alert.report.fetched_at).total_seconds()
            metrics.FETCH_TO_NOTIFY_SECONDS.observe(max(0.0, waited))
        return attempt

    async def _attempt(self, receiver: Receiver, request: NotificationRequested) -> Attempt:
        try:
            return await self._notifiers[receiver.type].send(receiver, request)
        except Exception as error:  # noqa: BLE001 - a bug must cost this notification its turn, not stop all others
            self._log.exception("notifier_failed", notification_id=request.notification_id)
            return Attempt(Verdict.AGAIN, error=f"failed inside Tocsin: {type(error).__name__}")

    async def _record(self, sent: NotificationSent) -> None:
        await publish(self._producer, [Output(NOTIFICATIONS_SENT, sent.receiver_id, sent)])
        for book in self._books.values():
            if sent.notification_id in book.pending:
                book.note(sent)
        metrics.NOTIFICATIONS_PENDING.set(sum(len(book.pending) for book in self._books.values()))
        self._log.log(
            30 if sent.error else 20,
            "attempted",
            notification_id=sent.notification_id,
            alert_id=sent.alert_id,
            receiver_id=sent.receiver_id,
            outcome=sent.outcome,
            attempt=sent.attempt,
            status=sent.status,
            error=sent.error,
            next_attempt_at=sent.next_attempt_at,
        )


def _unknown(last: NotificationSent | None, now: Clock) -> Iterator[Output]:
    """Says of a send that was begun and has no end on record that nobody knows whether it arrived."""
    if last is not None and last.outcome == "sending":
        sent = msgspec.structs.replace(last, outcome="unknown", sent_at=now(), next_attempt_at=now())
        yield Output(NOTIFICATIONS_SENT, sent.receiver_id, sent)
