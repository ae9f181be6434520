"""What a report puts into one another ("Paris, Texas", "Iraq's Mosul"), and what it lists as equals. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from services.extractor.surfaces import Surface

How = Literal["stated", "loosely_stated"]

_COMMA = re.compile(r",? (?:in|en|dans|в|у|في) |, | \(")
# "Kibera, one of the slums of Nairobi"; "Kalam in the Swat Valley".
_LOOSE = re.compile(r",?(?: [a-z]+){0,4} (?:in|of|outside|near) (?:[a-z]+ ){0,3}|(?:, (?:[a-z]+ ){1,4})")
_OWNER = re.compile(r"['’]s (?:[a-z]+ ){0,3}")
_LISTED = re.compile(r", |,? (?:and|or|et|y|и|та|و) |; ")
MAX_GAP = 50
MIN_LISTED = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """``inner`` is said to lie in ``outer``, if such places there are; both by number of their surface."""

    inner: int
    outer: int
    how: How


def find_pairs(surfaces: Sequence[Surface], text: str) -> Iterator[Pair]:
    """What the text between neighbouring surfaces says of them."""
    for number in range(len(surfaces) - 1):
        between = text[surfaces[number].end : surfaces[number + 1].start]
        if len(between) > MAX_GAP:
            continue
        if _COMMA.fullmatch(between):
            yield Pair(number, number + 1, "stated")
        elif _LOOSE.fullmatch(between):
            yield Pair(number, number + 1, "loosely_stated")
        elif _OWNER.fullmatch(between) or between == " ":
            yield Pair(number + 1, number, "loosely_stated")


def find_lists(surfaces: Sequence[Surface], text: str) -> Iterator[range]:
    """Stretches of three surfaces and more that nothing but commas and "and" part."""
    first = 0
    for number in range(1, len(surfaces) + 1):
        goes_on = number < len(surfaces) and _LISTED.fullmatch(text[surfaces[number - 1].end : surfaces[number].start])
        if not goes_on:
            if number - first >= MIN_LISTED:
                yield range(first, number)
            first = number
