"""``tocsin up``."""

import asyncio
import contextlib
import signal
import sys
from typing import TYPE_CHECKING

import typer

from tocsin.commands.options import CONFIG, DATA, Config, Data, Json, fail, print_json

if TYPE_CHECKING:
    from tocsin.stack.local import LocalStack


def up(config: Config = CONFIG, data: Data = DATA, as_json: Json = False) -> None:
    """Run everything on this machine: broker, Valkey and all services, until Ctrl-C.

    Without a configuration, a commented one is written first. TOCSIN_KAFKA and TOCSIN_REDIS name a Kafka and a Redis of
    your own; then the embedded ones are not started.
    """
    from shared.config.yaml_file import ConfigError
    from shared.kafka import DependencyDownError
    from shared.names import gazetteer
    from tocsin.settings_check import check_settings_file
    from tocsin.stack.local import LocalStack, StackOptions
    from tocsin.stack.programs import MissingValkeyError
    from tocsin.stack.supervisor import StartError
    from tocsin.starter import write_starter

    if write_starter(config):
        _say(f"wrote a commented configuration to {config}/: edit it while Tocsin runs")
    try:
        check_settings_file(config)
        gazetteer.load(lambda step: _say(f"compiling names (once): {step}"))
        stack = LocalStack(StackOptions.from_environment(config, data), _say, _say)
        asyncio.run(_run(stack, as_json=as_json))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except (StartError, MissingValkeyError, DependencyDownError, ConfigError, ValueError, OSError) as error:
        fail(str(error))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def _run(stack: "LocalStack", *, as_json: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    starting = asyncio.create_task(stack.start())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            _ready(stack, as_json=as_json)
            await stop.wait()
    finally:
        starting.cancel()
        stopping.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await starting
        _say("stopping")
        await stack.stop()


def _ready(stack: "LocalStack", *, as_json: bool) -> None:
    if as_json:
        print_json({"ready": True, "console": stack.console_address(), "kafka": stack.kafka, "redis": stack.redis})
    else:
        print(f"Tocsin is ready: {stack.console_address()}", flush=True)
