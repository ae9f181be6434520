"""Serving the console's ASGI app inside the service's own event loop."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from shared.kafka import DependencyDownError

GRACE_SECONDS = 2
STOP_SECONDS = 4.0


class _QuietServer(uvicorn.Server):
    """Leaves the signals to ``shared.process``."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class PortTakenError(DependencyDownError):
    """Another process listens on the console's port."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises PortTakenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise PortTakenError(f"cannot listen on {host}:{port} ({error}). Set TOCSIN_CONSOLE_PORT") from error


async def serve(app: ASGIApp, listener: socket.socket, stop: asyncio.Event) -> None:
    """Serves until ``stop`` is set; open connections are given some seconds to end."""
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,  # a first request carries the token
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=1_000_000,
    )
    server = _QuietServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await asyncio.wait_for(serving, STOP_SECONDS)
    except TimeoutError:
        server.force_exit = True
    finally:
        stopping.cancel()
        listener.close()
