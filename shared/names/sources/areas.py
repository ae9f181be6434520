"""Parts of the world that no other list has: seas, rivers, islands, parts of continents (``data/areas.yaml``)."""

from collections.abc import Iterator

from shared.names import data_files
from shared.names.records import NamedPlace, Place

FILE = "areas.yaml"


def places() -> Iterator[NamedPlace]:
    """About 330 areas."""
    for row in data_files.read_yaml(FILE):
        place = Place(
            id=f"area:{row['id']}",
            name=row["name"],
            lat=row["lat"],
            lon=row["lon"],
            country=row.get("country", ""),
            feature="region",
        )
        yield NamedPlace(place, tuple(row.get("aliases", ())))
