"""Which place each surface means, judged from the whole report. Pure.

A candidate's score is in powers of ten of people: a place named in a report is, other things equal, the one that more
people live in; a country that the report speaks of is worth as much as a hundredfold of people.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.extractor.mentions import Surface, starts_sentence
from shared.names.compile import ALTERNATE
from shared.names.gazetteer import Meaning
from shared.names.records import Place

COUNTRY_SCORE = 9.0
CURATED_SCORE = 6.0
AIRPORT_SCORE = 3.5
OWN_NAME_SCORE = 0.7
CONTEXT_SCORE = 2.0
# Without support by context, smaller places are far more often a common word or a surname than themselves.
MIN_POPULATION_ALONE = 15_000
MIN_POPULATION_AT_SENTENCE_START = 50_000
DOMINANT_MARGIN = 1.0


@dataclass(frozen=True, slots=True)
class Resolved:
    """A surface and the place it was taken to mean. ``confidence`` in (0, 1]."""

    surface: Surface
    place: Place
    confidence: float


def resolve(surfaces: Iterable[Surface], text: str) -> list[Resolved]:
    """The places that the report names; surfaces that more likely are something else are left out."""
    named = [s for s in surfaces if any(m.place for m in s.meanings)]
    context = _context(named)
    resolved = [r for s in named if (r := _choose(s, context, text)) is not None]
    return resolved


def _context(surfaces: list[Surface]) -> Mapping[str, float]:
    """How much the report speaks of each country: 1 where it says so, less where a place or an actor implies it."""
    weights: Counter[str] = Counter()
    for surface in surfaces:
        ranked = _ranked(surface, {})
        score, meaning = ranked[0]
        place = meaning.place
        if place is None:
            continue
        if place.feature == "country":
            weights[place.country] += 2
        elif place.feature != "populated_place" or (
            place.population >= MIN_POPULATION_AT_SENTENCE_START and _margin(ranked) >= DOMINANT_MARGIN and score > 0
        ):
            weights[place.country] += 1
    for surface in surfaces:
        for actor in surface.actors:
            for country in actor.countries[:3]:
                weights[country] += 0.5  # type: ignore[assignment]
    top = max(weights.values(), default=0)
    return {country: weight / top for country, weight in weights.items()} if top else {}


def _score(meaning: Meaning, context: Mapping[str, float]) -> float:
    place = meaning.place
    if place is None:
        return -math.inf
    score = _weight(place) + CONTEXT_SCORE * math.sqrt(context.get(place.country, 0.0))
    return score if meaning.flags & ALTERNATE else score + OWN_NAME_SCORE


def _weight(place: Place) -> float:
    if place.feature == "country":
        return COUNTRY_SCORE
    if place.feature == "airport":
        return AIRPORT_SCORE
    if place.feature != "populated_place":
        return CURATED_SCORE
    return math.log10(place.population + 10)


def _ranked(surface: Surface, context: Mapping[str, float]) -> list[tuple[float, Meaning]]:
    scored = [(_score(m, context), m) for m in surface.meanings if m.place is not None]
    return sorted(scored, key=lambda pair: -pair[0])


def _margin(ranked: list[tuple[float, Meaning]]) -> float:
    """How far the best candidate is ahead of the best one elsewhere."""
    best = ranked[0][1].place
    rivals = [score for score, m in ranked[1:] if m.place and best and m.place.country != best.country]
    return ranked[0][0] - rivals[0] if rivals else 5.0


def _choose(surface: Surface, context: Mapping[str, float], text: str) -> Resolved | None:
    ranked = _ranked(surface, context)
    place = ranked[0][1].place
    if place is None or not _is_likely(place, surface, context, text):
        return None
    confidence = 0.5 + 0.5 * math.tanh(_margin(ranked) / 2)
    return Resolved(surface, place, round(confidence, 2))


def _is_likely(place: Place, surface: Surface, context: Mapping[str, float], text: str) -> bool:
    if place.feature != "populated_place" or place.population == 0:
        return True
    if context.get(place.country, 0.0) > 0.2:
        return True
    alone = MIN_POPULATION_AT_SENTENCE_START if starts_sentence(text, surface.start) else MIN_POPULATION_ALONE
    return place.population >= alone
