"""A console as a real process on a broker of its own: other tests publish to the same topics."""

import asyncio
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from shared import codec, kafka
from shared.events import Event
from shared.topics import Topic
from tests.stack.brokers import EmbeddedKafka
from tests.stack.parts import require
from tests.stack.process import MissingPart, Process
from tocsin.stack.ports import free_port
from tocsin.topic_admin import create_topics

ROOT = Path(__file__).parents[3]

Publish = Callable[..., Awaitable[None]]


class Console(Process):
    """``python -m services.console``."""

    def __init__(self, folder: Path, bootstrap: str) -> None:
        super().__init__(folder / "console.log")
        self.data, self._bootstrap = folder / "data", bootstrap
        self.port, self.status_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def run(self) -> "Console":
        """Starts it and waits until it has read its topics."""
        environment = {
            "PYTHONPATH": str(ROOT),
            "TOCSIN_KAFKA": self._bootstrap,
            "TOCSIN_DATA": str(self.data),
            "TOCSIN_CONSOLE_PORT": str(self.port),
            "TOCSIN_HTTP_PORT": str(self.status_port),
        }
        command = (sys.executable, "-W", "error", "-m", "services.console")
        self.start(command, is_ready=self.is_ready, seconds=60, env=environment)
        return self

    def is_ready(self) -> bool:
        """Whether its health check says so."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.status_port}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    @property
    def token(self) -> str:
        """The token that it made."""
        return (self.data / "console-token").read_text().strip()

    @property
    def entrance(self) -> str:
        """The address that lets a browser in."""
        return f"{self.url}/?token={self.token}"


@dataclass(frozen=True, slots=True)
class Chromium:
    """The system's Chromium."""

    path: str

    @staticmethod
    def find() -> "Chromium":
        """Raises MissingPart."""
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        if path is None:
            raise MissingPart("Chromium", "chromium")
        return Chromium(path)


@pytest.fixture(scope="module")
def console_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """An embedded broker that no other module publishes to."""
    broker = EmbeddedKafka(tmp_path_factory.mktemp("console-broker"))
    broker.start()
    asyncio.run(create_topics(broker.bootstrap))
    yield broker
    broker.wipe()


@pytest.fixture
async def publish(console_broker: EmbeddedKafka) -> AsyncIterator[Publish]:
    """Publishes (topic, event) pairs, in order."""
    producer = kafka.producer(console_broker.bootstrap)
    await kafka.start(producer)

    async def send(*pairs: tuple[Topic | str, Event | bytes]) -> None:
        for topic, event in pairs:
            name = topic if isinstance(topic, str) else topic.name
            value = event if isinstance(event, bytes) else codec.encode(event)
            await producer.send_and_wait(name, value, key=b"one-partition-for-all")

    yield send
    await producer.stop()


@pytest.fixture(scope="module")
def console(console_broker: EmbeddedKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A running console, that all tests of a module share: none may stop it."""
    process = Console(tmp_path_factory.mktemp("console"), console_broker.bootstrap)
    yield process.run()
    process.kill()


@pytest.fixture
def own_console(console_broker: EmbeddedKafka, tmp_path: Path) -> Iterator[Console]:
    """A running console for one test, which may do with it what it likes."""
    process = Console(tmp_path, console_broker.bootstrap)
    yield process.run()
    process.kill()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium, without a network beyond this machine."""
    chromium = require(Chromium.find)
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        browser = await playwright.chromium.launch(executable_path=chromium.path, args=arguments)
        yield browser
        await browser.close()
