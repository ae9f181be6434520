"""Options and endings that several commands share."""

import asyncio
import json
import os
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from tocsin.stack import RUN_FILE

T = TypeVar("T")

Config = Annotated[
    Path, typer.Option("--config", envvar="TOCSIN_CONFIG", help="Configuration directory.", file_okay=False)
]
Data = Annotated[
    Path,
    typer.Option(
        "--data", envvar="TOCSIN_DATA", help="Where the local stack keeps its data and logs.", file_okay=False
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]

CONFIG = Path("config")
DATA = Path("var")


def fail(message: str, code: int = 1) -> NoReturn:
    """Says what is wrong on stderr and leaves."""
    print(f"tocsin: {message}", file=sys.stderr)
    raise typer.Exit(code)


def print_json(value: Any) -> None:
    """One JSON document on one line of stdout. Half a surrogate pair, which no encoding has, becomes JSON's escape."""
    line = json.dumps(value, ensure_ascii=False, default=str)
    print(line.encode("utf-8", "backslashreplace").decode("utf-8"), flush=True)


def running_stack(data: Path) -> dict[str, Any] | None:
    """Where the local stack of this data directory listens; None where none runs."""
    try:
        addresses: dict[str, Any] = json.loads((data / RUN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return addresses


def kafka_address(data: Path) -> str | None:
    """``TOCSIN_KAFKA``, or the broker of the running local stack; None where there is neither."""
    stack = running_stack(data)
    return os.environ.get("TOCSIN_KAFKA") or (stack["kafka"] if stack else None)


def broker_address(data: Path) -> str:
    """As ``kafka_address``; leaves with a word of advice where there is neither."""
    return kafka_address(data) or fail("no broker: set TOCSIN_KAFKA, or start 'tocsin up'", 2)


def run(work: Coroutine[Any, Any, T], address: str) -> T:
    """Runs it; says so and leaves where the broker does not answer."""
    from aiokafka.errors import KafkaError

    from shared.config_writer import NotReadBackError
    from shared.kafka import DependencyDownError, TopicMissingError

    try:
        return asyncio.run(work)
    except (NotReadBackError, TopicMissingError) as error:
        fail(str(error))
    except (DependencyDownError, KafkaError) as error:
        fail(f"{address} does not answer: {error}")


def moment(since: str) -> datetime:
    """The moment so long ago: ``90m``, ``8h``, ``2d``. Leaves with a word of advice where it is no duration."""
    from shared.config.silences import duration

    try:
        return datetime.now(UTC) - duration(since)
    except ValueError as error:
        fail(f"--since: {error}", 2)
