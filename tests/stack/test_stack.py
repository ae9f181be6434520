"""The harness itself: data outlive their process, missing parts are said plainly, nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from tests.stack import parts
from tests.stack.brokers import ApacheKafka
from tests.stack.process import MissingPart, Process, accepts_connections, wait_until
from tests.stack.redis import Redis, RedisServer
from tocsin.stack.ports import free_port

Name = Callable[[str], str]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_redis_keeps_its_data(redis_server: Redis, unique_name: Name, end: str) -> None:
    key = unique_name("key")
    with redis.Redis.from_url(redis_server.url) as client:
        assert client.set(key, b"value", nx=True, ex=60)
        getattr(redis_server, end)()
        assert not redis_server.is_running
        redis_server.restart()
        assert client.get(key) == b"value"


@pytest.mark.parametrize("kind", [ApacheKafka, RedisServer])
def test_a_missing_program_is_named(kind: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingPart, match=r"Apache Kafka \(no java\)|Redis \(no redis-server\)"):
        kind(tmp_path).start()


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_a_missing_part_is_skipped_at_home_and_fails_in_ci(
    ci: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def start() -> None:
        raise MissingPart("Apache Kafka", "java")

    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(parts, "_done_without", {})
    with pytest.raises(outcome, match=r"Apache Kafka \(no java\)"):
        parts.require(start)
    assert parts.done_without() == "Apache Kafka (no java)"


def test_a_process_that_fails_shows_its_output(tmp_path: Path) -> None:
    process = Process(tmp_path / "log")
    with pytest.raises(RuntimeError, match="no such luck"):
        process.start([sys.executable, "-c", "raise SystemExit('no such luck')"], is_ready=lambda: False)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills children whose parent was killed")
def test_a_killed_test_run_takes_its_processes_along(tmp_path: Path) -> None:
    port = free_port()
    script = f"""
import sys, time
from pathlib import Path
from tests.stack.process import Process, accepts_connections
serve = "import socket, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(60)"
process = Process(Path({str(tmp_path / "log")!r}))
process.start([sys.executable, "-c", serve], is_ready=lambda: accepts_connections({port}))
time.sleep(60)
"""
    root = Path(__file__).parents[2]
    run = subprocess.Popen([sys.executable, "-c", script], cwd=root, env={**os.environ, "PYTHONPATH": str(root)})
    wait_until(lambda: accepts_connections(port), 20, "the start")
    started = time.monotonic()
    run.send_signal(signal.SIGKILL)
    run.wait()
    wait_until(lambda: not accepts_connections(port), 10, "the end")
    assert time.monotonic() - started < 10
