"""Words for the people and things of a country ("Syrian", "South Koreans"), which do not name the place. Pure."""

import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from services.extractor.surfaces import MOST_KEPT
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
    for number in sorted(writing.capitals):
        last, country = _demonym(writing, number)
        if country:
            start = writing.starts[number]
            position = bisect.bisect_right(ends, start)
            if position == len(starts) or starts[position] > start:
                yield Found(start, writing.ends[last], country)


def _sorted(named: Iterable[tuple[int, int]]) -> tuple[list[int], list[int]]:
    spans = sorted((end, start) for start, end in named)
    return [end for end, _ in spans], [start for _, start in spans]


def _demonym(writing: Writing, number: int) -> tuple[int, str]:
    """The last word of the one that begins here, and its country; empty where none does."""
    word = writing.words[number]
    if may_open(word) and number + 1 < len(writing.words) and writing.gap(number) == " ":
        country = country_of(f"{word} {writing.words[number + 1]}")
        if country:
            return number + 1, country
    return number, country_of(word)


@lru_cache(MOST_KEPT)
def country_of(people: str) -> str:
    """The country (ISO 3166 alpha-2) of one or of several of these people; empty where these are none."""
    people = people.casefold()
    return demonyms().get(people) or demonyms().get(people.removesuffix("s"), "")


@lru_cache(MOST_KEPT)
def may_open(word: str) -> bool:
    """Whether this is the first of two words for a country's people: "South" in "South Koreans"."""
    return word.casefold() in _first_words()


@cache
def _first_words() -> frozenset[str]:
    return frozenset(words[0] for words in map(str.split, demonyms()) if len(words) == 2)
