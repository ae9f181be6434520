"""The supervisor: starts processes, waits until they are ready, starts again what dies, and stops all in order."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shared.process import EX_CONFIG

READY_SECONDS = 120.0
STOP_SECONDS = 14.0
FIRST_BACKOFF_SECONDS = 0.3
MAX_BACKOFF_SECONDS = 10.0
HEALTHY_SECONDS = 30.0
MAX_LOG_BYTES = 20_000_000
_PR_SET_PDEATHSIG = 1

_libc: ctypes.CDLL | None = ctypes.CDLL(None) if sys.platform == "linux" else None


class StartError(RuntimeError):
    """A process did not become ready; the message ends with the last lines of its log."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. ``is_ready`` is asked until it says yes; ``core`` programs are stopped last."""

    name: str
    argv: Sequence[str]
    is_ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_seconds: float = STOP_SECONDS


@dataclass(slots=True)
class Child:
    """A program and its process."""

    program: Program
    log: Path
    process: asyncio.subprocess.Process | None = None
    restarts: int = 0
    started: float = 0.0
    keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process id, while it runs."""
        running = self.process is not None and self.process.returncode is None
        return self.process.pid if running and self.process else None


def _die_with_parent() -> None:
    """A supervisor that is killed must leave nothing behind (Linux; elsewhere the next start cleans up)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Supervisor:
    """Owns the processes. ``notice`` is told in one line what went wrong and what is done about it."""

    def __init__(self, logs: Path, notice: Callable[[str], None] = lambda _: None) -> None:
        self._logs, self._notice = logs, notice
        self.children: dict[str, Child] = {}
        self._stopping = asyncio.Event()
        logs.mkdir(parents=True, exist_ok=True)

    async def start(self, program: Program) -> None:
        """Starts a program and returns once it is ready. Raises StartError."""
        child = self.launch(program)
        await self.wait_ready(child.program.name)

    def launch(self, program: Program) -> Child:
        """Starts a program, and keeps it running from now on."""
        child = Child(program, self._logs / f"{program.name}.log")
        _rotate(child.log)
        self.children[program.name] = child
        child.keeper = asyncio.create_task(self._keep(child))
        return child

    async def wait_ready(self, name: str) -> None:
        """Returns once the program says that it is ready. Raises StartError."""
        child, deadline = self.children[name], time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if child.keeper is not None and child.keeper.done():
                break
            with contextlib.suppress(OSError):
                if child.pid is not None and await child.program.is_ready():
                    return
            await asyncio.sleep(0.05)
        raise StartError(f"{name} did not become ready. The end of {child.log}:\n{tail(child.log)}")

    async def _keep(self, child: Child) -> None:
        backoff = FIRST_BACKOFF_SECONDS
        while True:
            code = await self._run_once(child)
            if self._stopping.is_set():
                return
            if code == EX_CONFIG:
                self._notice(f"{child.program.name} has wrong settings and is not started again: {tail(child.log, 1)}")
                return
            if time.monotonic() - child.started > HEALTHY_SECONDS:
                backoff = FIRST_BACKOFF_SECONDS
            self._notice(f"{child.program.name} ended ({_how(code)}); starting it again")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), backoff)
                return
            backoff = min(backoff * 2, MAX_BACKOFF_SECONDS)
            child.restarts += 1

    async def _run_once(self, child: Child) -> int:
        with child.log.open("ab") as log:
            child.process = await asyncio.create_subprocess_exec(
                *child.program.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **child.program.environment},
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops the others in order
                preexec_fn=_die_with_parent,
            )
        child.started = time.monotonic()
        if self._stopping.is_set():  # asked to stop while the process was being made
            child.process.terminate()
        return await child.process.wait()

    async def stop(self) -> None:
        """Stops all: last started, first stopped; what does not end in time is killed."""
        self._stopping.set()
        for group in _stop_order(list(self.children.values())):
            await asyncio.gather(*map(self._stop, group))
        keepers = [child.keeper for child in self.children.values() if child.keeper is not None]
        if keepers:
            await asyncio.wait(keepers, timeout=STOP_SECONDS)
        for child in self.children.values():
            await self._stop(child)

    async def _stop(self, child: Child) -> None:
        process = child.process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), child.program.stop_seconds)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


CORE = ("valkey", "broker")


def _stop_order(children: list[Child]) -> list[list[Child]]:
    """Services side by side first, then what they stand on."""
    services = [child for child in children if child.program.name not in CORE]
    return [services, *([child] for name in CORE for child in children if child.program.name == name)]


def _how(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log; empty where there is none."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 16_384))
        text = file.read().decode("utf-8", "replace")
    return "\n".join(text.splitlines()[-lines:])
