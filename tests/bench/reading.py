"""What it costs to read a report, as a text and as a page, and what each stage costs."""

from collections.abc import Callable, Sequence
from typing import Any

import trafilatura

from services.extractor import html_text
from services.extractor.language import detect_language
from services.extractor.mentions import find_surfaces
from services.extractor.places.resolve import resolve
from services.extractor.proposals import proposals
from services.extractor.read import Reader, passages
from services.extractor.writing import Writing
from services.extractor.zones import zone_spans
from shared import collector
from shared.names.fold import fold
from shared.names.gazetteer import Gazetteer
from tests.bench.measure import once_us, per_item_us, row, side_by_side_us
from tests.bench.pages import pages

MOST_PAGES = 24
WARM_UP = "Shelling hit Dayr Hafer near Halab, they said. 城"


def texts(names: Gazetteer, reports: Sequence[str]) -> None:
    """Prints the rows of plain texts. No sentence stands in two of them, but each is read in every round."""
    reader = Reader(names)
    reader.read_text(WARM_UP)  # tables are built on first use
    collector.settle()  # as the worker does
    first_us = once_us(reader.read_text, reports)
    read_us = per_item_us(reader.read_text, reports)
    length = sum(map(len, reports)) / len(reports)
    row("read a text", read_us, "us", f"{1e6 / read_us:,.0f} reports a second a core, of {length:,.0f} characters")
    row("read a text for the first time", first_us, "us", f"{1e6 / first_us:,.0f} a second: no name was met before")
    for name, stage_us in _stages(names, reports).items():
        row(f"  {name}", stage_us, "us", f"{100 * stage_us / read_us:.0f} %")


def _stages(names: Gazetteer, reports: Sequence[str]) -> dict[str, float]:
    """What each stage costs, on what the stages before it give."""
    writings = [Writing(report) for report in reports]
    listed = [(report, names.look_for_listed(report).known) for report in reports]
    surfaces = [(find_surfaces(names, writing), writing) for writing in writings]
    zones = [(report, zone_spans(report)) for report in reports]
    find_us = per_item_us(names.find, reports)
    return {
        "zones": per_item_us(zone_spans, reports),
        "fold": per_item_us(fold, reports),
        "find listed names, with the fold": per_item_us(names.look_for_listed, reports),
        "find names by key": _per_tuple_us(names.find_by_key, listed),
        "words, capitals, lines": per_item_us(_all_of_writing, reports),
        "judge how names are written, and actors": _find_surfaces_us(names, writings) - find_us,
        "resolve places": _per_tuple_us(resolve, surfaces),
        "propose actors": per_item_us(lambda report: proposals(report, (), ()), reports),
        "passages": _per_tuple_us(passages, zones),
        "language": per_item_us(detect_language, reports),
    }


def _find_surfaces_us(names: Gazetteer, writings: Sequence[Writing]) -> float:
    return per_item_us(lambda writing: find_surfaces(names, writing), writings)


def _per_tuple_us(work: Callable[..., object], arguments: Sequence[tuple[Any, ...]]) -> float:
    return per_item_us(lambda of_one: work(*of_one), arguments)


def _all_of_writing(report: str) -> object:
    writing = Writing(report)
    return writing.lowercase, writing.capitals, writing.shouts_at(0)


def _bare(page: bytes) -> object:
    return trafilatura.bare_extraction(page, fast=True)


def html(names: Gazetteer, reports: Sequence[str]) -> None:
    """Prints the rows of pages: what we do, beside the extractor that we use at its fastest and without metadata."""
    reader, sites = Reader(names), pages(reports[:MOST_PAGES])
    bare_us, page_us, html_us = side_by_side_us((_bare, html_text.page_text, reader.read_html), sites)
    size = sum(map(len, sites)) / len(sites) / 1000
    row("HTML to text alone (trafilatura, fast)", bare_us, "us", f"pages of {size:,.0f} kB")
    row("a page to its paragraphs, pruned", page_us, "us", f"{100 * (page_us / bare_us - 1):+.0f} % beside it")
    row("read a page", html_us, "us", f"{100 * (html_us / bare_us - 1):+.0f} % beside it")
