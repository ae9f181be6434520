"""A lane: the notifications of one receiver, sent in order of their due times, at its pace.

One send is in flight for each alert. A receiver that fails time and again is left alone for a while, and then asked
with one notification before the others follow.
"""

import asyncio
import heapq
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.alerter.dispatch.attempt import Attempt, Verdict, record
from shared.events import NotificationRequested, NotificationSent
from shared.times import Clock

FAILURES_TO_CLOSE = 3
FIRST_REST_SECONDS = 5.0
MAX_REST_SECONDS = 300.0

Send = Callable[[NotificationRequested, int], Awaitable[Attempt]]
Record = Callable[[NotificationSent], Awaitable[None]]


@dataclass(order=True, slots=True)
class Pending:
    """A notification that is not done. ``attempts`` were made; the next is due at ``due_at``."""

    due_at: datetime
    order: int
    request: NotificationRequested = field(compare=False)
    attempts: int = field(default=0, compare=False)
    dropped: bool = field(default=False, compare=False)  # another process owns it now


def rest_seconds(failures: int) -> float:
    """How long a receiver is left alone after so many failures in a row."""
    if failures < FAILURES_TO_CLOSE:
        return 0.0
    doublings: int = min(failures - FAILURES_TO_CLOSE, 10)
    return min(FIRST_REST_SECONDS * float(2**doublings), MAX_REST_SECONDS)


class Lane:
    """Sends what is due. ``send`` and ``record`` are given; ``record`` returns once the broker has confirmed."""

    def __init__(
        self, send: Send, record_attempt: Record, now: Clock, spacing_seconds: Callable[[], float], concurrency: int
    ) -> None:
        self._send, self._record, self._now = send, record_attempt, now
        self._spacing_seconds, self._concurrency = spacing_seconds, concurrency
        self._heap: list[Pending] = []
        self._busy_alerts: set[str] = set()
        self._sends: dict[asyncio.Task[None], Pending] = {}
        self._wake = asyncio.Event()
        self._not_before = now()
        self._failures = 0
        self._failed_at: datetime | None = None
        self._held = False

    def add(self, pending: Pending) -> None:
        """Takes a notification in."""
        heapq.heappush(self._heap, pending)
        self._wake.set()

    def remove(self, notification_ids: set[str]) -> None:
        """Forgets notifications that another process now owns; those in flight end and are recorded."""
        self._heap = [p for p in self._heap if p.request.notification_id not in notification_ids]
        heapq.heapify(self._heap)
        for pending in self._sends.values():
            pending.dropped = pending.dropped or pending.request.notification_id in notification_ids

    def __len__(self) -> int:
        return len(self._heap) + len(self._sends)

    async def run(self) -> None:
        """Sends for ever. Raises what ``record`` raises."""
        while True:
            self._reap()
            pending = self._take_due()
            if pending is not None:
                self._start(pending)
                continue
            self._wake.clear()
            waiting = asyncio.create_task(self._wake.wait())
            await asyncio.wait({waiting, *self._sends}, timeout=self._pause(), return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()

    async def settle(self, seconds: float) -> None:
        """Waits for the sends in flight, at most so long, and begins none meanwhile."""
        self._held = True
        try:
            if self._sends:
                await asyncio.wait(list(self._sends), timeout=seconds)
        finally:
            self._held = False
            self._wake.set()

    def _reap(self) -> None:
        for task in [task for task in self._sends if task.done()]:
            del self._sends[task]
            task.result()

    def _room(self) -> int:
        # A receiver that has just failed is asked by one notification at a time.
        return 1 if self._failures >= FAILURES_TO_CLOSE else self._concurrency

    def _take_due(self) -> Pending | None:
        now = self._now()
        if self._held or len(self._sends) >= self._room() or now < self._not_before:
            return None
        passed_over: list[Pending] = []
        found = None
        while self._heap and self._heap[0].due_at <= now and found is None:
            pending = heapq.heappop(self._heap)
            if self._is_busy(pending):
                passed_over.append(pending)
            else:
                found = pending
        for pending in passed_over:
            heapq.heappush(self._heap, pending)
        return found

    def _pause(self) -> float | None:
        """Seconds until something may be due; None where only a new notification or the end of a send changes that."""
        if self._held or not self._heap or len(self._sends) >= self._room():
            return None
        first = self._heap[0]
        if self._is_busy(first):
            free = [pending for pending in self._heap if not self._is_busy(pending)]
            if not free:
                return None
            first = min(free)
        return max((max(first.due_at, self._not_before) - self._now()).total_seconds(), 0.001)

    def _is_busy(self, pending: Pending) -> bool:
        return pending.request.alert.alert_id in self._busy_alerts

    def _start(self, pending: Pending) -> None:
        self._busy_alerts.add(pending.request.alert.alert_id)
        self._not_before = max(self._not_before, self._now() + timedelta(seconds=self._spacing_seconds()))
        self._sends[asyncio.create_task(self._attempt(pending))] = pending

    async def _attempt(self, pending: Pending) -> None:
        try:
            number, begun_at = pending.attempts + 1, self._now()
            attempt = await self._send(pending.request, number)
            self._note_health(attempt, begun_at)
            jitter = random.random()  # noqa: S311 - spreads load, guards nothing
            sent = record(pending.request, number, attempt, self._now(), jitter)
            await self._record(sent)
            if sent.next_attempt_at is not None and not pending.dropped:
                self.add(Pending(sent.next_attempt_at, pending.order, pending.request, number))
        finally:
            self._busy_alerts.discard(pending.request.alert.alert_id)

    def _note_health(self, attempt: Attempt, begun_at: datetime) -> None:
        if attempt.verdict in (Verdict.DELIVERED, Verdict.NEVER):
            self._failures = 0
            return
        # Sends side by side that one outage ends are one failure of the receiver, not many in a row.
        if self._failed_at is None or begun_at >= self._failed_at:
            self._failures += 1
            self._failed_at = self._now()
        rest = max(rest_seconds(self._failures), attempt.retry_after_seconds or 0.0)
        self._not_before = max(self._not_before, self._now() + timedelta(seconds=rest))
