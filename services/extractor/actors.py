"""Actors: what ambiguous names mean in a report, and armed bodies that no list has. Pure.

An ambiguous name ("SDF", "IS", "Army of Islam") counts where the report says so: another name of the actor stands in
it, a word of its context stands in the sentence, or the report speaks of its country. It never counts where the report
spells the letters out otherwise, or where a word of another sense stands beside it. One sense holds for a whole report.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache, cached_property

from msgspec.structs import replace

from services.extractor.surfaces import Senses, Surface
from services.extractor.writing import Writing
from shared.names.compile import ACRONYM, AMBIGUOUS
from shared.names.fold import fold, fold_name
from shared.names.gazetteer import Meaning
from shared.names.records import LexiconActor
from shared.sentences import sentence_around

# "Students' Debating Federation (SDF)": what an acronym stands for in this report.
_BRACKETED = re.compile(r"\((\w{2,6})\)")
_LOOK_BACK = 120
_SMALL_WORDS = frozenset("of the and for in de la le les des du et y del los las e и та і".split())  # noqa: SIM905
# In a line of capitals, letters as few as these are a word as likely as an acronym ("THIS IS WAR").
MAX_WORDLIKE_ACRONYM = 4
# How much each kind of support says; the best-supported of several actors is meant.
_NAMED, _SPELLED_OUT, _IN_SENTENCE, _COUNTRY = 8, 8, 4, 2


def with_sense(surfaces: Sequence[Surface], writing: Writing) -> list[Surface]:
    """Surfaces without actors that the report does not support; the best supported of several actors first."""
    report = _Report(surfaces, writing)
    support: dict[tuple[str, str], int] = {}
    for surface in surfaces:
        for meaning in surface.senses.meanings if surface.senses.actors else ():
            if meaning.actor is not None and meaning.flags & AMBIGUOUS:
                key = (surface.text, meaning.actor.id)
                support[key] = max(support.get(key, 0), report.support(surface, meaning, meaning.actor))
    kept = []
    for surface in surfaces:
        meanings = _supported(surface, support) if surface.senses.actors else surface.senses.meanings
        if meanings == surface.senses.meanings:
            kept.append(surface)
        elif meanings:
            kept.append(replace(surface, senses=Senses.of(meanings, is_latin=surface.senses.is_latin)))
    return kept


def _supported(surface: Surface, support: dict[tuple[str, str], int]) -> tuple[Meaning, ...]:
    meanings = surface.senses.meanings
    places = [m for m in meanings if m.actor is None]
    scored = [(support.get((surface.text, m.actor.id), _NAMED), m) for m in meanings if m.actor is not None]
    kept = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: -pair[0])
    return (*places, *(m for _, m in kept))


class _Report:
    """What the whole report says about actors."""

    def __init__(self, surfaces: Sequence[Surface], writing: Writing) -> None:
        meant = [m for s in surfaces if s.senses.actors for m in s.senses.meanings]
        self.sure = frozenset(m.actor.id for m in meant if m.actor and not m.flags & AMBIGUOUS)
        first = [s.senses.meanings[0].place for s in surfaces if s.senses.is_country]
        named = {place.country for place in first if place is not None and place.feature == "country"}
        self.countries = frozenset(
            named | {c for m in meant if m.actor and not m.flags & AMBIGUOUS for c in m.actor.countries[:1]}
        )
        self.writing = writing

    @cached_property
    def expansions(self) -> dict[str, str]:
        """What it says that its acronyms stand for."""
        return expansions_in(self.writing.text)

    @cached_property
    def folded(self) -> str:
        """All its words."""
        return fold(self.writing.text).text

    def support(self, surface: Surface, meaning: Meaning, actor: LexiconActor) -> int:
        """How much speaks for this actor here; 0 where nothing does, or something against it."""
        if actor.id in self.sure:
            return _NAMED
        expansion = self.expansions.get(surface.text)
        if expansion is not None:
            return _SPELLED_OUT if _is_name_of(actor, expansion) else 0
        if self._is_word_in_capitals(surface, meaning):
            return 0
        sentence = fold_name(_sentence(self.writing.text, surface))
        if _has_any(sentence, actor.against):
            return 0
        if _has_any(sentence, actor.context):
            return _IN_SENTENCE
        speaks_of_it = not self.countries.isdisjoint(actor.countries)
        return _COUNTRY if speaks_of_it and not _has_any(self.folded, actor.against) else 0

    def _is_word_in_capitals(self, surface: Surface, meaning: Meaning) -> bool:
        is_short = bool(meaning.flags & ACRONYM) and len(surface.text) <= MAX_WORDLIKE_ACRONYM
        return is_short and self.writing.shouts_at(surface.start)


def _sentence(text: str, surface: Surface) -> str:
    start, end = sentence_around(text, surface.start, surface.end)
    return text[start:end]


def _has_any(folded: str, words: Iterable[str]) -> bool:
    return any(f" {word} " in folded for word in map(_folded, words))


@cache
def _folded(words: str) -> str:
    return fold_name(words).strip()


def expansions_in(text: str) -> dict[str, str]:
    """What the report says its acronyms stand for: words before a bracket whose initials they are."""
    found: dict[str, str] = {}
    for match in _BRACKETED.finditer(text):
        before = text[max(0, match.start() - _LOOK_BACK) : match.start()].rpartition("\n")[2]
        words, acronym = before.replace("-", " ").split(), match.group(1)
        for size in range(min(len(words), len(acronym) + 3), 1, -1):
            tail = words[-size:]
            initials = "".join(w[0] for w in tail if w.lower() not in _SMALL_WORDS)
            every = "".join(w[0] for w in tail)
            if acronym.casefold() in (initials.casefold(), every.casefold()):
                found[acronym] = " ".join(tail)
                break
    return found


def _is_name_of(actor: LexiconActor, expansion: str) -> bool:
    return _folded(expansion) in {_folded(name) for name in (actor.name, *actor.aliases, *actor.native)}
