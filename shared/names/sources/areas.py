"""Parts of the world that no other list has: seas, rivers, islands, parts of continents (``data/areas.yaml``)."""

from collections.abc import Iterator
from importlib import resources

import yaml

from shared.names.records import NamedPlace, Place

FILE = "areas.yaml"


def places() -> Iterator[NamedPlace]:
    """About 330 areas."""
    text = resources.files("shared.names").joinpath("data", FILE).read_text(encoding="utf-8")
    for row in yaml.safe_load(text):
        place = Place(
            id=f"area:{row['id']}",
            name=row["name"],
            lat=row["lat"],
            lon=row["lon"],
            country=row.get("country", ""),
            feature="region",
        )
        yield NamedPlace(place, tuple(row.get("aliases", ())))
