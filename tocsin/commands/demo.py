"""``tocsin demo``."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import Json, fail, print_json


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Leave when every expected alert has arrived: 0, or 1 if not.")
    ] = False,
    as_json: Json = False,
    kill: Annotated[bool, typer.Option(help="Kill the extractor on the way, to show that nothing is lost.")] = True,
    data: Annotated[
        Path, typer.Option("--data", help="Folder for the demo's data; it is wiped.", file_okay=False)
    ] = Path("var/demo"),
) -> None:
    """Show Tocsin at work: a small newsroom, all services, a local receiver. No network, no configuration."""
    from shared.names import gazetteer
    from tocsin.demo.run import Demo, is_success
    from tocsin.demo.show import Plain, Terminal
    from tocsin.stack.programs import MissingValkeyError
    from tocsin.stack.supervisor import StartError

    show = Plain() if as_json else Terminal()
    gazetteer.load(lambda step: show.step(f"compiling names (once): {step}"))
    run = Demo(data, show, once, kill, os.environ.get("TOCSIN_KAFKA", ""), os.environ.get("TOCSIN_REDIS", ""))
    try:
        result = asyncio.run(run.run())
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except (StartError, MissingValkeyError, OSError) as error:
        fail(str(error))
    if as_json:
        print_json(result)
    elif once:
        show.step(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in result.items()))
    raise typer.Exit(0 if is_success(result) else 1)
