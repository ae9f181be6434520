"""A desk's own names, as ``names.yaml`` gives them: places and actors that the lists lack, and further spellings."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from shared.config.items import ID_PATTERN, CountryCode, ItemModel, Parsed, parse_items
from shared.config.yaml_file import Document

KEY = "names"
Spelling = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class Name(ItemModel):
    """A place (with a point) or an actor of the desk's own; or, with ``same_as``, further spellings of a listed one.

    ``ambiguous`` spellings count only with a word of ``context`` in the sentence; ``parents`` are ids of actors that an
    actor is part of.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=ID_PATTERN)]
    kind: Literal["place", "actor"]
    name: Spelling | None = None
    aliases: tuple[Spelling, ...] = ()
    same_as: str | None = Field(default=None, min_length=1, max_length=200)
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    country: CountryCode | None = None
    countries: tuple[CountryCode, ...] = ()
    parents: tuple[str, ...] = ()
    ambiguous: tuple[Spelling, ...] = ()
    context: tuple[Spelling, ...] = ()

    @field_validator("aliases", "countries", "parents", "ambiguous", "context", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _has_something(self) -> "Name":
        if not (self.name or self.aliases or self.ambiguous):
            raise ValueError("a name needs a spelling. Add name: or aliases:")
        if self.ambiguous and not self.context:
            raise ValueError("ambiguous spellings need words that support them. Add context: [...]")
        return self

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Name":
        if self.kind == "place":
            self._check_place()
        elif self.lat is not None or self.lon is not None or self.country is not None:
            raise ValueError(
                "an actor has no point and no single country. Remove lat, lon and country; write countries: [...]"
            )
        elif self.same_as is not None and (self.countries or self.parents):
            raise ValueError(
                "an actor with same_as has the listed one's countries and parents. Remove them, or same_as"
            )
        return self

    def _check_place(self) -> None:
        if self.countries or self.parents or self.ambiguous or self.context:
            raise ValueError(
                "countries, parents, ambiguous and context are for actors. Remove them, or write kind: actor"
            )
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon go together. Give both")
        if self.lat is None and self.same_as is None:
            raise ValueError("a place needs a point. Add lat and lon, or same_as: the id of a listed place")
        if self.lat is not None and self.same_as is not None:
            raise ValueError("a place with same_as has the listed point. Remove lat and lon, or same_as")

    @property
    def spellings(self) -> tuple[str, ...]:
        """All spellings that stand for it wherever they are, its display name first."""
        return tuple(dict.fromkeys(s for s in (self.name, *self.aliases) if s))

    @property
    def shown(self) -> str:
        """What reports and alerts call it."""
        return (*self.spellings, *self.ambiguous)[0]


def parse_names(document: Document) -> Parsed[Name]:
    """The names of a ``names.yaml``. Raises ConfigError where the document as a whole is wrong."""
    return parse_items(document, KEY, Name)
