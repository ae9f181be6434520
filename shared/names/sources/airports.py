"""Airports and airfields: airportsdata."""

from collections.abc import Iterator

import airportsdata

from shared.names.records import NamedPlace, Place


def places() -> Iterator[NamedPlace]:
    """About 28,000 airfields; only full names stand for them, for their codes are words and other places' names."""
    for row in airportsdata.load().values():
        if " " not in row["name"]:
            continue
        yield NamedPlace(
            Place(
                id=f"icao:{row['icao']}",
                name=row["name"],
                lat=row["lat"],
                lon=row["lon"],
                country=row["country"],
                feature="airport",
            )
        )
