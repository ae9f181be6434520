"""Brokers of a test's own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from tests.stack.brokers import EmbeddedKafka

K = TypeVar("K", bound=EmbeddedKafka)


@asynccontextmanager
async def running(broker: K) -> AsyncIterator[K]:
    """The broker, started here and gone in the end with its data."""
    await asyncio.to_thread(broker.start)
    yield broker
    await asyncio.to_thread(broker.wipe)
