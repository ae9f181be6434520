"""A broker with Tocsin's topics, for the alerter's tests alone: its steps' groups and topics have fixed names."""

import asyncio
from collections.abc import Iterator

import pytest

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
