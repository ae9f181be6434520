"""Running a service as a process: event loop, signals, heartbeat, exit codes.

Exit codes: 0 stopped when asked; 75 a dependency is down or the port is taken, start again; 78 the settings are wrong,
starting again is of no use (both from sysexits.h).
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import NoReturn

from shared import log, metrics, settings, status_server
from shared.kafka import DependencyDownError
from shared.settings import ServiceSettings, SettingsError, SettingsT

EX_TEMPFAIL = 75
EX_CONFIG = 78
STOP_SECONDS = 10.0
BEAT_SECONDS = 1.0

Main = Callable[[asyncio.Event, status_server.Health], Awaitable[None]]


def build_settings(settings_class: type[SettingsT]) -> SettingsT:
    """The settings of this process; where they are wrong, says so and exits with 78."""
    try:
        return settings.build(settings_class)
    except SettingsError as error:
        _refuse(error)


def _refuse(error: SettingsError) -> NoReturn:
    print(f"tocsin: {error}", file=sys.stderr)  # noqa: T201 - there is no log before settings
    sys.exit(EX_CONFIG)


def run_step(steps: Mapping[str, Callable[[SettingsT], Main]], settings_class: type[SettingsT]) -> None:
    """Runs the step named on the command line; exits with 2 where there is no such step."""
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in steps:
        sys.exit(f"tocsin: name one step of {', '.join(steps)}")
    config = build_settings(settings_class)
    try:
        main = steps[name](config)
    except SettingsError as error:
        _refuse(error)
    run(name, config, main)


def run(service: str, config: ServiceSettings, main: Main) -> None:
    """Runs ``main`` until it ends, SIGTERM or SIGINT; exits the process with one of the codes above."""
    log.configure(service, config.log_level)
    sys.exit(_run_loop(service, config, main))


def _run_loop(service: str, config: ServiceSettings, main: Main) -> int:
    logger = log.get("tocsin.process")
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_supervised(service, config, main))
    except DependencyDownError as error:
        metrics.DEPENDENCY_DOWN.labels(service).inc()
        logger.error("dependency_down", error=str(error))  # noqa: TRY400 - expected, a traceback says no more
        return EX_TEMPFAIL
    except status_server.CannotListenError as error:
        logger.error("cannot_listen", error=str(error))  # noqa: TRY400 - expected, a traceback says no more
        return EX_TEMPFAIL
    return 0


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # not to be had on this platform
        return None
    return uvloop.new_event_loop


async def _supervised(service: str, config: ServiceSettings, main: Main) -> None:
    health = status_server.Health(service)
    port = status_server.serve(health, config.http_host, config.http_port)
    log.get("tocsin.process").info("started", pid=os.getpid(), status_port=port)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, _ask_to_stop, stop)
    beating = asyncio.create_task(_beat(health))
    try:
        await main(stop, health)
    finally:
        beating.cancel()


def _ask_to_stop(stop: asyncio.Event) -> None:
    stop.set()
    # A step that does not end in time is left unacknowledged: its messages are delivered again.
    timer = threading.Timer(STOP_SECONDS, os._exit, (0,))
    timer.daemon = True
    timer.start()


async def _beat(health: status_server.Health) -> None:
    while True:
        health.beat()
        await asyncio.sleep(BEAT_SECONDS)
