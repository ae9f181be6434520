"""The watch language: what an analyst writes under ``when``, and how it travels with its names pinned."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from shared.config import text_query
from shared.config.items import ID_PATTERN, CountryCode, ItemModel
from shared.events import Severity, WatchHeader, Zone

# Keys of the target language that this version does not act on; refused by name, so that nobody relies on them.
_NOT_YET = frozenset({"event", "origins", "language", "source"})


class PlaceClause(BaseModel):
    """A place by name, id, country or point, and how far around it; or a shape, inside it or so far from it; or the id
    of an area that is either.

    ``geojson`` is a file beside ``watches.yaml``, or GeoJSON itself, and travels as geometry. ``id``, ``lat``, ``lon``,
    ``feature`` are pinned when the watch is saved; ``unknown`` marks a name that no gazetteer knows, which is then
    matched in the text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = Field(default=None, min_length=1, max_length=200)
    id: str | None = None
    geoname_id: int | None = None
    country: tuple[CountryCode, ...] = ()
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    within_km: Annotated[float, Field(gt=0, le=2000)] | None = None
    feature: str | None = None
    unknown: bool = False
    geojson: str | dict[str, Any] | None = None
    area: str | None = Field(default=None, min_length=1, max_length=100)

    @field_validator("country", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _has_something(self) -> "PlaceClause":
        if self.area is not None:
            if any((self.id, self.geoname_id, self.country)):
                raise ValueError("an area says itself where it is. Leave area, name (for display) and within_km")
            return self
        if self.geojson is not None:
            if any((self.id, self.geoname_id, self.country, self.lat is not None, self.lon is not None)):
                raise ValueError("a shape says itself where it is. Leave geojson, name (for display) and within_km")
            return self
        if not any((self.name, self.id, self.geoname_id, self.country, self.lat is not None)):
            raise ValueError("a place needs a name, id, country, geojson, or lat and lon. Write {name: ...}")
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon go together. Give both")
        if self.lat is not None and self.within_km is None and not self.id:
            raise ValueError("a point needs a radius. Add within_km")
        if self.within_km is not None and self.lat is None and not (self.name or self.id or self.geoname_id):
            raise ValueError("a radius needs a centre. Add name or lat and lon, or remove within_km")
        return self


class ActorClause(BaseModel):
    """An actor by name or id; with ``parts``, whatever is part of it too. ``id`` is pinned when the watch is saved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = Field(default=None, min_length=1, max_length=200)
    id: str | None = None
    parts: bool = False
    unknown: bool = False

    @model_validator(mode="after")
    def _has_something(self) -> "ActorClause":
        if not (self.name or self.id):
            raise ValueError("an actor needs a name or an id. Write {name: ...}")
        return self


class TextClause(BaseModel):
    """Phrases with AND, OR, NOT and parentheses, looked for in these zones (all but boilerplate by default)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query: str = Field(min_length=1, max_length=5000)
    zones: tuple[Zone, ...] = ()

    @field_validator("query")
    @classmethod
    def _parses(cls, value: str) -> str:
        text_query.parse(value)
        return value


_SHORT = {"place": "name", "actor": "name", "text": "query"}


def _long_form(key: str, given: Any) -> Any:
    """``place: UA`` and ``place: [SD, TD]`` are countries; any other bare string is a name or a query."""
    if key == "place" and (isinstance(given, list) or (isinstance(given, str) and re.fullmatch("[A-Z]{2}", given))):
        return {"country": given}
    return {_SHORT[key]: given} if key in _SHORT and isinstance(given, str) else given


class Condition(BaseModel):
    """Exactly one of: all, any, none (of more conditions), place, actor, text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    all: tuple["Condition", ...] = ()
    any: tuple["Condition", ...] = ()
    none: tuple["Condition", ...] = ()
    place: PlaceClause | None = None
    actor: ActorClause | None = None
    text: TextClause | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError("a condition is a mapping. Write {place: ...}, {actor: ...}, {text: ...} or {all: [...]}")  # noqa: TRY004
        early = _NOT_YET & value.keys()
        if early:
            raise ValueError(f"'{min(early)}' conditions are not supported by this version. Use place, actor or text")
        return {key: _long_form(key, given) for key, given in value.items()}

    @model_validator(mode="after")
    def _exactly_one(self) -> "Condition":
        given = sorted(self.model_fields_set)
        if len(given) != 1 or not getattr(self, given[0]):
            found = ", ".join(given) or "nothing"
            raise ValueError(f"a condition has exactly one, non-empty key; found {found}. Join several with all or any")
        return self

    def leaves(self) -> Iterator["Condition"]:
        """The place, actor and text conditions below, wherever they are nested."""
        children = (*self.all, *self.any, *self.none)
        if not children:
            yield self
        for child in children:
            yield from child.leaves()


class Watch(ItemModel):
    """A watch: when it fires, how grave that is, and who is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=ID_PATTERN)]
    when: Condition
    notify: Annotated[tuple[str, ...], Field(min_length=1)]
    name: str = Field(default="", max_length=200)
    severity: Severity = "medium"
    sensitive: bool = False
    label: str = Field(default="", max_length=100)
    enabled: bool = True

    @field_validator("notify", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _sensitive_needs_label(self) -> "Watch":
        if self.sensitive and not self.label:
            raise ValueError("a sensitive watch needs a neutral label to show instead of its name. Add label: ...")
        return self

    def header(self, version: int) -> WatchHeader:
        """The part of the watch that travels with its matches."""
        return WatchHeader(
            id=self.id,
            version=version,
            name=self.name or self.id,
            severity=self.severity,
            notify=self.notify,
            sensitive=self.sensitive,
            label=self.label,
        )
