"""A desk: the command line, a console and the process that reads files, all on one real broker."""

import asyncio
import json
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from typer.testing import CliRunner

from shared import kafka
from shared.config.history import Chronicle
from shared.config.kinds import BY_NAME
from tests.integration.console.conftest import ROOT, Console
from tests.stack.brokers import Broker
from tests.stack.process import Process, wait_until
from tocsin.cli import app
from tocsin.config_items.session import read
from tocsin.stack.ports import free_port
from tocsin.topic_admin import create_topics


class FileProcess(Process):
    """``python -m tocsin.config_files``."""

    def __init__(self, folder: Path, bootstrap: str, config: Path) -> None:
        super().__init__(folder / "config-files.log")
        self._environment = {
            "PYTHONPATH": str(ROOT),
            "TOCSIN_KAFKA": bootstrap,
            "TOCSIN_CONFIG": str(config),
            "TOCSIN_HTTP_PORT": str(free_port()),
        }

    def run(self) -> "FileProcess":
        """Starts it and waits until the files are published."""
        port = self._environment["TOCSIN_HTTP_PORT"]
        command = (sys.executable, "-W", "error", "-m", "tocsin.config_files")
        self.start(command, is_ready=lambda: _healthy(port), seconds=60, env=self._environment)
        return self

    def told(self, event: str) -> list[dict[str, Any]]:
        """What it logged under this name."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines if line.startswith("{")]
        return [row for row in rows if row["event"] == event]


def _healthy(port: str) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


class Desk:
    """Everything that edits, on one broker. Ids begin with ``tag``: other tests write to the same topics."""

    def __init__(self, bootstrap: str, folder: Path) -> None:
        self.bootstrap, self.folder = bootstrap, folder
        self.config = folder / "config"
        self.config.mkdir()
        self.tag = f"t{uuid.uuid4().hex[:8]}"
        self.files = FileProcess(folder, bootstrap, self.config)
        self._console: Console | None = None

    def id(self, name: str) -> str:
        """An id of this test's own."""
        return f"{self.tag}-{name}"

    def run(self, *arguments: str, code: int = 0, stdin: str | None = None) -> str:
        """Output of a command that ends with this code; what it says on stderr, where that is not 0."""
        found = CliRunner().invoke(app, [*arguments, *self._options(arguments)], input=stdin)
        assert found.exit_code == code, (found.output, found.exception)
        return found.stdout if code == 0 else found.stderr

    def json(self, *arguments: str, code: int = 0) -> Any:
        """The JSON lines that a command prints: one as it is, several as a list."""
        found = CliRunner().invoke(app, [*arguments, "--json", *self._options(arguments)])
        assert found.exit_code == code, (found.output, found.exception)
        rows = [json.loads(line) for line in found.stdout.splitlines()]
        return rows[0] if len(rows) == 1 else rows

    def _options(self, arguments: tuple[str, ...]) -> tuple[str, ...]:
        files = "--config" not in arguments and arguments[1] in {
            "add",
            "edit",
            "remove",
            "restore",
            "adopt",
            "release",
            "list",
            "lint",
        }
        return ("--config", str(self.config)) if files else ()

    @property
    def console(self) -> Console:
        """A running console."""
        if self._console is None:
            self._console = Console(self.folder, self.bootstrap).run()
        return self._console

    def ask(self, method: str, path: str, code: int = 200, **given: Any) -> httpx.Response:
        """An answer of the console's API, of this status."""
        answer = self.answer(method, path, **given)
        assert answer.status_code == code, answer.text
        return answer

    def answer(self, method: str, path: str, **given: Any) -> httpx.Response:
        """An answer of any status."""
        headers = {"Authorization": f"Bearer {self.console.token}", **given.pop("headers", {})}
        return httpx.request(method, f"{self.console.url}/api/{path}", headers=headers, timeout=30, **given)

    def chronicle(self, kind: str) -> Chronicle:
        """What a reader that has just come makes of the topic."""
        return asyncio.run(read(self.bootstrap, BY_NAME[kind]))

    def records(self, kind: str) -> int:
        """How many edits the topic holds."""

        async def count() -> int:
            return len([1 async for _ in kafka.read_all(self.bootstrap, BY_NAME[kind].topic.name)])

        return asyncio.run(count())

    def save(self, file: str, text: str) -> None:
        """Saves a configuration file as editors do: whole, in the place of the other."""
        draft = self.config / f"{file}.tmp"
        draft.write_text(text, encoding="utf-8")
        draft.replace(self.config / file)

    def until(self, is_so: Callable[[], bool], what: str) -> None:
        """Waits until that is so."""
        wait_until(is_so, 20, what)

    def close(self) -> None:
        """Ends the processes."""
        self.files.kill()
        if self._console:
            self._console.kill()


@pytest.fixture
def desk(broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk on the embedded broker, then on Apache Kafka."""
    for name in ("TOCSIN_REDIS", "TOCSIN_CONFIG", "TOCSIN_DATA"):
        monkeypatch.setenv(name, "")  # so that what a command sets is undone, too
        monkeypatch.delenv(name)
    monkeypatch.setenv("TOCSIN_KAFKA", broker.bootstrap)
    asyncio.run(create_topics(broker.bootstrap, 1))
    structlog.configure(logger_factory=structlog.stdlib.LoggerFactory())  # as the command's entry point does
    made = Desk(broker.bootstrap, tmp_path)
    yield made
    made.close()
    structlog.reset_defaults()
