"""How much of what stands in reports the reader sees, on reports written apart from its rules.

    python -m tests.accuracy.reports [--json] [--report ID] [--set conflicts|general]

``conflicts`` are reports on twenty conflicts; ``general`` is local news of the United States and news of the world. Of
``general`` only the reports with odd numbers were looked at when rules were written.

found: a location overlaps a surface of the place, or bears its very name. placed: one of these lies within the
tolerance. wrong: listed surfaces that are no place, yet were located. clutter: locations in appeals, bylines and
disclaimers. extra: locations outside clutter at no listed surface. Locations that the reader itself marks as
boilerplate do not count.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from services.extractor.read import Reader
from shared.events import Actor, Location, Report
from shared.geo import distance_km
from shared.names import gazetteer
from tests.accuracy.report_files import SETS, GoldReport, Place, Span, load, overlap

COLUMNS = ("places", "found", "placed", "not_places", "wrong", "clutter", "extra", "actors", "actors_found")
Found = TypeVar("Found", Actor, Location)


@dataclass
class Score:
    """What was counted in one report, and a line for each thing that went wrong."""

    id: str
    counts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)


def score(gold: GoldReport, report: Report) -> Score:
    """Compares what was read with what stands there. Raises ``ValueError`` when the reader changed the text."""
    if report.text.rstrip() != gold.text.rstrip():
        raise ValueError(f"{gold.id}: the reader changed the text, so spans cannot be compared")
    result = Score(gold.id)
    locations = [location for location in report.locations if location.zone != "boilerplate"]
    for place in gold.places:
        _score_place(result, place, _meant(gold, place, locations))
    _score_others(result, gold, locations)
    _score_actors(result, gold, [actor for actor in report.actors if actor.zone != "boilerplate"])
    return result


def _meant(gold: GoldReport, place: Place, locations: list[Location]) -> list[Location]:
    at = _touching(locations, gold.spans(place.text))
    return at or [each for each in locations if each.name.casefold() == place.text.casefold()]


def _touching(found: Iterable[Found], spans: Iterable[Span]) -> list[Found]:
    spans = list(spans)
    return [each for each in found if any(overlap((each.start, each.end), span) for span in spans)]


def _score_place(result: Score, place: Place, meant: list[Location]) -> None:
    placed = any(_distance(place, each) <= place.tolerance_km for each in meant)
    outcome = {"places": 1, "found": bool(meant), "placed": placed}
    result.counts.update(outcome)
    result.kinds.update({f"{place.kind} {what}": count for what, count in outcome.items()})
    if not meant:
        result.lines.append(f"missed {place.kind}: {place.text}")
    elif not placed:
        nearest = min(meant, key=lambda each: _distance(place, each))
        far = f"{_distance(place, nearest):.0f} km from it"
        result.lines.append(f"misplaced {place.kind}: {place.text} -> {_shown(nearest)}, {far}")


def _score_others(result: Score, gold: GoldReport, locations: list[Location]) -> None:
    for surface in gold.not_places:
        wrong = _touching(locations, gold.spans(surface))
        result.counts.update({"not_places": 1, "wrong": bool(wrong)})
        result.lines += [f"wrong: {surface} -> {_shown(wrong[0])}"] if wrong else []
    in_clutter = _touching(locations, gold.clutter())
    listed = _touching(locations, [*gold.clutter(), *(span for text in gold.surfaces() for span in gold.spans(text))])
    extra = [each for each in locations if each not in listed]
    result.counts.update({"clutter": len(in_clutter), "extra": len(extra)})
    result.lines += [f"in clutter: {_shown(each)}" for each in in_clutter]
    result.lines += [f"extra: {_shown(each)}" for each in extra]


def _score_actors(result: Score, gold: GoldReport, found: list[Actor]) -> None:
    missed = [actor for actor in gold.actors if not _touching(found, gold.spans(actor))]
    result.counts.update({"actors": len(gold.actors), "actors_found": len(gold.actors) - len(missed)})
    result.lines += [f"missed actor: {actor}" for actor in missed]


def _distance(place: Place, location: Location) -> float:
    return distance_km(place.lat, place.lon, location.lat, location.lon)


def _shown(location: Location) -> str:
    return f"{location.text} = {location.name} ({location.country or '?'}, {location.feature})"


def _print_table(scores: list[Score], total: Counter[str], kinds: Counter[str]) -> None:
    print(f"{'report':<32}" + "".join(f"{column:>13}" for column in COLUMNS))
    for name, counts in [*((each.id, each.counts) for each in scores), ("total", total)]:
        print(f"{name:<32}" + "".join(f"{counts[column]:>13}" for column in COLUMNS))
    for kind in sorted({key.split()[0] for key in kinds}):
        print(f"{kind:<32}" + "".join(f"{kinds[f'{kind} {column}']:>13}" for column in COLUMNS[:3]))


def _print_lines(scores: list[Score]) -> None:
    for each in scores:
        for line in each.lines:
            print(f"{each.id}: {line}")


def main() -> None:
    """Reads all reports and prints the table and what went wrong; with ``--json`` a last line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="a last line of JSON")
    parser.add_argument("--report", default="", help="only the report with this id")
    parser.add_argument("--set", choices=SETS, default="conflicts", help="which reports")
    options = parser.parse_args()
    reader = Reader(gazetteer.load())
    chosen = [gold for gold in load(SETS[options.set]) if options.report in ("", gold.id)]
    scores = [score(gold, reader.read_text(gold.body, title=gold.title)) for gold in chosen]
    total, kinds = Counter[str](), Counter[str]()
    for each in scores:
        total.update(each.counts)
        kinds.update(each.kinds)
    _print_table(scores, total, kinds)
    _print_lines(scores)
    if options.json:
        print(json.dumps({"total": total, "kinds": kinds, "reports": {each.id: each.counts for each in scores}}))


if __name__ == "__main__":
    main()
