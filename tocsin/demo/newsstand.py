"""The demo's side of the world: the newsroom's sites and the receiver, served from this process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import uvicorn

from tocsin.demo.config import DESK
from tocsin.newsroom import receiver as receivers
from tocsin.newsroom import server as sites
from tocsin.newsroom.content import Newsroom
from tocsin.stack.ports import free_port

HOST = "127.0.0.1"


class QuietServer(uvicorn.Server):
    """A server inside our event loop that leaves the signals to us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Ctrl-C is the demo's own business."""
        yield


@contextlib.asynccontextmanager
async def serving(app: Any, port: int) -> AsyncIterator[None]:
    """Serves an ASGI app for as long as the block lasts."""
    server = QuietServer(uvicorn.Config(app, host=HOST, port=port, log_config=None, lifespan="off", access_log=False))
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:
            if task.done():
                task.result()
            await asyncio.sleep(0.02)
        yield
    finally:
        server.should_exit = True
        await task


@dataclass(frozen=True, slots=True)
class Newsstand:
    """Where the sites and the receiver listen, and the receiver itself."""

    feeds: dict[str, str]
    receiver_url: str
    receiver: receivers.Receiver


@contextlib.asynccontextmanager
async def open_newsstand(
    newsroom: Newsroom, per_second: float, heard: Callable[[receivers.Delivery], None]
) -> AsyncIterator[Newsstand]:
    """Serves sites that release articles at a rate, and a receiver that tells of each delivery."""
    sites_port, receiver_port = free_port(), free_port()
    base_url = f"http://{HOST}:{sites_port}"
    app = sites.create_app(newsroom, base_url, release_per_second=per_second)
    receiver = receivers.Receiver(secrets={DESK: receivers.demo_secret(DESK)}, on_delivery=heard)
    async with serving(app, sites_port), serving(receivers.create_app(receiver), receiver_port):
        yield Newsstand(app.state.newsstand.source_urls(), f"http://{HOST}:{receiver_port}", receiver)
