"""Tasks that come and go, and of which none may fail unseen."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class TaskWatch:
    """Starts tasks; what one raises, ``run`` raises."""

    def __init__(self) -> None:
        self._failed: asyncio.Queue[BaseException] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Starts one."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def run(self) -> None:
        """Waits for ever, or until one fails; ends all."""
        try:
            raise await self._failed.get()
        finally:
            for task in self._tasks:
                task.cancel()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._failed.put_nowait(error)
