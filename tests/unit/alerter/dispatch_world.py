"""The real dispatcher, lanes and all, between two topics in memory and receivers that do as they are told."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.alerter.dispatch.attempt import Attempt, Verdict
from services.alerter.dispatch.dispatch_step import Dispatch
from services.alerter.dispatch.ledger import Ledger
from services.alerter.dispatch.receivers_in_force import ReceiversInForce
from shared import codec
from shared.config.history import History
from shared.config.receivers import Receiver
from shared.delivery import Message
from shared.events import ConfigChanged, NotificationRequested, NotificationSent
from tests.unit.alerter.samples import NOW
from tests.unit.alerter.virtual_time import VirtualClock, ticks

DELIVERED = Attempt(Verdict.DELIVERED, 200)
HOOK = {"type": "webhook", "url": "https://e.org/", "per_second": 1000}
SLACK = {"type": "slack", "url": {"env": "X"}, "per_second": 1000}
Answer = Callable[[NotificationRequested], Attempt]


@dataclass(frozen=True)
class Post:
    """One send that began."""

    at: float
    kind: str
    request: NotificationRequested


class Topics:
    """``notifications.requested`` and ``notifications.sent`` of one partition, and the group's offset in the first."""

    def __init__(self, now: VirtualClock) -> None:
        self.now, self.committed = now, 0
        self.requested: list[NotificationRequested] = []
        self.records: list[tuple[datetime, NotificationSent]] = []
        self.reads: list[datetime] = []

    async def send(self, topic: str, value: bytes, key: bytes) -> "asyncio.Future[None]":
        """A producer's, confirmed a moment later."""
        assert topic == "notifications.sent"
        await asyncio.sleep(0.001)
        record = codec.decode(value, NotificationSent)
        assert key.decode() == record.receiver_id
        self.records.append((self.now(), record))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    async def sent(self, partition: int, since: datetime) -> Ledger:
        """A log's."""
        assert partition == 0
        self.reads.append(since)
        start = next((n for n, (written_at, _) in enumerate(self.records) if written_at >= since), len(self.records))
        ledger = Ledger(since)
        for _, record in self.records[start:]:
            ledger.note_sent(record)
        return ledger

    async def waiting(self, partition: int) -> AsyncIterator[NotificationRequested]:
        """A log's."""
        assert partition == 0
        for request in self.requested[self.committed :]:
            yield request


class Receivers:
    """What answers. ``answers`` by notification id come before ``answer``; an exception is raised."""

    def __init__(self) -> None:
        self.answer: Answer = lambda _: DELIVERED
        self.answers: dict[str, list[Attempt | Exception]] = defaultdict(list)
        self.seconds = 0.01
        self.posts: list[Post] = []

    async def send(self, receiver: Receiver, request: NotificationRequested) -> Attempt:
        """A notifier's."""
        self.posts.append(Post(ticks(), receiver.type, request))
        await asyncio.sleep(self.seconds)
        ready = self.answers[request.notification_id]
        answer = ready.pop(0) if ready else self.answer(request)
        if isinstance(answer, Exception):
            raise answer
        return answer


class World:
    """A dispatcher with everything around it."""

    def __init__(self, **receiver: Any) -> None:
        self.clock = VirtualClock()
        self.topics, self.receivers, self.history = Topics(self.clock), Receivers(), History()
        self.position = 0
        self.step: Dispatch | None = None
        if receiver:
            self.define(**receiver)

    def define(self, receiver_id: str = "desk", **body: Any) -> None:
        """A receiver is this from now on; without a body: it is removed."""
        change = ConfigChanged(
            id=receiver_id, based_on=self.history.versions.get(receiver_id, 0), owner="t", changed_at=self.clock(),
            created_at=NOW, body={"id": receiver_id, **body} if body else None,
        )  # fmt: skip
        assert self.history.apply(change)
        if self.step is not None:
            self.step.receiver_changed(change)

    async def start(self) -> None:
        """A dispatcher begins where the last one committed."""
        notifiers = {"webhook": self.receivers, "slack": self.receivers}
        self.step = Dispatch(
            self.topics, self.topics, ReceiversInForce(self.history), notifiers, self.clock, 10, ticks
        )  # fmt: skip
        self._running = asyncio.create_task(self.step.run())
        self.position = self.topics.committed
        await self.step.rebuild(0)
        await self.consume()

    async def consume(self) -> None:
        """It takes in what was requested, and commits."""
        assert self.step is not None
        while self.position < len(self.topics.requested):
            message = Message("notifications.requested", 0, self.position, b"", b"")
            await self.step(self.topics.requested[self.position], message)
            self.position += 1
        self.commit()

    def commit(self) -> None:
        """What is finished is committed."""
        assert self.step is not None
        self.topics.committed = self.step.safe_offset(0, self.position)

    async def kill(self) -> None:
        """It is gone, whatever it was about."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.step = None

    async def ask(self, *requests: NotificationRequested) -> None:
        """These are requested, and taken in where a dispatcher runs."""
        self.topics.requested += requests
        if self.step is not None:
            await self.consume()

    @property
    def records(self) -> list[NotificationSent]:
        """What is on record."""
        return [record for _, record in self.topics.records]

    @property
    def outcomes(self) -> list[str]:
        """The outcomes on record."""
        return [record.outcome for record in self.records]

    @property
    def posted(self) -> list[tuple[str, int]]:
        """Story and revision of each send, in order."""
        return [(post.request.alert.story_id, post.request.alert.revision) for post in self.receivers.posts]
