"""What a gazetteer and a lexicon hold."""

from typing import Literal

from msgspec import Struct

ActorKind = Literal["armed_group", "state_force", "state", "coalition", "militia", "political", "international_force"]
AREA_FEATURES = frozenset({"country", "region"})


class Place(Struct, frozen=True, kw_only=True):
    """A place of the gazetteer. ``id`` carries its source: ``gn:170592``, ``icao:OSDZ``, ``tocsin:t4-airbase``.

    ``country`` is an ISO 3166 alpha-2 code, ``admin1`` GeoNames' code of the first-order division, ``population``
    people (0 where unknown). A country stands at its own centre, never at its capital.
    """

    id: str
    name: str
    lat: float
    lon: float
    country: str
    feature: str = "populated_place"
    population: int = 0
    admin1: str = ""
    geoname_id: int | None = None

    @property
    def is_area(self) -> bool:
        """Whether this is a country or region, whose point says nothing about a radius around it."""
        return self.feature in AREA_FEATURES


class NamedPlace(Struct, frozen=True):
    """A place with every name that may stand for it, as written. The place's own name is not among ``names``."""

    place: Place
    names: tuple[str, ...] = ()


class LexiconActor(Struct, frozen=True, kw_only=True):
    """An armed actor of the lexicon.

    ``aliases`` and ``native`` name it wherever they stand; ``ambiguous`` ones only with a ``context`` word, another
    name of the actor, or one of its countries in the same report. ``parents`` are the actors that it is part of.
    """

    id: str
    name: str
    kind: ActorKind
    countries: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    native: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    active: dict[str, int] = {}
    source: str = ""
