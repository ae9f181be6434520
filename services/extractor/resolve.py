"""Which place each surface means, judged from the whole report. Pure.

A candidate's score is in powers of ten of people: a place named in a report is, other things equal, the one that more
people live in; a country that the report speaks of is worth as much as a hundredfold of people.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from services.extractor.mentions import Shouting, Surface, starts_sentence
from shared.names.compile import ACRONYM, ALTERNATE
from shared.names.gazetteer import Meaning
from shared.names.records import Place

COUNTRY_SCORE = 9.0
CURATED_SCORE = 6.0
AIRPORT_SCORE = 3.5
OWN_NAME_SCORE = 0.7
CONTEXT_SCORE = 2.0
# Without support by context, smaller places are far more often a common word or a surname than themselves.
MIN_POPULATION_ALONE = 15_000
# A capital says nothing at a sentence's start; a name that stands nowhere else must be a great one.
MIN_POPULATION_AT_SENTENCE_STARTS = 500_000
# How many people a place must have to tell which country a report speaks of.
MIN_POPULATION_FOR_CONTEXT = 50_000
SUPPORTING_CONTEXT = 0.2
DOMINANT_MARGIN = 1.0
# What a country's own name and an actor's say of the country, beside a town's 1.
COUNTRY_WEIGHT = 2.0
ACTOR_WEIGHT = 0.5
MOST_ACTOR_COUNTRIES = 3
# Where small towns are called by English words ("Area", "Peace", "War").
ENGLISH_COUNTRIES = frozenset({"AU", "CA", "GB", "IE", "NZ", "US", "ZA"})


@dataclass(frozen=True, slots=True)
class Resolved:
    """A surface and the place it was taken to mean. ``confidence`` in (0, 1]."""

    surface: Surface
    place: Place
    confidence: float


def resolve(surfaces: Iterable[Surface], text: str) -> list[Resolved]:
    """The places that the report names; surfaces that more likely are something else are left out."""
    surfaces = list(surfaces)
    named = [s for s in surfaces if any(m.place for m in s.meanings)]
    doubts = _doubtful(named, text)
    report = _Report(_context(surfaces, doubts), doubts)
    return [r for s in named if (r := _choose(s, report)) is not None]


class _Context:
    """How much the report speaks of each country, and which surfaces say so: none of them supports itself."""

    def __init__(self) -> None:
        self._weights: defaultdict[str, dict[str, float]] = defaultdict(dict)

    def add(self, country: str, surface: str, weight: float) -> None:
        """Counts each distinct surface once."""
        self._weights[country][surface] = weight

    @cached_property
    def _top(self) -> float:
        return max((sum(weights.values()) for weights in self._weights.values()), default=1.0)

    def support(self, country: str, surface: str) -> float:
        """In [0, 1]: what the rest of the report says for this country, beside the country it speaks of most."""
        weights = self._weights.get(country, {})
        return (sum(weights.values()) - weights.get(surface, 0.0)) / self._top


@dataclass(frozen=True, slots=True)
class _Report:
    """What the report as a whole says: countries by weight, and how doubtful its single words are as places."""

    context: _Context
    doubts: Mapping[str, "_Doubt"]


@dataclass(frozen=True, slots=True)
class _Doubt:
    """What speaks against a word being a place.

    It only ever opens sentences, or its script has no capitals; it is part of a person's name; it is one word that
    stands in lines of capitals alone.
    """

    only_opens: bool
    in_person: bool
    only_shouted: bool


def _doubtful(surfaces: list[Surface], text: str) -> dict[str, _Doubt]:
    mentions: dict[str, list[Surface]] = {}
    for surface in surfaces:
        mentions.setdefault(surface.text, []).append(surface)
    shouting = Shouting(text)
    starts = {surface.start for surface in surfaces if _is_well_known(surface)}
    return {
        name: _Doubt(
            only_opens=all(_capital_says_nothing(text, s) for s in group),
            in_person=any(_has_given_name(text, s, starts) for s in group),
            only_shouted=name.isalpha() and all(shouting.at(s.start) for s in group),
        )
        for name, group in mentions.items()
    }


def _capital_says_nothing(text: str, surface: Surface) -> bool:
    """At a sentence's start, and for a single word in a script that has no capitals."""
    has_case = surface.text.lower() != surface.text.upper()
    return starts_sentence(text, surface.start) if has_case else not re.search(r"\W", surface.text)


def _is_well_known(surface: Surface) -> bool:
    places = [m.place for m in surface.meanings if m.place]
    return any(p.feature != "populated_place" or p.population >= MIN_POPULATION_FOR_CONTEXT for p in places)


_NEXT_WORD = re.compile(r" (?P<word>[^\W\d_]{2,})")


def _has_given_name(text: str, surface: Surface, starts: set[int]) -> bool:
    """Whether a capitalised word that is no name of a place or actor follows: "Gao Rulin", "Paris Hilton"."""
    following = _NEXT_WORD.match(text, surface.end)
    return (
        " " not in surface.text
        and following is not None
        and following["word"].istitle()
        and following.start("word") not in starts
        and not surface.text.isupper()
    )


def _context(surfaces: list[Surface], doubts: Mapping[str, "_Doubt"]) -> _Context:
    context = _Context()
    for surface in surfaces:
        for actor in surface.actors:
            for country in actor.countries[:MOST_ACTOR_COUNTRIES]:
                context.add(country, surface.text, ACTOR_WEIGHT)
        ranked = _ranked(surface, _Context())
        place = ranked[0][1].place if ranked else None
        if place is None:
            continue
        if place.feature == "country":
            context.add(place.country, surface.text, COUNTRY_WEIGHT)
        elif _tells_country(place, ranked, doubts[surface.text]):
            context.add(place.country, surface.text, 1.0)
    return context


def _tells_country(place: Place, ranked: list[tuple[float, Meaning]], doubt: "_Doubt") -> bool:
    if doubt.only_opens or doubt.in_person or not place.country:
        return False
    if place.feature != "populated_place":
        return True
    if doubt.only_shouted and place.population < MIN_POPULATION_AT_SENTENCE_STARTS:
        return False
    return place.population >= MIN_POPULATION_FOR_CONTEXT and _margin(ranked) >= DOMINANT_MARGIN


def _score(meaning: Meaning, surface: str, context: _Context) -> float:
    place = meaning.place
    if place is None:
        return -math.inf
    score = _weight(place) + CONTEXT_SCORE * math.sqrt(context.support(place.country, surface))
    return score if meaning.flags & ALTERNATE else score + OWN_NAME_SCORE


def _weight(place: Place) -> float:
    if place.feature == "country":
        return COUNTRY_SCORE
    if place.feature == "airport":
        return AIRPORT_SCORE
    if place.feature != "populated_place":
        return CURATED_SCORE
    return math.log10(place.population + 10)


def _ranked(surface: Surface, context: _Context) -> list[tuple[float, Meaning]]:
    scored = [(_score(m, surface.text, context), m) for m in surface.meanings if m.place is not None]
    return sorted(scored, key=lambda pair: -pair[0])


def _margin(ranked: list[tuple[float, Meaning]]) -> float:
    """How far the best candidate is ahead of the best one elsewhere."""
    best = ranked[0][1].place
    rivals = [score for score, m in ranked[1:] if m.place and best and m.place.country != best.country]
    return ranked[0][0] - rivals[0] if rivals else 5.0


def _choose(surface: Surface, report: _Report) -> Resolved | None:
    ranked = _ranked(surface, report.context)
    meaning = ranked[0][1]
    place = meaning.place
    if place is None or not _is_likely(meaning, place, surface, report):
        return None
    confidence = 0.5 + 0.5 * math.tanh(_margin(ranked) / 2)
    return Resolved(surface, place, round(confidence, 2))


def _is_likely(meaning: Meaning, place: Place, surface: Surface, report: _Report) -> bool:
    doubt = report.doubts[surface.text]
    is_supported = report.context.support(place.country, surface.text) > SUPPORTING_CONTEXT
    if doubt.only_shouted and meaning.flags & ACRONYM:
        return is_supported
    if place.feature != "populated_place":
        return True
    if doubt.only_shouted:
        return _is_likely_shouted(meaning, place, is_supported)
    if is_supported:
        return True
    if doubt.in_person:
        return False
    return place.population >= (MIN_POPULATION_AT_SENTENCE_STARTS if doubt.only_opens else MIN_POPULATION_ALONE)


def _is_likely_shouted(meaning: Meaning, place: Place, is_supported: bool) -> bool:
    """In capitals any word looks like a name: it must be a city's own, or a town's of a country that is spoken of."""
    if meaning.flags & ALTERNATE or place.population < MIN_POPULATION_AT_SENTENCE_STARTS:
        return is_supported and (place.population >= MIN_POPULATION_FOR_CONTEXT or not _may_be_word(meaning, place))
    return True


def _may_be_word(meaning: Meaning, place: Place) -> bool:
    """Whether the name is a plain word as likely as not: wires that shout write English, and so do these countries."""
    return bool(meaning.flags & ALTERNATE) or place.country in ENGLISH_COUNTRIES
