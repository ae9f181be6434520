"""Candidates of a surface, ranked: what a place's size and kind say, and how its name is written. Pure."""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter

import numpy as np
from msgspec import Struct

from services.extractor.places.containment import contains
from services.extractor.places.vocabulary import Kind
from services.extractor.places.weights import Weights
from services.extractor.surfaces import MOST_KEPT, Senses
from shared.geo import distance_km, distances_km
from shared.names.beats import Area
from shared.names.compile import ALTERNATE, DESK, KEY, WORD
from shared.names.gazetteer import Meaning
from shared.names.keyed import FAMILY_OF
from shared.names.records import Place

# What no report speaks of.
NOWHERE: Area = ("", "")


class PlaceSense(Struct, frozen=True, gc=False):
    """A place that a name may mean, with what says how well it does (flags and doubt of its meaning), and its areas."""

    place: Place
    flags: int
    doubt: float
    country: Area
    region: Area

    @classmethod
    def of(cls, meaning: Meaning, place: Place) -> "PlaceSense":
        """What this meaning says of its place. A country's own code is no region of it."""
        region = (place.country, place.admin1) if place.admin1 and place.feature != "country" else NOWHERE
        return cls(place, meaning.flags, meaning.doubt, (place.country, ""), region)


# Best first.
Ranked = list[tuple[float, PlaceSense]]

MIN_CITY = 100_000
LEAST_POPULATION = 300
# A town that is listed although nobody counted its people is the seat of a district.
POPULATION_OF_SEAT = 5_000
# A region is called after a town, not after a hamlet that shares its name.
MIN_SEAT = 10_000
MOST_ALONE = 32
# So far off another place counts half.
NEAR_KM = 100
ELSEWHERE_KM = 50
COUNTY = 2  # the order of regions that are small enough to lie near something
# Where no candidate lies elsewhere.
NO_RIVAL = 5.0


@lru_cache(MOST_KEPT)
def alone(senses: Senses, weights: Weights) -> Ranked:
    """The places that a name may mean, ranked by themselves; each once, by its best name. Not to be changed."""
    best: dict[str, tuple[float, PlaceSense]] = {}
    for meaning in senses.meanings:
        place = meaning.place
        if place is not None:
            sense = PlaceSense.of(meaning, place)
            score = prominence(place, weights) + naming(sense, weights, is_latin=senses.is_latin)
            if place.id not in best or best[place.id][0] < score:
                best[place.id] = score, sense
    ranked = list(best.values())
    return _without_eponyms(sort(ranked)[:MOST_ALONE], weights) if len(ranked) > 1 else ranked


def sort(ranked: Ranked) -> Ranked:
    """Best first; equals as they came."""
    return sorted(ranked, key=itemgetter(0), reverse=True)


def prominence(place: Place, weights: Weights) -> float:
    """How likely a report means this place, whatever its name."""
    if place.feature == "country":
        return weights.country
    if place.order:
        return math.log10(place.population + 10) + (weights.first_order if place.order == 1 else weights.second_order)
    if place.feature == "populated_place":
        return math.log10(max(place.population, LEAST_POPULATION) if place.population else POPULATION_OF_SEAT)
    if place.feature == "region":
        return weights.area
    return weights.airport if place.feature == "airport" else weights.curated


def naming(sense: PlaceSense, weights: Weights, *, is_latin: bool) -> float:
    """How well this name, as the text has it, stands for this place."""
    own = weights.own if sense.flags & DESK else 0.0
    if sense.flags & KEY:
        return own + weights.by_key * sense.doubt
    place, is_own = sense.place, not sense.flags & ALTERNATE
    # GeoNames' own names are in Latin letters everywhere: in its country's script a name is as much the place's own.
    named = own + (weights.own_name if is_own or (place.country in FAMILY_OF and not is_latin) else 0.0)
    named += weights.capital if is_own and place.capital else 0.0
    if sense.flags & WORD:
        named += weights.word + (0.0 if place.population >= MIN_CITY else weights.small_word)
        named += 0.0 if is_own else weights.other_word
    return named


def _without_eponyms(ranked: Ranked, weights: Weights) -> Ranked:
    """A region steps back behind the town that it is called after."""
    towns = [sense.place for _, sense in ranked if sense.place.feature == "populated_place"]
    if not towns or len(towns) == len(ranked):
        return ranked

    def steps_back(region: Place) -> bool:
        return region.order > 0 and any(contains(region, t) and _is_seat(region, t) for t in towns)

    return sort([(score + weights.eponym if steps_back(s.place) else score, s) for score, s in ranked])


def _is_seat(region: Place, town: Place) -> bool:
    return town.population >= MIN_SEAT or town.population * 10 >= region.population


def raised(ranked: Ranked, fits: Callable[[Place], bool], by: float) -> Ranked:
    """With those candidates raised that fit; the very same list where none does."""
    fitting = [by and fits(sense.place) for _, sense in ranked]
    if not any(fitting):
        return ranked
    return sort([(score + by if fit else score, s) for (score, s), fit in zip(ranked, fitting, strict=True)])


def margin(ranked: Ranked) -> float:
    """How far the best candidate is ahead of the best one in another country."""
    best, first = ranked[0]
    for score, sense in ranked:
        if sense.place.country != first.place.country:
            return best - score
    return NO_RIVAL


def margin_elsewhere(ranked: Ranked) -> float:
    """How far the best candidate is ahead of the best one that is another place: neither beside it nor around it."""
    best = ranked[0][1].place
    for score, sense in ranked[1:]:
        place = sense.place
        if contains(place, best) or contains(best, place):
            continue
        if distance_km(place.lat, place.lon, best.lat, best.lon) > ELSEWHERE_KM:
            return ranked[0][0] - score
    return NO_RIVAL


def margin_to_next(ranked: Ranked) -> float:
    """How far the best candidate is ahead of any other."""
    return ranked[0][0] - ranked[1][0] if len(ranked) > 1 else NO_RIVAL


def nearness(places: Sequence[Place], anchors: Sequence[Place]) -> list[float]:
    """In [0, 1], of each place: how near it is to the nearest other one of the anchors."""
    if not places or not anchors:
        return [0.0] * len(places)
    apart = distances_km([(place.lat, place.lon) for place in places], [(anchor.lat, anchor.lon) for anchor in anchors])
    ids = [anchor.id for anchor in anchors]
    for row, place in enumerate(places):
        if place.is_area and place.order != COUNTY:
            apart[row] = np.inf
        elif place.id in ids:
            apart[row, [place.id == each for each in ids]] = np.inf
    near: list[float] = (1 / (1 + (apart.min(axis=1) / NEAR_KM) ** 2)).tolist()
    return near


def is_of_kind(place: Place, kind: Kind) -> bool:
    """Whether a place is what a noun beside its name says."""
    match kind:
        case "admin":
            return place.order > 0
        case "town":
            return not place.is_area and place.feature != "airport"
        case "air":
            return place.feature in ("airport", "airbase", "base")
        case "nature":
            return place.feature == "region"


def is_other_area(place: Place) -> bool:
    """Whether this is a country or an administrative region: no sea, river or mountain."""
    return place.feature == "country" or place.order > 0


def sort_of(place: Place) -> tuple[str, int, str]:
    """Countries are of one sort, and so are the first-order regions of a country."""
    return place.feature, place.order, "" if place.feature == "country" else place.country
