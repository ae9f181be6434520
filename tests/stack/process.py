"""One background process for the tests: started, awaited, stopped, killed, and never left behind."""

import atexit
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_HOST = "127.0.0.1"
_STOP_SECONDS = 20.0
_TAIL_CHARACTERS = 4_000
_PR_SET_PDEATHSIG = 1

# The kernel kills a child when the *thread* that started it ends, so one thread that lasts starts them all.
_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")
_running: "set[Process]" = set()
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class MissingPart(Exception):
    """A real part of the stack cannot run on this machine, for want of `lacks`."""

    def __init__(self, part: str, lacks: str) -> None:
        super().__init__(f"{part} (no {lacks})")
        self.part = part
        self.lacks = lacks


def accepts_connections(port: int) -> bool:
    """Whether something listens on a loopback port."""
    try:
        with socket.create_connection((_HOST, port), timeout=1):
            return True
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Poll until `condition` holds.

    Raises:
        TimeoutError: naming `what` was awaited.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(0.02)


class Process:
    """A command in a process group of its own, its output in a file."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._popen is not None and self._popen.poll() is None

    @property
    def pid(self) -> int:
        """The process id; only of a running process."""
        assert self._popen is not None
        return self._popen.pid

    def start(
        self,
        command: Sequence[str | Path],
        *,
        is_ready: Callable[[], bool],
        seconds: float = 30.0,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Run `command` until `is_ready`.

        Raises:
            RuntimeError: it ended or was not ready in time; the message ends with its output.
        """
        assert not self.is_running
        self._popen = _spawner.submit(self._spawn, command, env).result()
        _running.add(self)
        try:
            wait_until(lambda: not self.is_running or is_ready(), seconds, f"the start of {command[0]}")
        except TimeoutError as error:
            self.kill()
            raise RuntimeError(f"{error}\n{self.output()}") from error
        if not self.is_running:
            raise RuntimeError(f"{command[0]} ended with {self._popen.returncode}\n{self.output()}")

    def _spawn(self, command: Sequence[str | Path], env: Mapping[str, str] | None) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as output:
            return subprocess.Popen(
                list(map(str, command)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 (it takes no lock)
            )

    def stop(self) -> int:
        """SIGTERM and wait; the exit code. SIGKILL when it takes too long."""
        if self.is_running:
            os.kill(self.pid, signal.SIGTERM)
        return self._reap()

    def kill(self) -> int:
        """SIGKILL to the whole group and wait; the exit code."""
        if self.is_running:
            os.killpg(self.pid, signal.SIGKILL)
        return self._reap()

    def output(self) -> str:
        """The end of what it printed."""
        return self.log.read_text(errors="replace")[-_TAIL_CHARACTERS:] if self.log.exists() else ""

    def _reap(self) -> int:
        _running.discard(self)
        if self._popen is None:
            return 0
        try:
            return self._popen.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._popen.pid, signal.SIGKILL)
            return self._popen.wait()


def _die_with_parent() -> None:
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@atexit.register
def _kill_all() -> None:
    for process in tuple(_running):
        process.kill()
