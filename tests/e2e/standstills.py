"""How long this machine stood still: what is late by no more than that was not late by its own doing."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

_TICK_SECONDS = 0.01
_NOTED_SECONDS = 0.1


@dataclass(slots=True)
class Standstills:
    """Stretches of time in which this process, which had next to nothing to do, was not run."""

    _found: list[tuple[float, float]] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def noted(self) -> AsyncIterator[None]:
        """Notes them inside the block."""
        ticking = asyncio.create_task(self._tick())
        try:
            yield
        finally:
            ticking.cancel()

    def seconds(self, since: float, until: float) -> float:
        """How much of [since, until], in Unix time, was stood still."""
        return sum(max(0.0, min(end, until) - max(start, since)) for start, end in self._found)

    async def _tick(self) -> None:
        while True:
            due = time.time() + _TICK_SECONDS
            await asyncio.sleep(_TICK_SECONDS)
            if (now := time.time()) - due > _NOTED_SECONDS:
                self._found.append((due, now))
