"""``make soak``: full rate for minutes; what grows, and how fast. Exit 1 if anything was lost."""

import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from shared.names import gazetteer
from tests.chaos.gauges import Gauge, Sample, Sampler, per_minute
from tests.chaos.ledger import Ledger, percentile
from tests.chaos.plot import draw
from tests.chaos.run import ChaosRun, Options
from tests.chaos.stacks import EMBEDDED

MOST_IN_FLIGHT = 100
SAMPLE_SECONDS = 2.0


def soak(
    minutes: Annotated[float, typer.Option(help="How long articles are published as fast as alerts come back.")] = 10,
    broker: Annotated[str, typer.Option(help="embedded or kafka.")] = EMBEDDED,
    plot: Annotated[Path, typer.Option(help="Where the plot goes.")] = Path("var/soak.png"),
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON line.")] = False,
) -> None:
    """Runs the whole stack flat out, and watches memory, file handles, Redis and disk."""
    console = Console(stderr=as_json, log_path=False)
    gazetteer.load()
    folder = Path(tempfile.mkdtemp(prefix="tocsin-soak-"))
    run = ChaosRun(Options(broker, folder / "run", 0, 0), console.log)
    samples = asyncio.run(_soak(run, minutes * 60, console))
    shutil.rmtree(folder, ignore_errors=True)
    draw(samples, plot)
    rate = len(run.press.articles) / (minutes * 60)
    _show(console, run.ledger, samples, rate)
    console.print(f"plot: {plot}")
    lost = run.ledger.lost() + run.ledger.unexpected()
    if as_json:
        slopes = {gauge.name: round(per_minute(samples, gauge), 3) for gauge in Gauge}
        line = {"broker": broker, "articles": len(run.press.articles), "articles_per_second": round(rate, 1)}
        print(json.dumps({**line, "lost": len(lost), "slopes_per_minute": slopes}), flush=True)
    sys.exit(1 if lost else 0)


async def _soak(run: ChaosRun, seconds: float, console: Console) -> list[Sample]:
    samples: list[Sample] = []
    async with run.running():
        sampler = Sampler(run.stack, lambda: len(run.press.articles))
        sampling = asyncio.create_task(_sample(sampler, samples, console))
        await run.publish_flat_out(MOST_IN_FLIGHT, seconds)
        sampling.cancel()
        await run.drain()
    return samples


async def _sample(sampler: Sampler, samples: list[Sample], console: Console) -> None:
    started = time.monotonic()
    while True:
        sample = await sampler.take(time.monotonic() - started)
        samples.append(sample)
        if len(samples) % 15 == 0:
            memory = sum(sample.memory_mb.values())
            console.log(f"{sample.at_seconds:.0f} s  {sample.articles} articles, {memory:,.0f} MB in all")
        await asyncio.sleep(SAMPLE_SECONDS)


def _show(console: Console, ledger: Ledger, samples: Sequence[Sample], rate: float) -> None:
    delays = ledger.delays()
    table = Table(
        "what", "at the end", "a minute, second half", title=f"Soak: {rate:.1f} articles a second", title_justify="left"
    )
    for gauge in Gauge:
        table.add_row(gauge.value, f"{gauge.of(samples[-1]):,.0f}", f"{per_minute(samples, gauge):+,.2f}")
    for name, value in sorted(samples[-1].memory_mb.items()):
        table.add_row(f"memory of {name}, MB", f"{value:,.0f}", f"{_memory_slope(samples, name):+,.2f}")
    console.print(table)
    console.print(
        f"publication to delivery: p50 {percentile(delays, 0.5):.2f} s, p95 {percentile(delays, 0.95):.2f} s, "
        f"p99 {percentile(delays, 0.99):.2f} s; lost {len(ledger.lost())}, unexpected {len(ledger.unexpected())}, "
        f"repeated {len(list(ledger.repeats()))}"
    )


def _memory_slope(samples: Sequence[Sample], name: str) -> float:
    return per_minute(samples, lambda sample: sample.memory_mb.get(name, 0.0))


if __name__ == "__main__":
    typer.run(soak)
