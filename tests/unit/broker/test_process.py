"""The broker as a process: its exit codes and its lock."""

import subprocess
import sys
from pathlib import Path

from tests.stack.brokers import Broker, EmbeddedKafka


def _run(*options: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tocsin.broker", *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


def test_it_says_where_it_listens_and_stops_cleanly(tmp_path: Path) -> None:
    broker = EmbeddedKafka(tmp_path)
    broker.start()
    assert broker.stop() == 0
    assert f"READY {broker.bootstrap}" in (tmp_path / "kafka.log").read_text()


def test_two_brokers_never_open_one_folder(tmp_path: Path) -> None:
    broker = EmbeddedKafka(tmp_path)
    broker.start()
    second = _run("--data", tmp_path / "broker", "--port", "0")
    broker.kill()
    assert second.returncode == 2
    assert "in use by another broker (process " in second.stderr
    assert "Traceback" not in second.stderr
    broker.restart()
    assert broker.stop() == 0


def test_a_port_that_is_taken_is_a_plain_error(tmp_path: Path, embedded_broker: Broker) -> None:
    port = embedded_broker.bootstrap.rpartition(":")[2]
    done = _run("--data", tmp_path, "--port", port)
    assert done.returncode == 1
    assert "cannot start" in done.stderr
    assert "Traceback" not in done.stderr
