"""The local stack as one thing: embedded broker and Valkey (or addresses of others), topics, services."""

import asyncio
import json
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.stack import RUN_FILE, programs
from tocsin.stack.ports import free_port
from tocsin.stack.supervisor import Program, Supervisor
from tocsin.topic_admin import create_topics

CONSOLE_PORT = 8470


@dataclass(frozen=True, slots=True)
class StackOptions:
    """What to run, and where. ``kafka`` and ``redis`` are addresses of others; empty starts the embedded ones."""

    config: Path
    data: Path
    kafka: str = ""
    redis: str = ""
    console_port: int = CONSOLE_PORT
    services: Sequence[str] = tuple(programs.SERVICES)
    environment: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def from_environment(config: Path, data: Path) -> "StackOptions":
        """With ``TOCSIN_KAFKA`` and ``TOCSIN_REDIS`` where they are set."""
        port = int(os.environ.get("TOCSIN_CONSOLE_PORT", CONSOLE_PORT))
        kafka, redis = os.environ.get("TOCSIN_KAFKA", ""), os.environ.get("TOCSIN_REDIS", "")
        return StackOptions(config, data, kafka, redis, port)


def _kept_token(path: Path) -> str:
    """The console's token: made once, readable by its owner alone."""
    if path.exists():
        return path.read_text(encoding="utf-8").strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    token = secrets.token_urlsafe(24)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(token + "\n")
    return token


class LocalStack:
    """Starts and stops everything; ``progress`` is told each step."""

    def __init__(
        self, options: StackOptions, progress: Callable[[str], None], notice: Callable[[str], None] = lambda _: None
    ) -> None:
        self.options, self._progress = options, progress
        self.supervisor = Supervisor(options.data / "logs", notice)
        self.kafka, self.redis = options.kafka, options.redis
        self.console_port = 0
        self.token = _kept_token(options.data / "console-token")
        self.status_ports: dict[str, int] = {}

    async def start(self) -> None:
        """Returns once every service is ready. Raises StartError, MissingValkeyError."""
        await self._start_core()
        self._progress("creating topics")
        await create_topics(self.kafka)
        self.console_port = free_port(self.options.console_port)
        self._progress("starting services")
        for name in self.options.services:
            self.launch(name)
        await asyncio.gather(*(self.supervisor.wait_ready(name) for name in self.status_ports))
        self._write_run_file()

    async def _start_core(self) -> None:
        if not self.kafka:
            self._progress("starting the broker")
            port = free_port()
            await self.supervisor.start(programs.broker(self.options.data / "broker", port))
            self.kafka = f"127.0.0.1:{port}"
        if not self.redis:
            self._progress("starting Valkey")
            port = free_port()
            await self.supervisor.start(programs.valkey(self.options.data / "valkey", port))
            self.redis = f"redis://127.0.0.1:{port}/0"

    def launch(self, name: str, instance: str = "") -> str:
        """Starts a service without waiting, and returns its name; ``instance`` tells a second of its kind apart."""
        port = free_port()
        program = programs.service(name, port, self.environment)
        if instance:
            program = Program(
                f"{name}.{instance}", program.argv, program.is_ready, program.environment, program.stop_seconds
            )
        self.status_ports[program.name] = port
        self.supervisor.launch(program)
        return program.name

    @property
    def environment(self) -> dict[str, str]:
        """What the services are told."""
        return {
            "TOCSIN_KAFKA": self.kafka,
            "TOCSIN_REDIS": self.redis,
            "TOCSIN_CONFIG": str(self.options.config.resolve()),
            "TOCSIN_DATA": str(self.options.data.resolve()),
            "TOCSIN_CONSOLE_PORT": str(self.console_port),
            "TOCSIN_CONSOLE_URL": f"http://127.0.0.1:{self.console_port}",
            "TOCSIN_CONSOLE_TOKEN": self.token,
            **self.options.environment,
        }

    def console_address(self) -> str:
        """Where the page is, with the token that opens it."""
        return f"http://127.0.0.1:{self.console_port}/?token={self.token}"

    def _write_run_file(self) -> None:
        """Where this stack listens, for other commands on this machine."""
        addresses = {
            "kafka": self.kafka,
            "redis": self.redis,
            "console": f"http://127.0.0.1:{self.console_port}",
            "status_ports": self.status_ports,
        }
        (self.options.data / RUN_FILE).write_text(json.dumps(addresses, indent=2) + "\n", encoding="utf-8")

    async def stop(self) -> None:
        """Stops everything, in order."""
        await self.supervisor.stop()
        (self.options.data / RUN_FILE).unlink(missing_ok=True)
