"""Mentions: from patterns found in a text to the surfaces that may be names there. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from services.extractor.actors import with_sense
from services.extractor.writing import Writing
from shared.names.compile import ACRONYM, AMBIGUOUS, CASED, DESK, KEY
from shared.names.gazetteer import Gazetteer, Hit, Meaning
from shared.names.live import LiveNames
from shared.names.records import LexiconActor
from shared.names.words import region_abbreviations

MIN_LETTERS = 3
# So much doubt about a spelling, in powers of ten, and more.
GUESS = 1.0
MIN_WORDLIKE_ACRONYM = 4
# In running text so few capitals are an acronym; a name is written so in a line of capitals, or as the dateline.
MAX_ACRONYM = 5
MIN_DATELINE = 4
# "al-Fashir", "la Paz": the article may be small where the name is not.
_ARTICLES = frozenset("al el ad an ar as ash at az ed en er es et ez de la le les los las the d l ul".split())  # noqa: SIM905
_WORD = re.compile(r"[^\W_]+")
_OF_STATE = frozenset({"state", "state_force"})
_THE = "the "
# Punctuation folds to a space, but a name does not reach across it.
_BROKEN = re.compile(r"[,;:()\n!?\"“”]")
_ABBREVIATION = re.compile(r"(?:[^\W\d_]\.){2,}")
# "Deir ez-Zor": shorter last words are particles.
MIN_SMALL_LAST_WORD = 4
MOST_SHORT = 6
# A place that most readers know by its name alone.
MIN_POPULATION_WELL_KNOWN = 50_000


@dataclass(frozen=True, slots=True)
class Surface:
    """A stretch of text that names something, and all that it may mean."""

    start: int
    end: int
    text: str
    meanings: tuple[Meaning, ...]

    @property
    def actors(self) -> list[LexiconActor]:
        """The actors that it may mean."""
        return [m.actor for m in self.meanings if m.actor is not None]

    @property
    def is_guess(self) -> bool:
        """Whether only a spelling that leaves much open says what it may mean: a listed name within it is surer."""
        return all(m.flags & KEY and not m.flags & DESK and m.doubt >= GUESS for m in self.meanings)

    @property
    def is_country(self) -> bool:
        """Whether it may be a country."""
        return any(m.place is not None and m.place.feature == "country" for m in self.meanings)

    @property
    def is_body_of_state(self) -> bool:
        """Whether it names a state's government or forces, and no place."""
        return all(m.actor is not None and m.actor.kind in _OF_STATE for m in self.meanings)

    @property
    def is_prominent(self) -> bool:
        """Whether it may be a country, a region or a large town."""
        places = [m.place for m in self.meanings if m.place]
        return any(p.feature != "populated_place" or p.population >= MIN_POPULATION_WELL_KNOWN for p in places)


def find_surfaces(names: Gazetteer | LiveNames, writing: Writing) -> list[Surface]:
    """Names in the text, longest first where they overlap, in order of their starts."""
    text = writing.text
    surfaces = [s for hit in names.find(text) if (s := _surface(names, writing, hit)) is not None]
    return [s for s in _without_overlaps(with_sense(surfaces, writing)) if any(m.place or m.actor for m in s.meanings)]


def _surface(names: Gazetteer | LiveNames, writing: Writing, hit: Hit) -> Surface | None:
    if writing.text[hit.start : hit.end].islower() and names.asks_for_capital(hit):
        return None  # nine hits of ten
    if hit.spelled and writing.shouts_at(hit.start):
        return None  # what sounds like a name has to look like one, and here all words do
    start, end = _without_article(writing.text, hit), _with_last_dot(writing.text, hit.start, hit.end)
    surface = writing.text[start:end]
    if _letters(surface) < (MIN_LETTERS if not surface.isupper() and "." not in surface else 2):
        return None
    # A word that the report also writes small is a word, not a name: "Most", "March", "Reading".
    if surface.istitle() and surface.lower() in writing.lowercase:
        return None
    is_acronym = _is_acronym(surface) and not writing.shouts_at(start)
    if is_acronym and len(surface) >= MIN_DATELINE and writing.opens_line(start):
        is_acronym = False
    look = _look(surface)
    meanings = tuple(
        judged
        for m in names.meanings(hit)
        if (m.flags & ACRONYM or m.actor or not is_acronym)
        and _is_abbreviation(writing, start, m)
        and (judged := _judge_writing(look, m)) is not None
    )
    return Surface(start, end, surface, meanings) if meanings else None


def _without_article(text: str, hit: Hit) -> int:
    """A small "the" is no part of a name."""
    return hit.start + len(_THE) if text.startswith(_THE, hit.start) else hit.start


def _is_abbreviation(writing: Writing, start: int, meaning: Meaning) -> bool:
    """A short form of a place counts behind another name alone: "Paris, Tex.", "Tiyas (T4)"."""
    is_short = meaning.place is not None and meaning.flags & AMBIGUOUS
    return not is_short or writing.text.endswith((", ", " ("), 0, start)


def _with_last_dot(text: str, start: int, end: int) -> int:
    """An abbreviation ends with its dot: "U.S."."""
    if text[end : end + 1] != ".":
        return end
    follows = end - start <= MOST_SHORT and text.endswith(", ", 0, start)
    short = follows and text[start : end + 1] in region_abbreviations()
    return end + 1 if short or ("." in text[start:end] and _ABBREVIATION.fullmatch(text, start, end + 1)) else end


def _is_acronym(surface: str) -> bool:
    return surface.isupper() and surface.isalpha() and len(surface) <= MAX_ACRONYM


def _letters(surface: str) -> int:
    return sum(c.isalnum() for c in surface)


@dataclass(frozen=True, slots=True)
class _Look:
    """How a surface is written. ``last_is_small``: its last word, in a name of several that begins with a capital."""

    has_case: bool
    letters: int
    is_upper: bool
    is_title: bool
    is_capitalised: bool
    has_capital_inside: bool
    last_is_small: bool
    is_broken: bool


@lru_cache(8_192)
def _look(surface: str) -> _Look:
    tokens = _WORD.findall(surface)
    first = tokens[0] if tokens else ""
    opens = first[:1].isupper() or not first[:1].isalpha()
    article = first in _ARTICLES and len(tokens) > 1 and tokens[1][:1].isupper()
    return _Look(
        has_case=surface.lower() != surface.upper(),
        letters=sum(map(str.isalpha, surface)),
        is_upper=surface.isupper(),
        is_title=surface.istitle(),
        is_capitalised=bool(tokens) and (opens or article),
        has_capital_inside=any(token[:1].isupper() for token in tokens[1:]),
        is_broken=_BROKEN.search(surface) is not None,
        last_is_small=len(tokens) > 1
        and opens
        and tokens[-1].islower()
        and tokens[-1].isascii()
        and len(tokens[-1]) >= MIN_SMALL_LAST_WORD,
    )


def _judge_writing(look: _Look, meaning: Meaning) -> Meaning | None:
    """The meaning where the text writes the name as strictly as its spelling asks; None where it does not."""
    flags = meaning.flags
    if look.is_broken and meaning.place is not None:
        return None
    if not look.letters or not look.has_case:
        return meaning  # a script without case
    if flags & ACRONYM and not look.is_upper:
        # Some newsrooms write a long acronym as a word ("Isis"); then it may be another word, and needs context.
        wordlike = meaning.actor is not None and look.is_title and look.letters >= MIN_WORDLIKE_ACRONYM
        return Meaning(flags | AMBIGUOUS, actor=meaning.actor) if wordlike else None
    if flags & CASED and not look.is_capitalised:
        # "katiba Macina", "brigades al-Qassam": the common noun may be small
        return meaning if meaning.actor is not None and look.has_capital_inside else None
    is_trusted = flags & DESK or (meaning.place is not None and meaning.place.is_curated)
    if look.last_is_small and meaning.place is not None and not is_trusted:
        return None  # "The village", "Bali airport": a list's name would be in capitals
    return meaning


# ---------------------------------------------------------------- overlaps


def _without_overlaps(surfaces: list[Surface]) -> list[Surface]:
    """Of overlapping ones the longest stays: "New York" hides "York". A state's army leaves the state in its name."""
    taken: list[Surface] = []
    covered: set[int] = set()
    covered_by_state: set[int] = set()
    for surface in sorted(surfaces, key=lambda s: (s.is_guess, s.start - s.end, s.start)):
        span = range(surface.start, surface.end)
        if covered.isdisjoint(span) and (covered_by_state.isdisjoint(span) or surface.is_country):
            taken.append(surface)
            (covered_by_state if surface.is_body_of_state else covered).update(span)
    return sorted(taken, key=lambda s: s.start)
