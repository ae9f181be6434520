"""``tocsin run``."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import fail


def run(
    service: Annotated[
        str, typer.Argument(help="fetcher, extractor, alerter, console, config, or one step: alerter.match.")
    ],
) -> None:
    """Run one service as an image runs it. Addresses come from TOCSIN_KAFKA, TOCSIN_REDIS and other settings.

    A service of several steps runs each as a process of its own; name a step to run it alone.
    """
    from tocsin.stack.programs import SERVICES

    steps = [name for name in SERVICES if name == service or name.startswith(f"{service}.")]
    if not steps:
        fail(f"no service is called '{service}'. There are: {', '.join(SERVICES)}", 2)
    if len(steps) == 1:
        os.execv(sys.executable, [sys.executable, "-m", *SERVICES[steps[0]]])  # noqa: S606 - becomes the service
    asyncio.run(_run_steps(steps))


async def _run_steps(steps: list[str]) -> None:
    from tocsin.stack import programs
    from tocsin.stack.ports import free_port
    from tocsin.stack.supervisor import Supervisor

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    supervisor = Supervisor(
        Path(os.environ.get("TOCSIN_DATA", "var")) / "logs", lambda line: print(line, file=sys.stderr)
    )
    for step in steps:
        port = free_port()
        supervisor.launch(programs.service(step, port, {}))
        print(f"{step}: http://127.0.0.1:{port}/health, log {supervisor.children[step].log}", file=sys.stderr)
    await stop.wait()
    await supervisor.stop()
