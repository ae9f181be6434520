"""Names that nothing knows, found in a text in any spelling: a watch on a hamlet or a band that no list has.

A pattern holds the name as written, its forms by grammar, and its romanisation keys. What a text may hold by sound is
worked out once (``Heard``), however many patterns look for their names in it. ``triggers`` and ``words`` say which
reports are worth trying: where none of them is in a report, the name is not either.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from shared.names.fold import Folded, fold, fold_name
from shared.names.frequencies import is_common
from shared.names.inflect import forms, stems
from shared.names.spelling_distance import SLACK, distance, limit
from shared.names.spelling_key import FAMILIES, Family, key, readings

# A key of fewer consonants joins too much where no list helps to choose.
MIN_CONSONANTS = 3
MOST_WORDS = 5
# As if nobody else bore the key: nobody knows.
_NAMESAKES = 1

_LETTER = r"[^\W\d_]"
_INNER = rf"(?:['’‘ʼ`ʿʾ]{_LETTER}+)*"
# The class of capitals, and of letters without case, comes first: or every letter would be tried.
_FIRST_WORD = re.compile(rf"[^\W\d_a-zß-öø-ÿа-џ](?<!{_LETTER}.){_LETTER}*{_INNER}")
_NEXT_WORD = re.compile(rf"([ –\u00a0-])({_LETTER}+{_INNER})")
_JOINTS = frozenset({" ", "-"})
_ARTICLE_BEFORE = re.compile(r"(?<!\w)(?:[aeu](?:[ldnrstz]|sh|dh|th)|[аэе][лднрстзш]ь?)[ -]$")
Trigger = tuple[Family, str]
_CACHED_SURFACES = 65_536
# Hebrew and Arabic letters.
_ABJADS = ("\u0590", "\u06ff")
MOST_ABJAD_WORDS = 3
# By so many first consonants a word is known not to open any wanted name.
_OPENINGS = (2, 3)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a name stands, and whether letter for letter (but for case and marks) or by its sound."""

    start: int
    end: int
    is_exact: bool


class Wanted:
    """The keys of all names that are looked for: which stretches of a text are worth hearing."""

    def __init__(self, triggers: Iterable[Trigger] = ()) -> None:
        self._triggers: Counter[Trigger] = Counter()
        self._openings: Counter[Trigger] = Counter()
        self.add(triggers)

    def __bool__(self) -> bool:
        return bool(self._triggers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wanted) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __contains__(self, trigger: object) -> bool:
        return trigger in self._triggers

    def add(self, triggers: Iterable[Trigger]) -> None:
        """Looks for these, too."""
        for family, of_key in triggers:
            self._triggers[family, of_key] += 1
            for length in _OPENINGS:
                self._openings[family, of_key[:length]] += 1

    def discard(self, triggers: Iterable[Trigger]) -> None:
        """Looks for these once less; each was added before."""
        for family, of_key in triggers:
            _take_one(self._triggers, (family, of_key))
            for length in _OPENINGS:
                _take_one(self._openings, (family, of_key[:length]))

    def opens(self, openings: Iterable[Trigger]) -> bool:
        """Whether a wanted key begins with one of these, each of two or three consonants."""
        return not self._openings.keys().isdisjoint(openings)


def _take_one(counts: Counter[Trigger], trigger: Trigger) -> None:
    counts[trigger] -= 1
    if counts[trigger] <= 0:
        del counts[trigger]


class Heard:
    """The stretches of a text that may be wanted names, by the keys that they may have."""

    def __init__(self, text: str, wanted: Wanted) -> None:
        self._spans: dict[str, list[tuple[int, int]]] = {}
        for start, end in stretches(text, wanted):
            self._spans.setdefault(text[start:end], []).append((start, end))
        self._surfaces: dict[Trigger, list[tuple[str, str]]] = {}
        for surface in self._spans:
            for trigger, reading in sounds_of(surface):
                if trigger in wanted:
                    self._surfaces.setdefault(trigger, []).append((surface, reading))

    @property
    def triggers(self) -> frozenset[Trigger]:
        """The wanted keys that names in the text may have."""
        return frozenset(self._surfaces)

    def surfaces(self) -> Iterator[tuple[str, list[tuple[int, int]]]]:
        """What has a wanted key, each with where it stands."""
        for surface in dict.fromkeys(surface for rows in self._surfaces.values() for surface, _ in rows):
            yield surface, self._spans[surface]

    def with_key(self, trigger: Trigger) -> Iterator[tuple[str, list[tuple[int, int]]]]:
        """The readings that have this key, each with where it stands."""
        for surface, reading in self._surfaces.get(trigger, ()):
            yield reading, self._spans[surface]


class NamePattern:
    """One name, compiled. Raises ValueError for a name without letters or digits."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._patterns = frozenset(p for form in (name, *forms(name)) if (p := fold_name(form)).strip())
        if not self._patterns:
            raise ValueError(f"nothing to look for in {name!r}. Write letters or digits")
        self._readings = keyed(name)
        # Written small, words that everybody uses are those words.
        self._asks_for_capital = name[:1].isupper() and all(map(is_common, fold_name(name).split()))
        self.triggers: frozenset[Trigger] = frozenset(trigger for trigger, _ in self._readings)

    @property
    def words(self) -> frozenset[str]:
        """The longest word of each spelling: where none stands in a report, nor does the name letter for letter."""
        return frozenset(max(pattern.split(), key=len) for pattern in self._patterns)

    def find(self, text: str, folded: Folded | None = None, heard: Heard | None = None) -> list[Found]:
        """Every place where the name stands, in order; none overlap. ``folded`` and ``heard`` are those of the text."""
        found = [*self._exact(text, folded or fold(text)), *self._by_sound(heard or Heard(text, Wanted(self.triggers)))]
        kept: list[Found] = []
        for one in sorted(found, key=lambda f: (f.start, not f.is_exact, f.start - f.end)):
            if not kept or one.start >= kept[-1].end:
                kept.append(one)
        return kept

    def _exact(self, text: str, folded: Folded) -> Iterator[Found]:
        for pattern in self._patterns:
            position = folded.text.find(pattern)
            while position >= 0:
                start, end = folded.span(position + 1, position + len(pattern) - 1)
                if not (self._asks_for_capital and text[start:end].islower()):
                    yield Found(start, end, is_exact=True)
                position = folded.text.find(pattern, position + 1)

    def _by_sound(self, heard: Heard) -> Iterator[Found]:
        for trigger, own in self._readings:
            family, of_key = trigger
            most = limit(len(of_key), _NAMESAKES) + SLACK  # one name is looked for, not any
            for reading, spans in heard.with_key(trigger):
                if distance(own, reading, family) <= most:
                    yield from (Found(start, end, is_exact=False) for start, end in spans)


def stretches(text: str, wanted: Wanted) -> Iterator[tuple[int, int]]:
    """Words, and runs of words without a break, that may be a wanted name.

    In a script with capitals the first word has one, but for an article before it, and so has the last, or it hangs on
    a hyphen.
    """
    for match in _FIRST_WORD.finditer(text):
        word, end = match[0], match.end()
        if _ABJADS[0] <= word[0] <= _ABJADS[1]:
            yield from _abjad_stretches(text, match.start(), end, word, wanted)
        elif not word[0].islower() and ((openings := _openings(word)) is None or wanted.opens(openings)):
            start = _with_article(text, match.start())
            for last in _ends(text, end, MOST_WORDS):
                yield start, last


def _abjad_stretches(text: str, start: int, end: int, word: str, wanted: Wanted) -> Iterator[tuple[int, int]]:
    openings = _openings(word)
    if openings is None:  # with so little to hear, a name goes on
        following = _NEXT_WORD.match(text, end)
        if following is None:
            return
        openings = _joined_openings(word, following[2])
    if openings is None or wanted.opens(openings):
        for last in _ends(text, end, MOST_ABJAD_WORDS):
            yield start, last


def _with_article(text: str, start: int) -> int:
    before = text[start - 1 : start]
    article = _ARTICLE_BEFORE.search(text, max(0, start - 5), start) if before in _JOINTS else None
    return article.start() if article else start


def _ends(text: str, end: int, most: int) -> Iterator[int]:
    yield end
    for _ in range(most - 1):
        following = _NEXT_WORD.match(text, end)
        if following is None:
            return
        end = following.end()
        if following[1] != " " or not following[2].islower():
            yield end


@lru_cache(_CACHED_SURFACES)
def _openings(word: str) -> frozenset[Trigger] | None:
    """How the keys of a name begin whose first word this is; None where the word is too short, or an article."""
    keys = _keys(word)
    # In Latin letters a word's last consonant may fall silent, or melt into the next word's first.
    kept = 0 if _ABJADS[0] <= word[0] <= _ABJADS[1] else 1
    return _beginnings(keys, kept)


def _beginnings(keys: frozenset[Trigger], kept: int = 0) -> frozenset[Trigger] | None:
    shortest = min((len(of_key) for _, of_key in keys), default=0) - kept
    lengths = [length for length in _OPENINGS if length <= shortest]
    return frozenset((family, of_key[: max(lengths)]) for family, of_key in keys) if lengths else None


@lru_cache(_CACHED_SURFACES)
def _joined_openings(first: str, second: str) -> frozenset[Trigger] | None:
    """Where short vowels are not written, a name's key is made of its words' keys."""
    firsts = _keys(first) or [(family, "") for family in FAMILIES]
    seconds = _keys(second) or [(family, "") for family in FAMILIES]
    return _beginnings(frozenset((family, a + b) for family, a in firsts for other, b in seconds if family == other))


@lru_cache(_CACHED_SURFACES)
def _keys(word: str) -> frozenset[Trigger]:
    return frozenset((family, key(reading, family)) for family in FAMILIES for reading in readings(word, family))


@lru_cache(_CACHED_SURFACES)
def sounds_of(surface: str) -> tuple[tuple[Trigger, str], ...]:
    """Keys and readings of a surface, as it stands and without what grammar may have put on."""
    return tuple(dict.fromkeys(pair for form in (surface, *stems(surface)) for pair in keyed(form)))


def keyed(name: str) -> tuple[tuple[Trigger, str], ...]:
    """Readings of a name with their families and keys, for those that say enough."""
    return tuple(
        ((family, of_key), reading)
        for family in FAMILIES
        for reading in readings(name, family)
        if len(of_key := key(reading, family)) >= MIN_CONSONANTS
    )
