"""`python -m tocsin.broker --data DIR --port N`: prints one line, READY host:port, and serves until SIGTERM."""

import argparse
import asyncio
import logging
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tocsin.broker.server import Broker, DataFolder, FolderInUse
from tocsin.broker.topics import DamagedTopic

_FAILED, _REFUSED = 1, 2


def main() -> int:
    """Run the broker.

    0 after SIGTERM or SIGINT, 2 when another broker holds the data folder, 1 when the folder or the port cannot be had.
    """
    options = _options()
    logging.basicConfig(level=options.log_level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    _raise_file_limit()
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(options))
    except FolderInUse as error:
        print(error, file=sys.stderr)
        return _REFUSED
    except (OSError, DamagedTopic) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return _FAILED
    return 0


async def _serve(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    folder = DataFolder(options.data, fsync=options.fsync)
    broker = Broker(folder, retention_check_seconds=options.retention_check_seconds)
    try:
        port = await broker.start(options.host, options.port)
        print(f"READY {options.host}:{port}", flush=True)
        await stopped.wait()
    finally:
        await broker.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tocsin.broker", description="Kafka-protocol broker for one machine")
    parser.add_argument("--data", type=Path, required=True, help="folder for everything that must last")
    parser.add_argument("--port", type=int, required=True, help="0 picks a free one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; there is no authentication")
    parser.add_argument("--fsync", action="store_true", help="survive a power cut too: fdatasync before each answer")
    parser.add_argument("--retention-check-seconds", type=float, default=30.0, help="how often old segments are sought")
    parser.add_argument("--log-level", default="INFO", choices=["DEBUG", "INFO", "WARNING", "ERROR"])
    return parser.parse_args()


def _raise_file_limit() -> None:
    """Two descriptors a partition and one a client soon pass the usual 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


if __name__ == "__main__":
    sys.exit(main())
