"""``make chaos``: SIGKILLs, SIGTERMs and lost memories while articles flow, on both brokers. Exit 1 on any loss."""

import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shared.names import gazetteer
from tests.chaos.plan import Step, make_plan
from tests.chaos.report import Summary, show, summarise
from tests.chaos.run import MakeSteps, Options, run_chaos
from tests.chaos.stacks import APACHE, EMBEDDED
from tests.stack.process import MissingPart


def chaos(
    broker: Annotated[str, typer.Option(help="embedded, kafka or both.")] = "both",
    kills: Annotated[int, typer.Option(help="SIGKILLs of services, broker and Redis.")] = 60,
    terms: Annotated[int, typer.Option(help="SIGTERMs of services.")] = 20,
    articles: Annotated[int, typer.Option(help="At least so many are published.")] = 2000,
    per_second: Annotated[float, typer.Option(help="Articles published a second.")] = 4.5,
    seed: Annotated[int, typer.Option(help="Makes another plan of the same kind.")] = 1,
    folder: Annotated[Path | None, typer.Option(help="Where data and logs go; kept. Else a temporary one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON line for each broker.")] = False,
) -> None:
    """Torments the pipeline, and counts what was lost, doubled or repeated."""
    console = Console(stderr=as_json, log_path=False)
    gazetteer.load()  # compiled before any service waits for it
    root = folder or Path(tempfile.mkdtemp(prefix="tocsin-chaos-"))
    options = Options(broker, root, articles, per_second)
    steps = partial(_steps, kills, terms, seed)
    brokers = (EMBEDDED, APACHE) if broker == "both" else (broker,)
    summaries = [_one(replace(options, broker=name, folder=root / name), steps, console) for name in brokers]
    is_good = all(summary.is_good for summary in summaries)
    if folder is None and is_good:
        shutil.rmtree(root, ignore_errors=True)
    if as_json:
        for summary in summaries:
            print(json.dumps(summary.as_dict()), flush=True)
    sys.exit(0 if is_good else 1)


def _steps(kills: int, terms: int, seed: int, services: Sequence[str]) -> list[Step]:
    return make_plan(kills, terms, services, seed)


def _one(options: Options, steps: MakeSteps, console: Console) -> Summary:
    console.print(f"{options.broker}: {options.articles}+ articles; data and logs in {options.folder}")
    try:
        ledger, published = asyncio.run(run_chaos(options, steps, console.log))
    except MissingPart as missing:
        sys.exit(f"{options.broker} cannot be run here: {missing}")
    summary = summarise(options.broker, published, ledger)
    show(console, summary, ledger)
    return summary


if __name__ == "__main__":
    typer.run(chaos)
