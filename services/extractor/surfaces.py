"""Surfaces: stretches of a text that name something, and all that they may mean."""

from msgspec import Struct

from shared.names.compile import DESK, KEY
from shared.names.gazetteer import Meaning
from shared.names.records import LexiconActor, Place

# So much doubt about a spelling, in powers of ten, and more.
GUESS = 1.0
# A place that most readers know by its name alone.
MIN_POPULATION_WELL_KNOWN = 50_000
# Names whose senses are kept: reports name the same things again and again.
MOST_KEPT = 16_384
_OF_STATE = frozenset({"state", "state_force"})


class Senses(Struct, frozen=True, eq=False):
    """All that a name may mean, and what follows from it. ``is_latin``: it is written in Latin letters.

    ``is_guess``: only a spelling that leaves much open says what it may mean; a listed name within it is surer.
    ``is_country``: it may be a country. ``is_body_of_state``: it names a state's government or forces, and no place.
    ``is_prominent``: it may be a country, a region or a large town.
    """

    meanings: tuple[Meaning, ...]
    actors: tuple[LexiconActor, ...]
    places: tuple[Place, ...]
    is_latin: bool
    is_guess: bool
    is_country: bool
    is_body_of_state: bool
    is_prominent: bool

    @classmethod
    def of(cls, meanings: tuple[Meaning, ...], *, is_latin: bool) -> "Senses":
        """The senses with these meanings."""
        places = tuple(m.place for m in meanings if m.place is not None)
        return cls(
            meanings=meanings,
            actors=tuple(m.actor for m in meanings if m.actor is not None),
            places=places,
            is_latin=is_latin,
            is_guess=all(m.flags & KEY and not m.flags & DESK and m.doubt >= GUESS for m in meanings),
            is_country=any(p.feature == "country" for p in places),
            is_body_of_state=all(m.actor is not None and m.actor.kind in _OF_STATE for m in meanings),
            is_prominent=any(
                p.feature != "populated_place" or p.population >= MIN_POPULATION_WELL_KNOWN for p in places
            ),
        )


class Surface(Struct, frozen=True):
    """A stretch of text that names something, and all that it may mean."""

    start: int
    end: int
    text: str
    senses: Senses
