"""Tasks that live and die together."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def until_first_ends(*jobs: Coroutine[Any, Any, None]) -> None:
    """Runs jobs side by side until one ends or raises; the others are cancelled, and what was raised is raised."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
