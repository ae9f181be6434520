"""What a gazetteer and a lexicon hold."""

from typing import Literal

from msgspec import Struct

ActorKind = Literal[
    "armed_group",
    "state_force",
    "state",
    "coalition",
    "militia",
    "political",
    "international_force",
    "observer",
    "proposed",
]
AREA_FEATURES = frozenset({"country", "region"})
# Ids of a desk's own places and actors; no list's begin so.
OWN_PREFIX = "own:"


class Place(Struct, frozen=True, kw_only=True, gc=False):
    """A place of the gazetteer. ``id`` carries its source: ``gn:170592``, ``icao:OSDZ``, ``tocsin:t4-airbase``.

    ``country`` is an ISO 3166 alpha-2 code, ``admin1`` GeoNames' code of the first-order division, ``population``
    people (0 where unknown). A country stands at its own centre, never at its capital. ``order`` is 1 or 2 for an
    administrative region of that order; ``capital`` marks a country's.
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
    order: int = 0
    capital: bool = False

    def __hash__(self) -> int:
        """An id stands for one place."""
        return hash(self.id)

    @property
    def is_area(self) -> bool:
        """Whether this is a country or region, whose point says nothing about a radius around it."""
        return self.feature in AREA_FEATURES

    @property
    def is_own(self) -> bool:
        """Whether the place is of a desk's own names."""
        return self.id.startswith(OWN_PREFIX)

    @property
    def is_curated(self) -> bool:
        """Whether the place is of Tocsin's own list."""
        return self.id.startswith("tocsin:")


class NamedPlace(Struct, frozen=True):
    """A place with every name that may stand for it, as written. The place's own name is not among ``names``.

    ``short`` are abbreviations that stand for it only behind another name ("Paris, Tex.", "Tiyas (T4)").
    """

    place: Place
    names: tuple[str, ...] = ()
    short: tuple[str, ...] = ()


class LexiconActor(Struct, frozen=True, kw_only=True):
    """An actor of the lexicon: armed, or (``observer``) one that watches armed ones and is quoted on them.

    ``aliases`` and ``native`` name it wherever they stand; ``ambiguous`` ones only with a ``context`` word, another
    name of the actor, or one of its countries in the same report, and never beside a word of ``against``. ``parents``
    are the actors that it is part of. One of kind ``proposed`` is not of the lexicon: a report's words suggest it.
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
    against: tuple[str, ...] = ()
    active: dict[str, int] = {}
    source: str = ""

    def __hash__(self) -> int:
        """An id stands for one actor."""
        return hash(self.id)
