"""``make bench``: what each stage costs, beside the least that could do the job."""

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import trafilatura

from services.alerter.matching.view import ReportView
from services.alerter.matching.watch_index import WatchIndex
from services.extractor.read import Reader
from shared.config.history import Item
from shared.names import gazetteer, lexicon
from shared.names.fold import fold
from shared.names.lexicon import ActorParts
from shared.times import utc_now
from tests.bench import live_names
from tests.bench.texts import pages, plain_texts

ROUNDS = 5
WATCHES = 10_000


def per_item_us(work: Callable[[Any], object], items: Iterable[Any]) -> float:
    """Median over rounds of the time for one item, in microseconds."""
    items = list(items)
    for item in items:
        work(item)
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for item in items:
            work(item)
        rounds.append((time.perf_counter() - started) / len(items))
    return statistics.median(rounds) * 1e6


def row(name: str, value: float, unit: str, beside: str = "") -> None:
    """One line of the table."""
    print(f"{name:<44} {value:>10,.1f} {unit:<10} {beside}")


def main() -> None:
    """Prints the table."""
    names = gazetteer.load()
    reader, texts, sites = Reader(names), plain_texts(), pages()
    _start_up()
    fold_us = per_item_us(fold, texts)
    find_us = per_item_us(names.find, texts)
    read_us = per_item_us(reader.read_text, texts)
    row("fold, 3.5 kB", fold_us, "us")
    row("fold and find names", find_us, "us", f"{find_us / fold_us:.1f} x the fold")
    row("read a text", read_us, "us", f"{1e6 / read_us:,.0f} reports a second a core")
    bare_us = per_item_us(lambda page: trafilatura.bare_extraction(page, fast=True), sites)
    html_us = per_item_us(reader.read_html, sites)
    row("HTML to text alone (trafilatura, fast)", bare_us, "us")
    row("read a page", html_us, "us", f"{100 * (html_us / bare_us - 1):+.0f} % beside it")
    _matching(reader, texts)
    live_names.main()
    row("memory of this process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")


def _start_up() -> None:
    timed = "from shared.names import gazetteer; gazetteer.load()"
    code = f"import time; t = time.perf_counter(); {timed}; print(time.perf_counter() - t)"
    seconds = float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
    row("load names, imports included", seconds * 1000, "ms")


def _matching(reader: Reader, texts: list[str]) -> None:
    index = WatchIndex(ActorParts(lexicon.parents()))
    now = utc_now()
    for number in range(WATCHES):
        lat, lon = (number * 7 % 160) - 80, (number * 13 % 360) - 180
        when = {"place": {"name": "x", "lat": lat, "lon": lon, "within_km": 30}}
        body = {"id": f"w{number}", "when": when, "notify": ["desk"]}
        index.put(Item(id=body["id"], version=1, owner="bench", created_at=now, changed_at=now, body=body))
    reports = [reader.read_text(text) for text in texts]
    match_us = per_item_us(lambda report: list(index.matches(ReportView(report), now)), reports)
    row(f"match a report with {WATCHES:,} watches", match_us, "us")


if __name__ == "__main__":
    main()
