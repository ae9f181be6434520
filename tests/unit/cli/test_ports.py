"""Ports: given once, and a service whose port is taken says which setting to change."""

import os
import socket
import subprocess
import sys

from shared.process import EX_TEMPFAIL
from tocsin.stack.ports import free_port, is_free


def test_no_port_is_given_twice() -> None:
    # Of 12,000 ports, 500 drawn blindly would hold a pair in all but one of 30,000 runs.
    given = [free_port() for _ in range(500)]
    assert len(set(given)) == 500


def test_a_preferred_port_that_is_taken_is_left_alone() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
        assert free_port(preferred=port) != port


def test_a_preferred_port_is_given_once_too() -> None:
    port = free_port()
    assert free_port(preferred=port) != port
    other = next(p for p in range(10_000, 19_000) if is_free(p))
    assert free_port(preferred=other) == other
    assert free_port(preferred=other) != other


def test_a_service_whose_port_is_taken_names_the_setting() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "-m", "services.extractor", "group"],
            env={**os.environ, "TOCSIN_HTTP_PORT": str(port)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == EX_TEMPFAIL
    said = ended.stdout + ended.stderr
    assert f"127.0.0.1:{port}" in said
    assert "TOCSIN_HTTP_PORT" in said
    assert "Traceback" not in said
