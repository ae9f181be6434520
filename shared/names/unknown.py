"""Names that nothing knows, found in a text in any spelling: a watch on a hamlet or a band that no list has.

A pattern holds the name as written, its forms by grammar, and its romanisation keys. ``triggers`` say which reports are
worth trying: a report's ``triggers_in`` has at least one of them where the name may stand.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from shared.names.fold import fold, fold_name
from shared.names.inflect import forms, stems
from shared.names.spelling_distance import SLACK, distance, limit
from shared.names.spelling_key import FAMILIES, Family, key, readings

# A key of fewer consonants joins too much where no list helps to choose.
MIN_CONSONANTS = 3
MOST_WORDS = 5
# As if nobody else bore the key: nobody knows.
_NAMESAKES = 1

_WORD = re.compile(r"[^\W\d_]+(?:['’‘ʼ`ʿʾ][^\W\d_]+)*")
_JOINTS = frozenset({" ", "-", "–", "\u00a0"})
Trigger = tuple[Family, str]


@dataclass(frozen=True, slots=True)
class Found:
    """Where a name stands, and whether letter for letter (but for case and marks) or by its sound."""

    start: int
    end: int
    is_exact: bool


class NamePattern:
    """One name, compiled. Raises ValueError for a name without letters or digits."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._patterns = frozenset(p for form in (name, *forms(name)) if (p := fold_name(form)).strip())
        if not self._patterns:
            raise ValueError(f"nothing to look for in {name!r}. Write letters or digits")
        self._readings: tuple[tuple[Family, str, str], ...] = tuple(_keyed(name))
        self.triggers: frozenset[Trigger] = frozenset((family, of_key) for family, of_key, _ in self._readings)

    @property
    def words(self) -> frozenset[str]:
        """The longest word of each spelling: where none stands in a report, nor does the name letter for letter."""
        return frozenset(max(pattern.split(), key=len) for pattern in self._patterns)

    def find(self, text: str) -> list[Found]:
        """Every place where the name stands, in order; none overlap."""
        found = [*self._exact(text), *self._by_sound(text)]
        kept: list[Found] = []
        for one in sorted(found, key=lambda f: (f.start, not f.is_exact, f.start - f.end)):
            if not kept or one.start >= kept[-1].end:
                kept.append(one)
        return kept

    def _exact(self, text: str) -> Iterator[Found]:
        folded = fold(text)
        for pattern in self._patterns:
            position = folded.text.find(pattern)
            while position >= 0:
                start, end = folded.span(position + 1, position + len(pattern) - 1)
                yield Found(start, end, is_exact=True)
                position = folded.text.find(pattern, position + 1)

    def _by_sound(self, text: str) -> Iterator[Found]:
        if not self._readings:
            return
        for start, end in stretches(text):
            surface = text[start:end]
            if any(self._sounds_like(form) for form in (surface, *stems(surface))):
                yield Found(start, end, is_exact=False)

    def _sounds_like(self, surface: str) -> bool:
        for family, of_key, other in _keyed(surface):
            if (family, of_key) in self.triggers:
                most = limit(len(of_key), _NAMESAKES) + SLACK  # one name is looked for, not any
                for own_family, own_key, own in self._readings:
                    if (own_family, own_key) == (family, of_key) and distance(own, other, family) <= most:
                        return True
        return False


def triggers_in(text: str) -> frozenset[Trigger]:
    """Every key that a name in this text may have."""
    surfaces = {text[start:end] for start, end in stretches(text)}
    return frozenset(
        (family, of_key) for s in surfaces for form in (s, *stems(s)) for family, of_key, _ in _keyed(form)
    )


def stretches(text: str) -> Iterator[tuple[int, int]]:
    """Words, and runs of words without a break, that may be a name: their first or second word has a capital or no
    case."""
    words = [(m.start(), m.end()) for m in _WORD.finditer(text)]
    for first, (start, _) in enumerate(words):
        for last in range(first, min(len(words), first + MOST_WORDS)):
            if last > first and text[words[last - 1][1] : words[last][0]] not in _JOINTS:
                break
            if not text[start].islower() or (last > first and not text[words[first + 1][0]].islower()):
                yield start, words[last][1]


@lru_cache(maxsize=65_536)
def _keyed(name: str) -> tuple[tuple[Family, str, str], ...]:
    """Readings of a name with their families and keys, for those that say enough."""
    return tuple(
        (family, of_key, reading)
        for family in FAMILIES
        for reading in readings(name, family)
        if len(of_key := key(reading, family)) >= MIN_CONSONANTS
    )
