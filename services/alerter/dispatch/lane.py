"""A lane: the notifications of one receiver, sent in order of their due times, at its pace.

One send is in flight for each alert. A receiver that fails time and again is left alone for a while, and then asked
with one notification before the others follow. All pauses are measured in ticks: a jump of the wall clock moves none.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from services.alerter.dispatch import records
from services.alerter.dispatch.attempt import GIVE_UP_AFTER, Attempt, Verdict, ending, is_of_receiver, tries_on_record
from services.alerter.dispatch.due_queue import DueQueue, Pending
from services.alerter.dispatch.receiver_health import ReceiverHealth, seconds_left
from shared.events import NotificationRequested, NotificationSent
from shared.times import Clock, Ticks

Send = Callable[[NotificationRequested], Awaitable[Attempt]]
Record = Callable[[NotificationSent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Terms:
    """How a receiver may be sent to, at this ``version`` of its configuration.

    ``announces``: it cannot tell a repeat from a first send, so each attempt is put on record before it begins.
    """

    spacing_seconds: float = 0.0
    version: int = 0
    announces: bool = False


class Lane:
    """Sends what is due. ``send`` and ``record`` are given; ``record`` returns once the broker has confirmed.

    ``last`` is the receiver's last record, from which pace and failures go on.
    """

    def __init__(
        self, send: Send, record: Record, terms: Callable[[], Terms], now: Clock, ticks: Ticks, concurrency: int,
        last: NotificationSent | None = None,
    ) -> None:  # fmt: skip
        self._send, self._record, self._terms = send, record, terms
        self._now, self._ticks, self._concurrency = now, ticks, concurrency
        self._queue = DueQueue()
        self._health = ReceiverHealth(now, ticks, terms().spacing_seconds, last)
        self._sends: dict[asyncio.Task[None], Pending] = {}
        self._posts: set[asyncio.Future[Attempt]] = set()
        self._wake = asyncio.Event()
        self._is_retired = self._is_broken_off = False

    def __len__(self) -> int:
        return len(self._queue) + len(self._sends)

    @property
    def is_down(self) -> bool:
        """Whether the receiver fails as a whole."""
        return self._health.is_down

    def stamped(self, sent: NotificationSent) -> NotificationSent:
        """The record with the receiver's state."""
        return self._health.stamped(sent)

    # ------------------------------------------------------------ what waits

    def add(self, request: NotificationRequested, order: int, last: NotificationSent | None = None) -> Pending | None:
        """Takes a notification in; ``last`` is its last record. Returns the older revision that it replaces."""
        now, ticks = self._now(), self._ticks()
        wait = seconds_left(last.next_attempt_at, last.sent_at, now) if last else 0.0
        pending = Pending(
            request,
            order,
            arrived=ticks,
            due=ticks + wait,
            expires=ticks + GIVE_UP_AFTER - (now - request.requested_at).total_seconds(),
            tries=tries_on_record(last),
            held=wait > 0 and last is not None and is_of_receiver(last.status),
        )
        self._wake.set()
        return self._queue.add(pending)

    def expired(self) -> Sequence[Pending]:
        """Takes out what has waited too long."""
        ticks = self._ticks()
        return self._queue.withdraw(lambda pending: pending.expires <= ticks)

    def receiver_changed(self) -> None:
        """The receiver's configuration is another: what waited for it may go at once."""
        self._health.reset()
        self._queue.release()
        self._wake.set()

    def retire(self) -> None:
        """Another process owns what waits; sends in flight end and are recorded, and ``run`` returns."""
        self._is_retired = True
        self._queue.withdraw(lambda _: True)
        self._wake.set()

    async def settle(self, seconds: float) -> None:
        """Retires, and waits for the sends in flight. One that takes longer is broken off."""
        self.retire()
        if self._sends:
            await asyncio.wait(list(self._sends), timeout=seconds)
        # Else its next owner might send a newer revision before this one arrives.
        self._is_broken_off = True
        for post in self._posts:
            post.cancel()

    # ------------------------------------------------------------ sending

    async def run(self) -> None:
        """Sends until it is retired. Raises what ``record`` raises."""
        while True:
            self._reap()
            if self._is_retired and not self._sends:
                return
            pending = self._take()
            if pending is not None:
                self._start(pending)
                continue
            self._wake.clear()
            waiting = asyncio.create_task(self._wake.wait())
            await asyncio.wait({waiting, *self._sends}, timeout=self._pause(), return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()

    def _reap(self) -> None:
        for task in [task for task in self._sends if task.done()]:
            del self._sends[task]
            task.result()

    def _may_start(self) -> bool:
        # A receiver that fails is asked by one notification at a time.
        room = 1 if self._health.is_down else self._concurrency
        is_closed = self._health.is_closed_at(self._terms().version)
        return not (self._is_retired or is_closed or len(self._sends) >= room)

    def _take(self) -> Pending | None:
        ticks = self._ticks()
        return self._queue.take(ticks) if self._may_start() and ticks >= self._health.not_before else None

    def _pause(self) -> float | None:
        """Seconds until something may be due; None where only a change or the end of a send makes it so."""
        due = self._queue.next_due() if self._may_start() else None
        return None if due is None else max(max(due, self._health.not_before) - self._ticks(), 0.001)

    def _start(self, pending: Pending) -> None:
        self._health.started(self._terms().spacing_seconds)
        self._sends[asyncio.create_task(self._attempt(pending))] = pending

    async def _attempt(self, pending: Pending) -> None:
        try:
            is_due_again = await self._try(pending)
            if is_due_again and pending.replaced:
                superseded = records.superseded(pending.request, pending.tries, self._now())
                await self._record(self.stamped(superseded))
            elif is_due_again and not self._is_retired:
                self._queue.put_back(pending)
        finally:
            self._queue.landed(pending)

    async def _try(self, pending: Pending) -> bool:
        """One attempt, with its records; whether another is due."""
        if self._terms().announces:
            await self._record(self.stamped(records.begun(pending.request, pending.tries, self._now())))
        begun = self._ticks()
        attempt = await self._post(pending.request)
        if attempt is None:
            return True
        sent = self._judge(pending, attempt, begun)
        await self._record(sent)
        return sent.next_attempt_at is not None

    async def _post(self, request: NotificationRequested) -> Attempt | None:
        """The attempt's end; None where it was broken off."""
        if self._is_broken_off:
            return None
        post = asyncio.ensure_future(self._send(request))
        self._posts.add(post)
        try:
            await asyncio.wait({post})
        finally:
            self._posts.discard(post)
        return None if post.cancelled() else post.result()

    def _judge(self, pending: Pending, attempt: Attempt, begun: float) -> NotificationSent:
        if attempt.verdict is Verdict.GONE and self._health.is_closed_at(attempt.version):
            attempt = replace(attempt, verdict=Verdict.AGAIN)  # one send beside it has said so; this one may wait
        if self._health.note(pending.request.notification_id, attempt, begun):
            self._queue.release()
        jitter = random.random()  # noqa: S311 - spreads load, guards nothing
        end = ending(attempt, pending.tries, outage=self.is_down, replaced=pending.replaced, jitter=jitter)
        pending.tries, pending.held = end.tries, attempt.blames_receiver
        pending.due = self._ticks() + (end.pause_seconds or 0.0)
        return self.stamped(records.ended(pending.request, attempt, end, self._now()))
