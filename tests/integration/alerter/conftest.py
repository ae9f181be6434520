"""A broker with Tocsin's topics, for the alerter's tests alone: its steps' groups and topics have fixed names."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.alerter.world import World
from tests.stack.brokers import EmbeddedKafka
from tocsin.topic_admin import create_topics


@pytest.fixture(scope="module")
def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    broker = EmbeddedKafka(tmp_path_factory.mktemp("broker"))
    broker.start()
    asyncio.run(create_topics(broker.bootstrap, 2))
    yield broker.bootstrap
    broker.wipe()


@pytest.fixture
async def world(bootstrap: str, unique_name: Callable[[str], str], tmp_path: Path) -> AsyncIterator[World]:
    """One receiver of the test's own."""
    made = World(bootstrap, unique_name("desk"), tmp_path)
    yield made
    await made.define()  # what is left of it harms no other test
