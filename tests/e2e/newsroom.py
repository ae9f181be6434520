"""The demo's newsroom as a test: its hand-written table says what must arrive."""

import asyncio
import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.world import WITHOUT_CONSOLE
from tocsin.demo.config import DESK, SLACK, write_config
from tocsin.demo.newsstand import open_newsstand
from tocsin.demo.run import heard
from tocsin.demo.tally import Tally
from tocsin.newsroom.content import Newsroom, load_newsroom
from tocsin.newsroom.receiver import Delivery
from tocsin.stack.local import LocalStack, StackOptions


@dataclass
class NewsroomWorld:
    """The newsroom, the receiver and the stack, inside ``running``."""

    folder: Path
    kafka: str = ""
    per_second: float = 4.0
    newsroom: Newsroom = field(default_factory=load_newsroom)
    notices: list[str] = field(default_factory=list)
    slack: int = 0

    def __post_init__(self) -> None:
        self.tally = Tally(self.newsroom, DESK)

    def _heard(self, delivery: Delivery) -> None:
        if delivery.accepted and delivery.kind == "slack":
            self.slack += 1
        elif delivery.accepted:
            self.tally.heard.append(heard(delivery))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["NewsroomWorld"]:
        """Everything is up inside the block; articles are released from its start on."""
        config = self.folder / "config"
        async with open_newsstand(self.newsroom, self.per_second, self._heard) as newsstand:
            write_config(config, self.newsroom, newsstand.feeds, newsstand.receiver_url)
            options = StackOptions(config, self.folder / "data", self.kafka, services=WITHOUT_CONSOLE)
            self.stack = LocalStack(options, lambda _: None, self.notices.append)
            try:
                await self.stack.start()
                yield self
            finally:
                await self.stack.stop()

    def kill(self, name: str) -> None:
        """SIGKILL; the supervisor starts it again."""
        pid = self.stack.supervisor.children[name].pid
        assert pid is not None, f"{name} does not run"
        os.kill(pid, signal.SIGKILL)

    async def until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Returns once the condition holds, or fails."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"missing {self.tally.missing()}; slack {self.slack}; {self.notices}"
            await asyncio.sleep(0.05)

    def is_complete(self) -> bool:
        """Whether every expected alert was heard, by both receivers."""
        return not self.tally.missing() and self.slack >= len(self.newsroom.notifications_expected(SLACK))

    def ids_by_alert(self) -> dict[tuple[str, str], Counter[str]]:
        """For each (story, watch) heard: its webhook-ids and how often each came."""
        found: dict[tuple[str, str], Counter[str]] = {}
        for item in self.tally.heard:
            key = (self.newsroom.story_of(item.article).key, item.watch)
            found.setdefault(key, Counter())[item.webhook_id] += 1
        return found
