"""Mentions: from patterns found in a text to the surfaces that may be names there. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from shared.names.compile import ACRONYM, AMBIGUOUS, CASED
from shared.names.fold import fold
from shared.names.gazetteer import Gazetteer, Hit, Meaning
from shared.names.records import LexiconActor

MIN_LETTERS = 3
_SENTENCE_ENDS = frozenset(".!?…؟。:\n\"“”«»—–")


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


def find_surfaces(gazetteer: Gazetteer, text: str) -> list[Surface]:
    """Names in the text, longest first where they overlap, in order of their starts."""
    words = frozenset(w for w in _words(text) if w[:1].islower())
    surfaces = [s for hit in gazetteer.find(text) if (s := _surface(gazetteer, text, hit, words)) is not None]
    return _without_overlaps(_with_context(surfaces, text))


def _words(text: str) -> Iterable[str]:
    return "".join(c if c.isalnum() else " " for c in text).split()


def _surface(gazetteer: Gazetteer, text: str, hit: Hit, lowercase: frozenset[str]) -> Surface | None:
    surface = text[hit.start : hit.end]
    # A word that the report also writes small is a word, not a name: "Most", "March", "Reading".
    if _letters(surface) < MIN_LETTERS and not surface.isupper() or surface.lower() in lowercase and surface.istitle():
        return None
    meanings = tuple(m for m in gazetteer.meanings(hit) if _is_written_so(surface, m.flags))
    return Surface(hit.start, hit.end, surface, meanings) if meanings else None


def _letters(surface: str) -> int:
    return sum(c.isalnum() for c in surface)


def _is_written_so(surface: str, flags: int) -> bool:
    """Whether the text writes the name as strictly as its spelling asks."""
    letters = [c for c in surface if c.isalpha()]
    if not letters or not any(c.isupper() or c.islower() for c in letters):
        return True  # a script without case
    if flags & ACRONYM:
        return all(c.isupper() for c in letters)
    return not flags & CASED or letters[0].isupper()


def _with_context(surfaces: list[Surface], text: str) -> list[Surface]:
    """Without those ambiguous actor names that nothing in the report supports."""
    folded = fold(text).text
    sure = {m.actor.id for s in surfaces for m in s.meanings if m.actor and not m.flags & AMBIGUOUS}
    countries = {m.place.country for s in surfaces for m in s.meanings[:1] if m.place and m.place.feature == "country"}

    def is_supported(meaning: Meaning) -> bool:
        actor = meaning.actor
        if actor is None or not meaning.flags & AMBIGUOUS:
            return True
        return (
            actor.id in sure
            or not countries.isdisjoint(actor.countries)
            or any(f" {word} " in folded for word in map(_folded_word, actor.context))
        )

    kept = []
    for surface in surfaces:
        meanings = tuple(filter(is_supported, surface.meanings))
        if meanings:
            kept.append(Surface(surface.start, surface.end, surface.text, meanings))
    return kept


@cache
def _folded_word(word: str) -> str:
    return fold(word).text.strip()


def _without_overlaps(surfaces: list[Surface]) -> list[Surface]:
    """Of overlapping surfaces the longest stays: "New York" hides "York"."""
    taken: list[Surface] = []
    covered: set[int] = set()
    for surface in sorted(surfaces, key=lambda s: (s.start - s.end, s.start)):
        span = range(surface.start, surface.end)
        if covered.isdisjoint(span):
            taken.append(surface)
            covered.update(span)
    return sorted(taken, key=lambda s: s.start)


def starts_sentence(text: str, start: int) -> bool:
    """Whether nothing but a sentence's end stands before this offset, so that a capital says nothing."""
    before = text[:start].rstrip(" \t'\"“«(")
    return not before or before[-1] in _SENTENCE_ENDS


