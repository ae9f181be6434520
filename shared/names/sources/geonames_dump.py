"""GeoNames country dumps: tables of 19 columns without a header, as text or zipped (CC BY 4.0).

Format: https://download.geonames.org/export/dump/readme.txt
"""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from shared.names.records import NamedPlace, Place

COLUMNS = 19
_ORDERS = {"ADM1": 1, "ADM2": 2, "ADM3": 2, "ADM4": 2}
# Airfields, military sites, camps; waters, islands, mountains and other land. Towns are told by their class.
_FEATURES = {
    **dict.fromkeys(("AIRP", "AIRF", "AIRH"), "airport"),
    **dict.fromkeys(("AIRB",), "airbase"),
    **dict.fromkeys(("INSM", "MILB", "NVB"), "base"),
    **dict.fromkeys(("CMPRF", "CMP", "DAM", "PS", "OILR", "PRN"), "facility"),
    **dict.fromkeys(("LK", "LKS", "STM", "STMX", "SEA", "BAY", "GULF", "STRT", "CNL", "RSV", "WAD"), "region"),
    **dict.fromkeys(("ISL", "ISLS", "MT", "MTS", "VAL", "DSRT", "PEN", "RGN", "HLLS", "PLN", "FRST"), "region"),
}
_NO_TOWN = frozenset({"PPLH", "PPLQ", "PPLW"})  # gone, deserted, destroyed


class DumpError(ValueError):
    """A file is no GeoNames dump; the message names the line and what to do."""


def places(path: Path) -> Iterator[NamedPlace]:
    """The places, regions, airfields, camps, waters and lands of a dump. Raises DumpError, or OSError."""
    for number, line in enumerate(_lines(path), start=1):
        cells = line.rstrip("\n").split("\t")
        if len(cells) != COLUMNS:
            raise DumpError(
                f"{path.name}:{number}: {len(cells)} columns, not {COLUMNS}. Give a country's dump of GeoNames (XX.zip)"
            )
        try:
            place = _place(cells)
        except ValueError as error:
            raise DumpError(f"{path.name}:{number}: {error}. Download the file anew") from error
        if place is not None:
            names = (cells[2], *cells[3].split(","))
            yield NamedPlace(place, tuple(dict.fromkeys(n for n in names if n and n != place.name and "://" not in n)))


def _lines(path: Path) -> Iterator[str]:
    if not zipfile.is_zipfile(path):
        with path.open(encoding="utf-8") as file:
            yield from file
        return
    with zipfile.ZipFile(path) as archive:
        tables = [n for n in archive.namelist() if n.endswith(".txt") and not n.lower().startswith("readme")]
        if len(tables) != 1:
            raise DumpError(
                f"{path.name} holds {len(tables)} tables, not one. Give a country's dump of GeoNames (XX.zip)"
            )
        with archive.open(tables[0]) as file:
            yield from io.TextIOWrapper(file, encoding="utf-8")


def _place(cells: list[str]) -> Place | None:
    kind, code = cells[6], cells[7]
    is_town = kind == "P" and code not in _NO_TOWN
    order = _ORDERS.get(code, 0)
    feature = "populated_place" if is_town else "region" if order else _FEATURES.get(code)
    if feature is None:
        return None
    return Place(
        id=f"gn:{int(cells[0])}",
        name=cells[1],
        lat=float(cells[4]),
        lon=float(cells[5]),
        country=cells[8],
        feature=feature,
        population=int(cells[14] or 0),
        admin1=cells[10],
        geoname_id=int(cells[0]),
        order=order,
        capital=code == "PPLC",
    )
