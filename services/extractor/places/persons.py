"""Persons that a text names: runs of capitalised words with a title, a given name or an initial. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.extractor.places.vocabulary import CIVIC, NAMED_BODIES, SPEAKS, TITLES
from services.extractor.writing import Writing
from shared.names.words import given_names

MOST_WORDS = 5
# "Ursula von der Leyen", "Osama bin Laden", "Abdel Fattah al-Burhan".
_PARTICLES = frozenset("al el bin ibn ben abu von van der den de da di du dos la le ul ur".split())  # noqa: SIM905
_JOINT = re.compile(r"[ \u00a0]|-|\. |[’']")
_AGE = re.compile(r", \d\d,")


@dataclass(frozen=True, slots=True)
class Persons:
    """``spans`` are the words of whole names, by number; ``surnames`` the last words of them."""

    words: frozenset[int]
    surnames: frozenset[str]


def find_persons(writing: Writing, taken: frozenset[int]) -> Persons:
    """The persons in the text. ``taken`` are the words of names of several words that the gazetteer knows."""
    within: set[int] = set()
    surnames: set[str] = set()
    for first, last in _runs(writing, taken):
        names = _person_in(writing, first, last)
        if names is not None:
            within.update(range(names[0], names[1]))
            surnames.add(writing.words[names[1] - 1])
    return Persons(frozenset(within), frozenset(surnames))


def _runs(writing: Writing, taken: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Stretches of capitalised words that only spaces, hyphens and initials' dots part; particles may be small."""
    done, count = 0, len(writing.words)
    for first in sorted(writing.capitals - taken):
        if first < done:
            continue
        number = first
        while number + 1 < count and _goes_on(writing, number, taken):
            number += 1
        done = number + 1
        yield first, done


def _goes_on(writing: Writing, number: int, taken: frozenset[int]) -> bool:
    following = writing.words[number + 1]
    if (number + 1 not in writing.capitals and following not in _PARTICLES) or number + 1 in taken:
        return False
    gap = writing.gap(number)
    if not _JOINT.fullmatch(gap):
        return False
    if gap == ". " and len(writing.words[number]) > 1 and writing.words[number].casefold() not in TITLES:
        return False
    if gap in "’'":
        return following[0].isupper()  # O'Brien, and not Moscow's
    if following[0].isupper():
        return True
    after = writing.words[number + 2] if number + 2 < len(writing.words) else ""
    return following in _PARTICLES and after[:1].isupper() and bool(_JOINT.fullmatch(writing.gap(number + 1)))


def _person_in(writing: Writing, first: int, last: int) -> tuple[int, int] | None:
    """Where the name in a run begins and ends; None where nothing says that it is a person's."""
    words = writing.words
    titled = first
    while titled < last and words[titled].casefold() in TITLES:
        titled += 1
    is_titled = titled > first
    first = titled
    length = last - first
    if not (1 if is_titled else 2) <= length <= MOST_WORDS:
        return None
    if any(w.casefold() in NAMED_BODIES for w in words[first:last]):
        return None
    if is_titled:
        return (first, last) if not any(w.casefold() in CIVIC for w in words[first:last]) else None
    if any(w.casefold() in CIVIC or (w.isupper() and len(w) > 2) for w in words[first:last]):
        return None
    is_person = words[first] in given_names() or _has_initial(writing, first, last) or _is_said_to_be(writing, last)
    return (first, last) if is_person else None


def _has_initial(writing: Writing, first: int, last: int) -> bool:
    return any(len(writing.words[n]) == 1 and writing.gap(n).startswith(".") for n in range(first, last - 1))


def _is_said_to_be(writing: Writing, last: int) -> bool:
    """Whether an age follows, or what only a person does."""
    end = writing.ends[last - 1]
    return bool(_AGE.match(writing.text, end)) or (
        last < len(writing.words) and writing.words[last] in SPEAKS and writing.gap(last - 1) in (" ", ", ")
    )
