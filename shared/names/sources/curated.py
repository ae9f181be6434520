"""Conflict places that the other lists lack: bases, neighbourhoods, front-line villages."""

from collections.abc import Iterator
from importlib import resources

import yaml

from shared.names.records import NamedPlace, Place

FILE = "places.yaml"


def places() -> Iterator[NamedPlace]:
    """The rows of ``data/places.yaml``; each carries the source of its facts there."""
    rows = yaml.safe_load(resources.files("shared.names").joinpath("data", FILE).read_text(encoding="utf-8"))
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
