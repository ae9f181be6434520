"""Places that users add by YAML, in the shape of ``data/places.yaml``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta, Struct

from shared.names.records import NamedPlace, Place


class RowsError(ValueError):
    """A file of rows is wrong; the message names the row, the field and what to do."""


class _Row(Struct, forbid_unknown_fields=True, kw_only=True):
    id: Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    name: Annotated[str, Meta(min_length=1)]
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}$")]
    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    feature: str = "town"
    aliases: tuple[str, ...] = ()
    native: tuple[str, ...] = ()
    admin1: str = ""
    source: str = ""


def places(path: Path) -> Iterator[NamedPlace]:
    """The rows of a file, as places with ids ``user:...``. Raises RowsError, or OSError."""
    for number, row in enumerate(_rows(path), start=1):
        try:
            parsed = msgspec.convert(row, _Row)
        except msgspec.ValidationError as error:
            raise RowsError(f"{path.name}, row {number}: {error}. docs/runbook.md shows a row") from error
        place = Place(
            id=f"user:{parsed.id}",
            name=parsed.name,
            lat=parsed.lat,
            lon=parsed.lon,
            country=parsed.country,
            feature=parsed.feature,
            admin1=parsed.admin1,
        )
        yield NamedPlace(place, (*parsed.aliases, *parsed.native))


def _rows(path: Path) -> list[object]:
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RowsError(f"{path.name} is no YAML: {error}") from error
    if not isinstance(rows, list):
        raise RowsError(f"{path.name} holds no list. Write one row a place: - {{id: ..., name: ..., country: ...}}")
    return rows
