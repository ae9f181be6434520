"""How much a report speaks of each country and each first-order region. Pure."""

import math
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from shared.names.beats import Area

# What a region's own name says, beside a town's 1; a country's own name; an actor's; a demonym's ("Syrian").
AREA_WEIGHT = 2.0
TOWN_WEIGHT = 1.0
SMALL_TOWN_WEIGHT = 0.5
ACTOR_WEIGHT = 0.5
DEMONYM_WEIGHT = 0.5
# The country or region that the source reports from.
BEAT_WEIGHT = 1.0
MOST_ACTOR_COUNTRIES = 3


class Context:
    """Weights of areas, (country, admin1 or ""), and which surfaces gave them: none of them supports itself."""

    def __init__(self) -> None:
        self._weights: defaultdict[Area, dict[str, float]] = defaultdict(dict)

    def add(self, area: Area, surface: str, weight: float) -> None:
        """Counts each distinct surface once, at its heaviest."""
        said = self._weights[area]
        said[surface] = max(weight, said.get(surface, 0.0))

    def copy(self) -> "Context":
        """Another one that says the same so far."""
        other = Context()
        for area, said in self._weights.items():
            other._weights[area] = dict(said)
        return other

    def supports(self, surface: str) -> Mapping[Area, float]:
        """By area that is spoken of, in [0, 1]: the root of what the rest of the report says for it.

        1 is the area that it speaks of most. Not to be changed.
        """
        own = self._areas_of.get(surface)
        if own is None:
            return self._supports
        return self._supports | {area: self._support(area, self._weights[area][surface]) for area in own}

    def _support(self, area: Area, own: float = 0.0) -> float:
        return math.sqrt(max(0.0, self._totals[area] - own) / self._top[bool(area[1])])

    @cached_property
    def _supports(self) -> dict[Area, float]:
        return {area: self._support(area) for area in self._totals}

    @cached_property
    def _areas_of(self) -> dict[str, list[Area]]:
        areas: dict[str, list[Area]] = {}
        for area, said in self._weights.items():
            for surface in said:
                areas.setdefault(surface, []).append(area)
        return areas

    @cached_property
    def _totals(self) -> dict[Area, float]:
        return {area: sum(weights.values()) for area, weights in self._weights.items()}

    @cached_property
    def _top(self) -> tuple[float, float]:
        countries = [total for area, total in self._totals.items() if not area[1]]
        regions = [total for area, total in self._totals.items() if area[1]]
        return max(countries, default=1.0), max(regions, default=1.0)
