"""A desk's areas: circles and shapes that watches call by an id, so that a sensitive place stands in one file alone.

They are written under ``areas`` in ``watches.yaml``, or in an ``areas.yaml`` beside it, which need not be tracked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from shared.config.items import ID_PATTERN, ItemModel, Parsed, parse_items
from shared.config.yaml_file import ConfigError, Document, load

KEY = "areas"
FILE = "areas.yaml"


class Area(ItemModel):
    """A point and so many kilometres around it, or a shape, with as many around it where they are given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=ID_PATTERN)]
    name: str | None = Field(default=None, min_length=1, max_length=200)
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    within_km: Annotated[float, Field(gt=0, le=2000)] | None = None
    geojson: str | dict[str, Any] | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> "Area":
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon go together. Give both")
        if (self.lat is None) == (self.geojson is None):
            raise ValueError("an area is a point or a shape. Give lat, lon and within_km, or geojson")
        if self.lat is not None and self.within_km is None:
            raise ValueError("a point needs a radius. Add within_km")
        return self


@dataclass(frozen=True, slots=True)
class Areas:
    """The areas of a folder by id, and what is wrong with others."""

    by_id: Mapping[str, Area] = field(default_factory=dict)
    errors: tuple[ConfigError, ...] = ()


def areas_of(watches: Document, folder: Path) -> Areas:
    """The areas of this ``watches.yaml`` and of the ``areas.yaml`` in the folder."""
    errors: list[ConfigError] = []
    found: dict[str, Area] = {}
    for parsed in (_parsed(watches, errors), _of_file(folder, errors)):
        for entry in parsed.entries:
            if entry.model.id in found:
                errors.append(ConfigError(entry.place, f"there are two areas '{entry.model.id}'", "Give it another id"))
            found.setdefault(entry.model.id, entry.model)
        errors.extend(parsed.errors)
    return Areas(found, tuple(errors))


def areas_in(folder: Path) -> Areas:
    """The areas of a folder. A file that cannot be read has none, and says why."""
    try:
        return areas_of(load(folder / "watches.yaml"), folder)
    except ConfigError as error:
        return Areas(errors=(error,))


def _of_file(folder: Path, errors: list[ConfigError]) -> Parsed[Area]:
    try:
        document = load(folder / FILE)
    except ConfigError as error:
        errors.append(error)
        return Parsed((), ())
    for key in document.value.keys() - {KEY} if isinstance(document.value, dict) else ():
        place = document.place((str(key),))
        errors += [ConfigError(place, f"'{key}' is not a known key", "This file holds 'areas:' alone")]
    return _parsed(document, errors)


def _parsed(document: Document, errors: list[ConfigError]) -> Parsed[Area]:
    try:
        return parse_items(document, KEY, Area)
    except ConfigError as error:
        errors.append(error)
        return Parsed((), ())
