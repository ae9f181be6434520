"""One run: sites, receivers and stack up, articles at a rate, troubles by the plan, until all has arrived."""

import asyncio
import contextlib
import random
import re
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.chaos import plan
from tests.chaos.ledger import Due, Heard, Ledger
from tests.chaos.stacks import ChaosStack, open_stack
from tests.chaos.workload import Press, load_table
from tocsin.demo.newsstand import HOST, serving
from tocsin.newsroom.receiver import Delivery, Receiver, create_app, demo_secret
from tocsin.stack.ports import free_port
from tocsin.stack.programs import SERVICES

DESK, WIRE = "desk", "wire"
SETTLE_SECONDS = 5.0
# Receivers take their time to answer, so that kills find sends of which nobody knows yet whether they arrived.
MAX_ANSWER_SECONDS = 0.3
WIRE_PER_SECOND = 100
PATIENCE_SECONDS = 120.0
MakeSteps = Callable[[Sequence[str]], Sequence[plan.Step]]
_ITEM = re.compile(r"\(item (\d+)\)")


@dataclass(frozen=True, slots=True)
class Options:
    """How much is published, and what is done meanwhile. ``folder`` holds configuration, data and logs."""

    broker: str
    folder: Path
    articles: int
    per_second: float
    services: Sequence[str] = tuple(SERVICES)


class ChaosRun:
    """The world of one run; ``say`` is told what happens, in lines."""

    def __init__(self, options: Options, say: Callable[[str], None]) -> None:
        self.options, self._say = options, say
        self.table = load_table()
        self.ledger = Ledger(self.table)
        self._sites, self._receivers = free_port(), free_port()
        self.press = Press(self.table, f"http://{HOST}:{self._sites}")
        self.refused: list[str] = []
        self.stack: ChaosStack

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["ChaosRun"]:
        """Everything is up inside the block; nothing is published yet."""
        receiver = Receiver(secrets={DESK: demo_secret(DESK)}, on_delivery=self._heard)
        config = self.options.folder / "config"
        self._write_config(config)
        async with serving(self.press.app(), self._sites), serving(_late(create_app(receiver)), self._receivers):
            self.stack = open_stack(
                self.options.broker, config, self.options.folder / "data", self.options.services, self._say
            )
            try:
                await self.stack.start()
                yield self
            finally:
                await self.stack.stop()

    def _write_config(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        at = f"http://{HOST}:{self._receivers}"
        files = {
            "tocsin": {"egress": {"allow": ["127.0.0.0/8"]}},
            "receivers": {
                "receivers": [
                    {"id": DESK, "type": "webhook", "url": f"{at}/hook/{DESK}", "secret": demo_secret(DESK)},
                    {"id": WIRE, "type": "slack", "url": f"{at}/slack/{WIRE}", "per_second": WIRE_PER_SECOND},
                ]
            },
            "watches": {"watches": [dict(watch) for watch in self.table.watches]},
            "sources": {
                "sources": [{"id": i, "url": url, "interval_seconds": 1} for i, url in self.press.feeds().items()]
            },
        }
        for name, content in files.items():
            (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def _heard(self, delivery: Delivery) -> None:
        if not delivery.accepted:
            self.refused.append(delivery.verdict)
            return
        payload = delivery.payload
        if delivery.kind == "slack":
            watch = payload["text"].split(":")[0].split()[-1]
            due = Due(WIRE, watch, _item(payload["text"]))
        else:
            due = Due(DESK, payload["data"]["watch"]["id"], _item(payload["data"]["report"]["title"]))
        self.ledger.arrived(Heard(due, delivery.message_id or "", time.monotonic()))

    # ------------------------------------------------------------ what happens in it

    async def publish(self, until: asyncio.Event) -> None:
        """Publishes at the rate, at least as many as were asked for, and on until the event is set."""
        started = time.monotonic()
        while len(self.press.articles) < self.options.articles or not until.is_set():
            self.ledger.published(self.press.publish_next(), time.monotonic())
            ahead = len(self.press.articles) / self.options.per_second - (time.monotonic() - started)
            await asyncio.sleep(max(ahead, 0))

    async def publish_flat_out(self, most_in_flight: int, seconds: float) -> None:
        """Publishes as fast as alerts come back, for so long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.ledger.in_flight() < most_in_flight:
                self.ledger.published(self.press.publish_next(), time.monotonic())
            await asyncio.sleep(0 if self.ledger.in_flight() < most_in_flight else 0.01)

    async def torment(self, steps: Sequence[plan.Step]) -> None:
        """Carries the plan out. Whatever is done is done with work in flight, to a program that runs."""
        for number, step in enumerate(steps, start=1):
            await asyncio.sleep(step.pause_seconds)
            await self._until(lambda: self.ledger.in_flight() > 0, "work in flight")
            await self._until(lambda step=step: self._is_up(step.target), f"{step.target} to run")  # type: ignore[misc]
            trouble = self.ledger.troubled(step.what, step.target, time.monotonic())
            await self._do(step)
            self._say(f"{number}/{len(steps)}  {step.what} {step.target}, {trouble.in_flight} in flight")

    def _is_up(self, target: str) -> bool:
        return self.stack.supervisor.children[target].pid is not None

    async def _do(self, step: plan.Step) -> None:
        if step.what == plan.KILL:
            self.stack.signal(step.target, signal.SIGKILL)
        elif step.what == plan.TERM:
            self.stack.signal(step.target, signal.SIGTERM)
        elif step.what == plan.FLUSH:
            await self.stack.flush()
        elif step.what == plan.SNAPSHOT:
            self.stack.take_snapshot()
        elif not self.stack.restore_snapshot():
            raise RuntimeError("Redis was not running when its old snapshot was to come back")

    async def drain(self) -> None:
        """Returns once nothing is in flight, or when patience is at its end; then waits for what should not come."""
        with contextlib.suppress(TimeoutError):
            await self._until(lambda: self.ledger.in_flight() == 0, "the rest", PATIENCE_SECONDS)
        await asyncio.sleep(SETTLE_SECONDS)

    async def _until(self, condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds:g} s for {what}")
            await asyncio.sleep(0.02)


def _late(app: ASGIApp) -> ASGIApp:
    async def late(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_late(message: Message) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(random.uniform(0, MAX_ANSWER_SECONDS))
            await send(message)

        await app(scope, receive, send_late)

    return late


def _item(text: str) -> int:
    found = _ITEM.search(text)
    assert found is not None, f"no item number in {text!r}"
    return int(found[1])


async def run_chaos(options: Options, make_steps: MakeSteps, say: Callable[[str], None]) -> tuple[Ledger, int]:
    """Runs it whole; the ledger, and how many articles were published. ``make_steps`` is given the services' names."""
    run = ChaosRun(options, say)
    async with run.running():
        steps = make_steps(run.stack.services())
        done = asyncio.Event()
        publishing = asyncio.create_task(run.publish(done))
        try:
            await run.torment(steps)
        finally:
            done.set()
        await publishing
        await run.drain()
    if run.refused:
        say(f"receivers refused {len(run.refused)} requests: {sorted(set(run.refused))}")
    return run.ledger, len(run.press.articles)
