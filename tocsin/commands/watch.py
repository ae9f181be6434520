"""``tocsin watch``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from tocsin.commands.options import CONFIG, DATA, Config, Data, Json, fail, kafka_address, print_json

app = typer.Typer(help="Watches: what is looked for, and who is told.", no_args_is_help=True)


@app.command("lint")
def lint(config: Config = CONFIG, as_json: Json = False) -> None:
    """Check watches.yaml without publishing it: errors with file, line and remedy, and remarks. Exit 1 on errors."""
    from tocsin.config_files.lint import lint_watches

    if not (config / "watches.yaml").exists():
        fail(f"{config}/watches.yaml does not exist. Give --config, or start 'tocsin up' to have one written")
    found = lint_watches(config)
    if as_json:
        errors = [{"place": e.place, "problem": e.problem, "remedy": e.remedy} for e in found.errors]
        print_json({"watches": len(found.bodies), "errors": errors, "notes": found.notes})
    else:
        for error in found.errors:
            print(f"error  {error}")
        for note in found.notes:
            print(f"note   {note}")
        print(f"{len(found.bodies)} watches are valid, {len(found.errors)} errors")
    raise typer.Exit(1 if found.errors else 0)


@app.command("list")
def list_(
    config: Config = CONFIG,
    data: Data = DATA,
    as_json: Json = False,
    from_files: Annotated[
        bool, typer.Option("--files", help="List what the files hold, not what is in force.")
    ] = False,
) -> None:
    """List the watches in force, or what the files hold where no stack runs."""
    kafka = None if from_files else kafka_address(data)
    rows = _in_force(kafka) if kafka else _in_files(config)
    if as_json:
        for row in rows:
            print_json(row)
        return
    if not kafka and not from_files:
        print("no stack runs: these are the files' watches")
    for row in rows:
        print(
            f"{row['id']:<28} {row['severity']:<9} -> {', '.join(row['notify']):<20} {row['owner']}  v{row['version']}"
        )
    if not rows:
        print(f"no watches yet: add one to {config}/watches.yaml")


def _row(watch_id: str, body: Any, owner: str, version: int) -> dict[str, Any]:
    severity, notify = body.get("severity", "medium"), list(body["notify"])
    return {
        "id": watch_id,
        "severity": severity,
        "notify": notify,
        "owner": owner,
        "version": version,
        "when": body["when"],
    }


def _in_files(config: Path) -> list[dict[str, Any]]:
    from tocsin.config_files.lint import lint_watches

    return [_row(watch_id, body, "file:watches.yaml", 0) for watch_id, body in lint_watches(config).bodies.items()]


def _in_force(kafka: str) -> list[dict[str, Any]]:
    import asyncio

    from aiokafka.errors import KafkaError

    from shared.kafka import DependencyDownError
    from tocsin.config_files.lint import read_history

    try:
        history = asyncio.run(read_history(kafka, "watches.changed"))
    except (DependencyDownError, KafkaError) as error:
        fail(f"{kafka} does not answer: {error}")
    return [_row(item.id, item.body, item.owner, item.version) for item in history.items.values()]
