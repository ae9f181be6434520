"""What the demo shows: a line for each alert as it lands, and how far each stage has come."""

import sys
from collections.abc import Mapping
from typing import Any, Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

_COLOURS = {"critical": "bold white on red", "high": "bold red", "medium": "yellow", "low": "cyan"}
STAGES = ("fetched", "read", "grouped", "alerts raised", "delivered")


class Show(Protocol):
    """Where the demo's story is told."""

    def step(self, text: str) -> None:
        """Something is done, or about to be."""
        ...

    def alert(self, payload: Mapping[str, Any]) -> None:
        """A webhook has arrived."""
        ...

    def stages(self, done: Mapping[str, int], totals: Mapping[str, int]) -> None:
        """How far the stages are."""
        ...

    def close(self) -> None:
        """Nothing more will be shown."""
        ...


class Terminal:
    """For a person: colours, and bars under the alerts."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)
        columns = (TextColumn("{task.description:<14}"), BarColumn(bar_width=32), MofNCompleteColumn())
        self._progress = Progress(*columns, console=self.console, transient=False)
        self._tasks: dict[str, Any] = {}

    def step(self, text: str) -> None:
        """A dim line."""
        self.console.print(f"[dim]{escape(text)}[/dim]")

    def alert(self, payload: Mapping[str, Any]) -> None:
        """Severity, watch, title and why."""
        data = payload["data"]
        colour = _COLOURS.get(data["severity"], "white")
        self.console.print(
            f"[{colour}] {data['severity'].upper():<8} [/] [bold]{escape(data['watch']['name'])}[/]  "
            f"{escape(data['report']['title'])}\n"
            f"            [dim]{escape(data['report']['source'])} · {escape(data['reason'][:120])}[/dim]"
        )

    def stages(self, done: Mapping[str, int], totals: Mapping[str, int]) -> None:
        """Bars, started when there is something to show."""
        if not self._tasks:
            self._progress.start()
            self._tasks = {name: self._progress.add_task(name, total=totals[name]) for name in STAGES}
        for name, count in done.items():
            self._progress.update(self._tasks[name], completed=min(count, totals[name]))

    def close(self) -> None:
        """The bars stay as they are."""
        if self._tasks:
            self._progress.stop()


class Plain:
    """For scripts: plain lines on stderr; stdout stays free for the result."""

    def step(self, text: str) -> None:
        """The line."""
        print(text, file=sys.stderr, flush=True)

    def alert(self, payload: Mapping[str, Any]) -> None:
        """One line."""
        data = payload["data"]
        print(f"{data['severity']} {data['watch']['id']}: {data['report']['title']}", file=sys.stderr, flush=True)

    def stages(self, done: Mapping[str, int], totals: Mapping[str, int]) -> None:
        """Nothing: the alerts tell."""

    def close(self) -> None:
        """Nothing to close."""
