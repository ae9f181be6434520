"""Words for the people and things of a country ("Syrian", "South Koreans"), which do not name the place. Pure."""

import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.extractor.writing import Writing
from shared.names.words import demonyms


@dataclass(frozen=True, slots=True)
class Found:
    """Where such a word stands, and its country (ISO 3166 alpha-2)."""

    start: int
    end: int
    country: str


def find_demonyms(writing: Writing, named: Iterable[tuple[int, int]]) -> Iterator[Found]:
    """Those outside ``named``, the spans of places and actors: "Syrian" in "Syrian army" says nothing more."""
    ends, starts = _sorted(named)
    passed = 0
    for number, start in enumerate(writing.starts):
        if start < passed or not writing.words[number][0].isupper():
            continue
        position = bisect.bisect_right(ends, start)
        if position < len(starts) and starts[position] <= start:
            continue
        for last in (number + 1, number):
            country = _country(writing, number, last)
            if country:
                passed = writing.ends[last]
                yield Found(start, passed, country)
                break


def _sorted(named: Iterable[tuple[int, int]]) -> tuple[list[int], list[int]]:
    spans = sorted((end, start) for start, end in named)
    return [end for end, _ in spans], [start for _, start in spans]


def _country(writing: Writing, first: int, last: int) -> str:
    if last >= len(writing.words) or (last > first and writing.gap(first) != " "):
        return ""
    words = " ".join(writing.words[first : last + 1]).casefold()
    return demonyms().get(words) or demonyms().get(words.removesuffix("s"), "")
