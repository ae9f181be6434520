"""Running the demo: newsroom, stack and receiver; the count; a kill on the way."""

import asyncio
import contextlib
import os
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from shared import topics
from tocsin.demo.config import DESK, SLACK, write_config
from tocsin.demo.newsstand import Newsstand, open_newsstand
from tocsin.demo.show import Show
from tocsin.demo.tally import Heard, Tally, listed, summary
from tocsin.newsroom.content import Newsroom, load_newsroom
from tocsin.newsroom.pages import article_key
from tocsin.newsroom.receiver import Delivery
from tocsin.stack.local import LocalStack, StackOptions
from tocsin.stack.progress import TopicCounter

ARTICLES_PER_SECOND = 8.0
DEADLINE_SECONDS = 150.0
# What is not expected or comes twice would come soon after what is expected.
SETTLE_SECONDS = 3.0
KILLED = "extractor.extract"


@dataclass(slots=True)
class Demo:
    """One run. ``data`` is wiped at the start; ``kill`` shows what a SIGKILL of the extractor costs."""

    data: Path
    show: Show
    once: bool = False
    kill: bool = True
    kafka: str = ""
    redis: str = ""

    async def run(self) -> dict[str, object]:
        """Runs until every expected alert arrived (``once``) or until cancelled. Returns the summary."""
        newsroom = load_newsroom()
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True)
        run = _Run(self, newsroom)
        async with open_newsstand(newsroom, ARTICLES_PER_SECOND, run.heard) as newsstand:
            return await run.with_stack(newsstand)


class _Run:
    def __init__(self, demo: Demo, newsroom: Newsroom) -> None:
        self._demo, self._newsroom, self._show = demo, newsroom, demo.show
        self._tallies = {name: Tally(newsroom, name) for name in (DESK, SLACK)}
        self._killed = not demo.kill
        self._slack = 0
        self._started = time.monotonic()

    def heard(self, delivery: Delivery) -> None:
        """Counts a delivery; Slack messages carry no ids, so they are counted alone."""
        if not delivery.accepted:
            self._show.step(f"the receiver refused a request: {delivery.verdict}")
        elif delivery.kind == "slack":
            self._slack += 1
        else:
            self._tallies[DESK].heard.append(heard(delivery))
            self._show.alert(delivery.payload)

    async def with_stack(self, newsstand: Newsstand) -> dict[str, object]:
        config = self._demo.data / "config"
        write_config(config, self._newsroom, newsstand.feeds, newsstand.receiver_url)
        options = StackOptions(config, self._demo.data, self._demo.kafka, self._demo.redis)
        stack = LocalStack(options, self._show.step, self._show.step)
        try:
            await stack.start()
            self._show.step(f"console: {stack.console_address()}")
            return await self._follow(stack)
        finally:
            self._show.close()
            await stack.stop()

    async def _follow(self, stack: LocalStack) -> dict[str, object]:
        deadline = time.monotonic() + DEADLINE_SECONDS
        async with TopicCounter(stack.kafka) as counter:
            while not self._is_complete() and time.monotonic() < deadline:
                await self._look(stack, counter)
                await asyncio.sleep(0.2)
            seconds = time.monotonic() - self._started
            await asyncio.sleep(SETTLE_SECONDS)
            await self._look(stack, counter)
        result = dict(summary(self._tallies[DESK], len(self._newsroom.articles), seconds))
        self._say_what_is_wrong()
        if not self._demo.once:
            await self._stay(stack, result)
        return result

    async def _stay(self, stack: LocalStack, result: dict[str, object]) -> None:
        self._show.close()
        figures = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in result.items())
        self._show.step(f"\n{figures}\nThe newsroom stays open: {stack.console_address()}   Ctrl-C ends the demo.")
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    def _is_complete(self) -> bool:
        slack_expected = len(self._tallies[SLACK].expected)
        return not self._tallies[DESK].missing() and self._slack >= slack_expected and self._killed

    async def _look(self, stack: LocalStack, counter: TopicCounter) -> None:
        counts = await counter.counts()
        done = {
            "fetched": counts[topics.ARTICLES_FETCHED.name],
            "read": counts[topics.REPORTS_EXTRACTED.name],
            "grouped": counts[topics.REPORTS_GROUPED.name],
            "alerts raised": counts[topics.ALERTS_RAISED.name],
            "delivered": self._tallies[DESK].delivered() + self._slack,
        }
        articles, desk = len(self._newsroom.articles), len(self._tallies[DESK].expected)
        totals = dict.fromkeys(("fetched", "read", "grouped"), articles) | {
            "alerts raised": desk,
            "delivered": desk + len(self._tallies[SLACK].expected),
        }
        self._show.stages(done, totals)
        if not self._killed and done["read"] >= articles // 3:
            self._kill(stack)

    def _kill(self, stack: LocalStack) -> None:
        pid = stack.supervisor.children[KILLED].pid
        if pid is not None:
            self._killed = True
            self._show.step(f"SIGKILL to {KILLED} (pid {pid}), with articles in its hands")
            os.kill(pid, signal.SIGKILL)

    def _say_what_is_wrong(self) -> None:
        tally = self._tallies[DESK]
        if tally.missing():
            self._show.step(f"missing: {listed(tally.missing())}. The logs are in {self._demo.data / 'logs'}")
        if tally.unexpected():
            self._show.step(f"unexpected: {listed(tally.unexpected())}")


def heard(delivery: Delivery) -> Heard:
    """What a webhook tells: which watch, of which of the newsroom's articles."""
    data = delivery.payload["data"]
    article = article_key(data["report"]["url"])
    return Heard(delivery.name, delivery.message_id or "", data["watch"]["id"], article)


def is_success(result: dict[str, object]) -> bool:
    """Every expected alert once, and nothing else."""
    return (
        result["alerts_delivered"] == result["alerts_expected"]
        and result["unexpected"] == 0
        and result["duplicates"] == 0
    )
