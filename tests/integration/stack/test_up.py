"""`tocsin up` and `tocsin topics create` on real processes, and the supervisor's promises."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shared.topics import TOPICS
from tests.stack.brokers import Broker, EmbeddedKafka
from tests.stack.process import wait_until
from tocsin.stack.ports import free_port
from tocsin.stack.supervisor import Program, StartError, Supervisor

ROOT = Path(__file__).parents[3]
TOCSIN = (sys.executable, "-c", "from tocsin.cli import main; main()")


def environment(**more: str) -> dict[str, str]:
    """The environment without addresses of others."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_") or name == "TOCSIN_NAMES"
    }
    return {**kept, "PYTHONPATH": str(ROOT), "TOCSIN_CONSOLE_PORT": str(free_port()), **more}


def processes_of(folder: Path) -> list[str]:
    """Command lines of the processes whose environment or arguments name a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and entry.name != str(os.getpid()):
            try:
                command = (entry / "cmdline").read_bytes()
                line = command + (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in line:
                found.append(command.replace(b"\0", b" ").decode())
    return found


def start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """`tocsin up` in a folder."""
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        (*TOCSIN, "up", *arguments),
        cwd=folder,
        env=environment(STACK_FOLDER=str(folder)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_up_in_an_empty_folder_says_one_ready_line_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    up = start(folder)
    try:
        line = up.stdout.readline()
        assert re.fullmatch(r"Tocsin is ready: http://127\.0\.0\.1:\d+/\?token=\S+\n", line), up.stderr.read()
        assert "#" in (folder / "config" / "watches.yaml").read_text()
        stack = json.loads((folder / "var" / "stack.json").read_text())
        doctor = subprocess.run(
            (*TOCSIN, "doctor", "--json"), cwd=folder, env=environment(), capture_output=True, check=False
        )
        states = {row["check"]: row["state"] for row in json.loads(doctor.stdout)}
        assert {name for name, state in states.items() if state != "ok"} == set()
        assert set(stack["status_ports"]) <= set(states)
        up.send_signal(signal.SIGINT)
        rest, said = up.communicate(timeout=30)
    finally:
        if up.poll() is None:
            os.killpg(up.pid, signal.SIGKILL)
    assert (up.returncode, rest) == (0, "")
    assert "Traceback" not in said
    assert "starting it again" not in said
    assert not (folder / "var" / "stack.json").exists()
    assert processes_of(folder) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills children whose parent was killed")
def test_a_killed_up_leaves_no_process(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    up = start(folder, "--json")
    ready = json.loads(up.stdout.readline())
    assert ready["ready"] is True
    up.kill()
    up.communicate()
    wait_until(lambda: processes_of(folder) == [], 10, "the end of all")


def test_up_that_is_stopped_while_it_starts_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    up = start(folder)
    wait_until((folder / "var" / "logs" / "fetcher.log").exists, 30, "the start of services")
    up.send_signal(signal.SIGTERM)
    rest, said = up.communicate(timeout=30)
    assert (up.returncode, rest) == (0, "")
    assert "Traceback" not in said
    assert processes_of(folder) == []


def test_topics_are_created_once(embedded_broker: Broker, tmp_path: Path) -> None:
    assert isinstance(embedded_broker, EmbeddedKafka)
    first, again = (
        subprocess.run(
            (*TOCSIN, "topics", "create", "--json", "--kafka", embedded_broker.bootstrap),
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            check=True,
        ).stdout
        for _ in range(2)
    )
    assert set(json.loads(first)["created"]) <= set(TOPICS)
    assert json.loads(again) == {"created": []}


# ---------------------------------------------------------------- the supervisor


def program(name: str, code: str, stop_seconds: float = 5) -> Program:
    """A Python program that is ready at once."""

    async def ready() -> bool:
        return True

    return Program(name, (sys.executable, "-c", code), ready, {}, stop_seconds)


async def test_what_dies_is_started_again_and_said(tmp_path: Path) -> None:
    notices: list[str] = []
    supervisor = Supervisor(tmp_path, notices.append)
    await supervisor.start(program("a", "import time; time.sleep(60)"))
    child = supervisor.children["a"]
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    async with asyncio.timeout(10):
        while child.pid in (None, first):
            await asyncio.sleep(0.01)
    assert notices == ["a ended (killed by SIGKILL); starting it again"]
    await supervisor.stop()
    assert child.pid is None


async def test_stopping_waits_for_no_backoff_and_starts_nothing(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    child = supervisor.launch(program("a", "raise SystemExit(3)"))
    async with asyncio.timeout(20):
        while child.restarts < 2:
            await asyncio.sleep(0.01)
        await supervisor.stop()
    assert child.keeper is not None
    assert child.keeper.done()
    assert child.pid is None


async def test_stopping_at_once_leaves_no_process(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    children = [supervisor.launch(program(str(n), f"import time; time.sleep(60) # {tmp_path}")) for n in range(5)]
    await supervisor.stop()
    assert [child.pid for child in children] == [None] * 5
    assert processes_of(tmp_path) == []


async def test_what_does_not_end_is_killed(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    child = supervisor.launch(program("a", code, 0.2))
    async with asyncio.timeout(10):
        while not (child.log.exists() and child.log.read_text()):
            await asyncio.sleep(0.01)
        await supervisor.stop()
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


async def test_wrong_settings_end_the_start_with_the_logs_last_words(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)

    async def never() -> bool:
        return False

    code = "import sys; print('TOCSIN_X is wrong'); sys.exit(78)"
    with pytest.raises(StartError, match="TOCSIN_X is wrong"):
        await supervisor.start(Program("a", (sys.executable, "-c", code), never))
    await supervisor.stop()
