"""Conflict places that the other lists lack: bases, neighbourhoods, front-line villages."""

from collections.abc import Iterator
from typing import Any

from shared.names import data_files
from shared.names.records import NamedPlace, Place

FILE = "places.yaml"
ALIASES_FILE = "place_aliases.yaml"


def places() -> Iterator[NamedPlace]:
    """The rows of ``data/places.yaml``; each carries the source of its facts there."""
    rows = _load(FILE)
    for row in rows:
        place = Place(
            id=f"tocsin:{row['id']}",
            name=row["name"],
            lat=row["lat"],
            lon=row["lon"],
            country=row["country"],
            feature=row["feature"],
        )
        yield NamedPlace(place, (*row.get("aliases", ()), *row.get("native", ())))


def with_aliases(places: list[NamedPlace]) -> list[NamedPlace]:
    """The places, with the further spellings of ``data/place_aliases.yaml``. Raises KeyError for a row of no place."""
    row_of = {named.place.id: number for number, named in enumerate(places)}
    for row in _load(ALIASES_FILE):
        number = row_of[row["id"]]
        named = places[number]
        places[number] = NamedPlace(named.place, (*named.names, *row["aliases"]), named.short)
    return places


def _load(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = data_files.read_yaml(name)
    return rows
