"""Mentions of one spelling, taken together: one sense holds for a whole report. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from services.extractor.places.cues import Cues
from services.extractor.places.scoring import Ranked, alone
from services.extractor.places.vocabulary import Kind
from services.extractor.places.weights import Weights
from services.extractor.surfaces import MOST_KEPT, Surface
from services.extractor.writing import Writing
from shared.names.fold import fold_name
from shared.names.frequencies import is_common

# What one mention says of all of them, what each says of itself alone, and what most of them say of all.
POOLED = frozenset({"at", "towards", "described", "dateline", "direction", "recognised"})
OWN = frozenset({"person", "part", "goes_on", "hyphened", "body", "currency", "nature", "recognised_other"})
BY_MAJORITY = frozenset({"part", "body"})
_IF_SOME, _IF_EVERY = POOLED | {"surname"}, frozenset({"speaks"})
_SECOND_NAME = frozenset({"goes_on", "speaks"})


@dataclass(slots=True)
class Group:
    """All mentions of one spelling, by number of their surface. ``alone`` and ``ranked`` are its candidates."""

    text: str
    alone: Ranked
    numbers: list[int] = field(default_factory=list)
    marks: frozenset[str] = frozenset()
    kind: Kind | None = None
    ranked: Ranked = field(default_factory=list)


def grouped(surfaces: Sequence[Surface], cues: Sequence[Cues], writing: Writing, weights: Weights) -> dict[str, Group]:
    """The groups by spelling, in order of their first mentions."""
    groups: dict[str, Group] = {}
    for number, surface in enumerate(surfaces):
        group = groups.get(surface.text)
        if group is None:
            group = groups[surface.text] = Group(surface.text, alone(surface.senses, weights))
        group.numbers.append(number)
    for group in groups.values():
        members = [cues[n] for n in group.numbers]
        group.kind = next((c.kind for c in members if c.kind), None)
        said = _said(tuple(c.marks for c in members), _is_area(group.alone))
        group.marks = said | _written([surfaces[n] for n in group.numbers], writing)
    return groups


@lru_cache(MOST_KEPT)
def _said(of_each: tuple[frozenset[str], ...], is_area: bool) -> frozenset[str]:
    some, every = frozenset[str]().union(*of_each), of_each[0].intersection(*of_each)
    said = (some & _IF_SOME) | (every & _IF_EVERY)
    if is_area:
        return said
    if some >= _SECOND_NAME:
        said |= {"surname"}  # "Gao Rulin won. ... Gao said": who has a second name and speaks
    return said | {mark for mark in some & BY_MAJORITY if 2 * sum(mark in marks for marks in of_each) > len(of_each)}


def _is_area(ranked: Ranked) -> bool:
    """Whether a country or first-order region is the likeliest; no name of a person or shop makes one of it."""
    place = ranked[0][1].place
    return place.feature == "country" or place.order == 1


def _written(surfaces: Sequence[Surface], writing: Writing) -> frozenset[str]:
    marks = set()
    if all(_capital_says_nothing(s, writing) for s in surfaces):
        marks.add("opens")
    if surfaces[0].text.isalpha() and all(writing.shouts_at(s.start) for s in surfaces):
        marks.add("shouted")
    return frozenset(marks)


def _capital_says_nothing(surface: Surface, writing: Writing) -> bool:
    """At a sentence's start, and for a common word in a script that has no capitals."""
    if surface.text.lower() == surface.text.upper():
        return surface.text.isalpha() and is_common(fold_name(surface.text).strip())
    return writing.opens_sentence(surface.start)
