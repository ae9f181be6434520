"""``/health`` and ``/metrics`` of a service, answered from a thread of its own.

A thread answers even while the event loop is stuck, which is what a health check is there to find out.
"""

import errno
import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app

HEARTBEAT_LIMIT_SECONDS = 15.0


@dataclass(slots=True)
class Health:
    """What the service says of itself. ``beat`` is called from the event loop; silence means that it is stuck."""

    service: str
    ready: bool = False
    detail: str = "starting"
    clock: Callable[[], float] = time.monotonic
    _last_beat: float = field(default=0.0)

    def __post_init__(self) -> None:
        self._last_beat = self.clock()

    def beat(self) -> None:
        """Says that the event loop runs."""
        self._last_beat = self.clock()

    def set_ready(self, detail: str = "") -> None:
        """Says that the service does its work."""
        self.ready, self.detail = True, detail

    def report(self) -> tuple[int, dict[str, object]]:
        """HTTP status and JSON body: 200 where the service is ready and its loop runs, else 503."""
        silent = self.clock() - self._last_beat
        stuck = silent > HEARTBEAT_LIMIT_SECONDS
        status = "stuck" if stuck else "ok" if self.ready else "starting"
        body = {
            "service": self.service,
            "status": status,
            "detail": self.detail,
            "loop_silent_seconds": round(silent, 1),
        }
        return (200 if status == "ok" else 503), body


class CannotListenError(RuntimeError):
    """The service cannot say how it is where it was told to. What is in the way may end: starting again is of use."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Requests for metrics are not news."""


def _app(health: Health) -> Callable[..., Iterable[bytes]]:
    metrics = make_wsgi_app()

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/")
        if path == "/metrics":
            return metrics(environ, start_response)  # type: ignore[no-any-return]
        status, body = health.report() if path == "/health" else (404, {"error": "try /health or /metrics"})
        start_response(
            {200: "200 OK", 503: "503 Service Unavailable"}.get(status, "404 Not Found"),
            [("Content-Type", "application/json")],
        )
        return [json.dumps(body).encode()]

    return answer


def serve(health: Health, host: str, port: int) -> int:
    """Starts answering; returns the port (the one picked, where ``port`` is 0). Raises CannotListenError."""
    try:
        server = make_server(host, port, _app(health), server_class=_Server, handler_class=_QuietHandler)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        remedy = (
            "TOCSIN_HTTP_PORT to a port that is free" if taken else "TOCSIN_HTTP_HOST to an address of this machine"
        )
        raise CannotListenError(f"cannot listen on {host}:{port} ({error.strerror}): set {remedy}") from error
    threading.Thread(target=server.serve_forever, name="status", daemon=True).start()
    return int(server.server_port)
