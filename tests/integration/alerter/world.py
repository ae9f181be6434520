"""The dispatcher's world: one receiver of the test's own, and what was recorded of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import msgspec

from services.alerter.app import create_dispatch
from services.alerter.lifecycle import requests_for
from services.alerter.settings import AlerterSettings
from shared import codec, kafka
from shared.delivery import Output, publish
from shared.events import ConfigChanged, NotificationRequested, NotificationSent
from shared.settings import Egress
from shared.status_server import Health
from shared.times import utc_now
from shared.topics import NOTIFICATIONS_REQUESTED, NOTIFICATIONS_SENT, RECEIVERS_CHANGED
from tests.contract.broker.clients import eventually
from tests.integration.alerter.hooks import Hook
from tests.unit.alerter.samples import alert


class World:
    """The dispatcher's world: one receiver of the test's own, and what was recorded of it."""

    def __init__(self, bootstrap: str, receiver_id: str, config: Path) -> None:
        self.bootstrap, self.id, self.config = bootstrap, receiver_id, config
        self.hook = Hook()
        self._version = 0

    async def publish(self, *outputs: Output) -> None:
        """Publishes events."""
        producer = kafka.producer(self.bootstrap)
        await producer.start()
        await publish(producer, outputs)
        await producer.stop()

    async def define(self, **fields: Any) -> None:
        """Publishes the receiver as it is from now on; without fields: it is removed."""
        body = {"id": self.id, "type": "webhook", "url": self.hook.url, **fields} if fields else None
        now = utc_now()
        edit = ConfigChanged(
            id=self.id, based_on=self._version, owner="test", changed_at=now, created_at=now, body=body
        )
        self._version += 1
        await self.publish(Output(RECEIVERS_CHANGED, self.id, edit))

    async def request(self, *stories: str) -> list[NotificationRequested]:
        """Requests a notification for each story, in order."""
        requests = []
        for story in stories:
            raised = alert("deir", f"{self.id} {story}")
            watch = msgspec.structs.replace(raised.watch, notify=(self.id,))
            requests += requests_for(msgspec.structs.replace(raised, watch=watch))
        await self.publish(*(Output(NOTIFICATIONS_REQUESTED, self.id, request) for request in requests))
        return requests

    async def sent(self) -> list[NotificationSent]:
        """What is on record of this receiver."""
        found = kafka.read_all(self.bootstrap, NOTIFICATIONS_SENT.name)
        records = [codec.decode(record.value, NotificationSent) async for record in found]
        return [record for record in records if record.receiver_id == self.id]

    async def outcomes(self) -> list[str]:
        """The outcomes on record."""
        return [record.outcome for record in await self.sent()]

    async def until(self, *outcomes: str, seconds: float = 15) -> None:
        """Waits until just these are on record."""

        async def reached() -> bool:
            return await self.outcomes() == list(outcomes)

        try:
            await eventually(reached, seconds)
        except TimeoutError:
            assert [(r.outcome, r.error) for r in await self.sent()] == list(outcomes)

    @asynccontextmanager
    async def dispatching(self) -> AsyncIterator[None]:
        """The dispatcher runs meanwhile, in this process, and is stopped in order."""
        egress = Egress(allow=(ip_network("127.0.0.0/8"),))
        main = create_dispatch(AlerterSettings(kafka=self.bootstrap, config=self.config, egress=egress))
        stop = asyncio.Event()
        task = asyncio.create_task(main(stop, Health("test")))  # type: ignore[arg-type]
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(task, 20)
