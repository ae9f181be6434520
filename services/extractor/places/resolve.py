"""Which place each surface means, and whether it means one at all. Pure.

First every distinct spelling is weighed alone; what is clear then says which countries and regions the report speaks
of; with that, and with what the report says of places lying in one another, every spelling is weighed again. One sense
holds for a whole report, but for a surface that says otherwise itself ("Paris, Texas ... Paris, France").
"""

import math
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from services.extractor.places.cues import NOTHING_RECOGNISED, Around, Cues, words_of_long_names
from services.extractor.places.groups import OWN, Group, grouped
from services.extractor.places.hearing import hear, hear_lists, hear_neighbours, hear_pairs, hear_towns, rank_in_context
from services.extractor.places.pairs import find_pairs
from services.extractor.places.persons import find_persons
from services.extractor.places.scoring import Ranked, is_of_kind, is_other_area, margin_elsewhere
from services.extractor.places.use import Use, use_of
from services.extractor.places.weights import DEFAULT, Weights
from services.extractor.recogniser import Stretches
from services.extractor.surfaces import MOST_KEPT, Surface
from services.extractor.writing import Writing
from shared.names.beats import Area
from shared.names.compile import ALTERNATE
from shared.names.records import Place

SHOWN_CANDIDATES = 3
_HARDER_FOR_ALTERNATES = frozenset({"goes_on", "shouted"})


class Candidate(Struct, frozen=True):
    """A place that a surface may mean, and its score."""

    place: Place
    score: float


class Resolved(Struct, frozen=True):
    """A surface and the place it was taken to mean. ``confidence`` in (0, 1]."""

    surface: Surface
    place: Place
    confidence: float
    use: Use = "literal"
    ranked: Ranked = []

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The best few that it may mean."""
        return tuple(Candidate(sense.place, round(score, 2)) for score, sense in self.ranked[:SHOWN_CANDIDATES])


def resolve(
    surfaces: Sequence[Surface],
    writing: Writing,
    *,
    weights: Weights = DEFAULT,
    beat: Area | None = None,
    recognised: Stretches = NOTHING_RECOGNISED,
) -> list[Resolved]:
    """The places that the report names, in order; surfaces that more likely are something else are left out.

    ``beat`` is the country, or the country and first-order region, that the source reports from; ``recognised`` what a
    recogniser says of the text.
    """
    named = [s for s in surfaces if s.senses.places]
    words = [writing.words_in(surface.start, surface.end) for surface in named]
    around = Around(writing, named, words, find_persons(writing, words_of_long_names(words)), recognised)
    cues = [around.cues(*pair) for pair in zip(named, words, strict=True)]
    groups = grouped(named, cues, writing, weights)
    context = hear(groups.values(), cues, surfaces, writing, beat)
    for group in groups.values():
        group.ranked = rank_in_context(group, context, weights)
    context = hear_towns(groups.values(), cues, context)
    for group in groups.values():
        if len(group.alone) > 1:  # regions choose among namesakes alone
            group.ranked = rank_in_context(group, context, weights)
    equals = hear_lists(groups, named, writing, weights)
    own = hear_pairs(groups, named, list(find_pairs(named, writing.text)), equals, weights)
    hear_neighbours(groups.values(), weights)
    found = []
    for number, surface in enumerate(named):
        group = groups[surface.text]
        ranked = own.get(number, group.ranked)
        if _is_place(ranked, group, cues[number], weights):
            found.append(_resolved(surface, ranked, cues[number], writing))
    return found


def _is_place(ranked: Ranked, group: Group, cues: Cues, weights: Weights) -> bool:
    """Whether the best candidate, with what stands around the surface, reaches the threshold."""
    score, sense = ranked[0]
    own = cues.marks & OWN
    marks = group.marks | own if own else group.marks
    if group.kind == "nature" and not is_of_kind(sense.place, group.kind):
        marks -= {"described"}
    return (
        score + _heard(marks, is_other_area(sense.place), bool(sense.flags & ALTERNATE), weights) >= weights.threshold
    )


@lru_cache(MOST_KEPT)
def _heard(marks: frozenset[str], is_other_area: bool, is_alternate: bool, weights: Weights) -> float:
    """What these marks count for such a candidate."""
    if "at" in marks:
        marks -= {"towards", "direction"}
    if not is_other_area:
        marks -= {"nature"}
    if is_alternate:
        marks = frozenset(f"alternate_{mark}" if mark in _HARDER_FOR_ALTERNATES else mark for mark in marks)
    return float(sum(getattr(weights, mark) for mark in sorted(marks)))


def _resolved(surface: Surface, ranked: Ranked, cues: Cues, writing: Writing) -> Resolved:
    place = ranked[0][1].place
    surface = _whole(surface, place, cues, writing)
    confidence = round(0.5 + 0.5 * math.tanh(margin_elsewhere(ranked) / 2), 2)
    return Resolved(surface, place, confidence, use_of(surface, place, writing.text), ranked)


def _whole(surface: Surface, place: Place, cues: Cues, writing: Writing) -> Surface:
    """The surface with what belongs to its name: "Akita Prefecture", "North Dallas"."""
    start, end = surface.start, surface.end
    if cues.extends_to and place.order:
        end = cues.extends_to
    elif cues.starts_at is not None and place.feature == "populated_place":
        start = cues.starts_at
    return (
        surface
        if (start, end) == (surface.start, surface.end)
        else replace(surface, start=start, end=end, text=writing.text[start:end])
    )
