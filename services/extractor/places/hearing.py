"""What a report as a whole says of its candidates: countries and regions, lists, places in places. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from services.extractor.places.containment import contains
from services.extractor.places.context import (
    ACTOR_WEIGHT,
    AREA_WEIGHT,
    BEAT_WEIGHT,
    DEMONYM_WEIGHT,
    MOST_ACTOR_COUNTRIES,
    SMALL_TOWN_WEIGHT,
    TOWN_WEIGHT,
    Context,
)
from services.extractor.places.cues import Cues
from services.extractor.places.groups import OWN, Group
from services.extractor.places.pairs import Pair, find_lists
from services.extractor.places.scoring import (
    PlaceSense,
    Ranked,
    is_of_kind,
    margin,
    margin_to_next,
    nearness,
    raised,
    sort,
    sort_of,
)
from services.extractor.places.vocabulary import Kind
from services.extractor.places.weights import Weights
from services.extractor.surfaces import Surface
from services.extractor.writing import Writing
from shared.names.beats import Area
from shared.names.compile import DESK, KEY
from shared.names.records import Place
from shared.names.words import demonyms

# How many people a town must have to tell which country a report speaks of, and how clear it must be.
MIN_POPULATION_FOR_CONTEXT = 50_000
CLEAR_MARGIN = 1.0
MOST_ANCHORS = 8
MOST_CANDIDATES = 8
MOST_HOLDERS = 3


# ---------------------------------------------------------------- countries and regions


def hear(
    groups: Iterable[Group], cues: Sequence[Cues], surfaces: Iterable[Surface], writing: Writing, beat: Area | None
) -> Context:
    """Which countries and first-order regions the report speaks of."""
    context = Context()
    if beat is not None:
        context.add((beat[0], ""), "", BEAT_WEIGHT)
        context.add(beat, "", BEAT_WEIGHT)
    people = demonyms()
    for word in {writing.words[number] for number in writing.capitals}:
        country = people.get(word.lower())
        if country:
            context.add((country, ""), word, DEMONYM_WEIGHT)
    for surface in surfaces:
        for actor in surface.senses.actors:
            for country in actor.countries[:MOST_ACTOR_COUNTRIES]:
                context.add((country, ""), surface.text, ACTOR_WEIGHT)
    for group in groups:
        _hear_group(group, cues, context)
    return context


def hear_towns(groups: Iterable[Group], cues: Sequence[Cues], context: Context) -> Context:
    """The same with the regions of smaller towns, now that the report has told which of their namesakes they are."""
    heard = context.copy()
    for group in groups:
        place = group.ranked[0][1].place
        if not place.admin1 or place.is_area or margin_to_next(group.ranked) < CLEAR_MARGIN:
            continue
        if _may_be_none(group, cues):
            continue
        heard.add((place.country, place.admin1), group.text, SMALL_TOWN_WEIGHT)
    return heard


def _hear_group(group: Group, cues: Sequence[Cues], context: Context) -> None:
    place = group.alone[0][1].place
    if not place.country or not _is_clear(group, place, cues):
        return
    weight = AREA_WEIGHT if place.is_area else TOWN_WEIGHT
    context.add((place.country, ""), group.text, weight)
    if place.admin1:
        context.add((place.country, place.admin1), group.text, weight)


def _may_be_none(group: Group, cues: Sequence[Cues]) -> bool:
    return all(cues[n].marks & OWN for n in group.numbers) or "surname" in group.marks


def _is_clear(group: Group, place: Place, cues: Sequence[Cues]) -> bool:
    if _may_be_none(group, cues):
        return False
    if place.feature == "country":
        return True
    if group.marks & {"opens", "shouted"} and place.feature == "populated_place" and not place.capital:
        return False
    is_large = place.feature != "populated_place" or place.population >= MIN_POPULATION_FOR_CONTEXT
    return is_large and margin(group.alone) >= CLEAR_MARGIN


def rank_in_context(group: Group, context: Context, weights: Weights) -> Ranked:
    """The group's candidates with what the report says for their countries, regions and kinds."""
    supports = context.supports(group.text)
    if len(group.alone) == 1:
        score, sense = group.alone[0]
        return [(score + _heard_alone(sense, supports.get(sense.country, 0.0), group.kind, weights), sense)]
    national = [supports.get(sense.country, 0.0) for _, sense in group.alone]
    regional = [supports.get(sense.region, 0.0) for _, sense in group.alone]
    most_national, most_regional = max(national), max(regional)
    scored = []
    for (score, sense), of_country, of_region in zip(group.alone, national, regional, strict=True):
        heard = _heard_alone(sense, of_country, group.kind, weights)
        # These choose among namesakes; they do not make a place of a word.
        heard += weights.country_choice * (of_country - most_national)
        heard += weights.region_support * (of_region - most_regional)
        scored.append((score + heard, sense))
    return sort(scored)[:MOST_CANDIDATES]


def _heard_alone(sense: PlaceSense, of_country: float, kind: Kind | None, weights: Weights) -> float:
    """What the report says for a candidate, whatever its namesakes."""
    heard = weights.country_support * of_country
    # Nothing speaks of its country: the more its spelling leaves open, the less it can stand alone. Among a desk's few
    # names a spelling is no such chance.
    if not of_country and sense.flags & KEY and not sense.flags & DESK:
        heard += weights.by_key_alone * min(1.0, sense.doubt / 2)
    return heard if kind is None else heard + _kind_score(sense.place, kind, weights)


def _kind_score(place: Place, kind: Kind, weights: Weights) -> float:
    """A town may stand for its district, but not for a river that is called like it."""
    if place.feature == "country":
        return 0.0
    if is_of_kind(place, kind):
        return weights.kind_said
    return weights.not_nature if kind == "nature" else 0.0


# ---------------------------------------------------------------- lists, and places in places


def hear_lists(
    groups: Mapping[str, Group], surfaces: Sequence[Surface], writing: Writing, weights: Weights
) -> set[int]:
    """Raises what is of one sort with the rest of its list; gives the surfaces of such lists, but for the last ones."""
    equals: set[int] = set()
    for listed in find_lists(surfaces, writing.text):
        members = list({surfaces[n].text: groups[surfaces[n].text] for n in listed}.values())
        tops = [g.ranked[0][1].place for g in members]
        areas = [sort_of(place) for place in tops if place.is_area]
        common = max(areas, key=areas.count, default=None)
        if common is None or 2 * areas.count(common) <= len(members):
            continue
        for group in members:
            group.ranked = raised(group.ranked, _is_of_sort(common), weights.sibling)
        equals.update(listed[:-1])
    return equals


def hear_pairs(
    groups: Mapping[str, Group],
    surfaces: Sequence[Surface],
    pairs: Sequence[Pair],
    equals: set[int],
    weights: Weights,
) -> dict[int, Ranked]:
    """Raises what is said to lie in what; where a surface says so itself, that holds for it whatever others say."""
    own: dict[int, Ranked] = {}
    before = {text: group.ranked for text, group in groups.items()}
    # From the right: "Austin, Scott County, Indiana" says first which Scott County.
    for pair in reversed(pairs):
        inner, outer = groups[surfaces[pair.inner].text], groups[surfaces[pair.outer].text]
        holding = own.get(pair.outer, outer.ranked)
        if {pair.inner, pair.outer} <= equals:
            continue
        holders = [sense.place for _, sense in holding[:MOST_HOLDERS]]
        by: float = getattr(weights, pair.how)
        ranked = raised(before[inner.text], _lies_in(holders), by)
        if ranked is before[inner.text]:
            continue
        own[pair.inner] = ranked
        if pair.how == "stated" or len(inner.numbers) == 1:
            inner.ranked = ranked
        # What holds it is the one of its namesakes that does.
        outer.ranked = before[outer.text] = raised(outer.ranked, _holds(ranked[0][1].place), weights.loosely_stated)
    return own


def _is_of_sort(sort: tuple[str, int, str]) -> Callable[[Place], bool]:
    return lambda place: sort_of(place) == sort


def _lies_in(holders: Sequence[Place]) -> Callable[[Place], bool]:
    return lambda place: any(contains(holder, place) for holder in holders)


def _holds(held: Place) -> Callable[[Place], bool]:
    return lambda place: contains(place, held)


def hear_neighbours(groups: Iterable[Group], weights: Weights) -> None:
    """Raises, among namesakes, those beside what the report surely names."""
    groups = list(groups)
    clear = [g.ranked[0][1].place for g in groups if margin(g.ranked) >= CLEAR_MARGIN]
    anchors = [place for place in clear if not place.is_area][:MOST_ANCHORS]
    unclear = [g for g in groups if margin_to_next(g.ranked) < 2 * CLEAR_MARGIN]
    near = iter(nearness([sense.place for g in unclear for _, sense in g.ranked], anchors))
    for group in unclear:
        of_each = list(islice(near, len(group.ranked)))
        nearest = max(of_each)
        group.ranked = sort(
            [(score + weights.near * (by - nearest), s) for (score, s), by in zip(group.ranked, of_each, strict=True)]
        )
