"""Which of many regular expressions can match a text at all, from one pass over it.

Wherever a rule matches, one of a few strings stands: its cues. They are read off the rule's own syntax tree, so that
rule and cues cannot drift apart. Most texts hold no cue of most rules. Pure.
"""

import bisect
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import daachorse

# More ways to write one cue than these say little.
MOST_CHOICES = 8
Cues = frozenset[str]
Fold = Callable[[str], str]


def fold_case(text: str) -> str:
    """The text as ``re.IGNORECASE`` sees it, or with more letters equal: a cue is looked for in this form."""
    # These two ``re`` takes for an i as well.
    return text.replace("İ", "i").replace("ı", "i").casefold()


class RuleIndex:
    """Regular expressions, compiled with ``flags``. No rule switches its case on by itself."""

    def __init__(self, regexes: Iterable[str], flags: re.RegexFlag = re.NOFLAG) -> None:
        self._fold: Fold = fold_case if flags & re.IGNORECASE else str
        numbers: dict[str, list[int]] = defaultdict(list)
        self.rules: list[re.Pattern[str]] = []
        self._always: set[int] = set()
        for number, regex in enumerate(regexes):
            self.rules.append(re.compile(regex, flags))
            cues = cues_of(regex, self._fold)
            if cues is None:
                self._always.add(number)
            for cue in cues or ():
                numbers[cue].append(number)
        self._numbers = tuple(map(tuple, numbers.values()))
        self._automaton = daachorse.CharwiseDoubleArrayAhoCorasick(list(numbers))

    def possible_in(self, pieces: Sequence[str]) -> list[list[int]]:
        """For each piece of a text, whole or with spaces for parts, the rules that may match, by number, in order."""
        folded = [self._fold(piece) for piece in pieces]
        try:
            found = self._automaton.find_overlapping("\n".join(folded))
        except UnicodeEncodeError:  # half a surrogate pair
            return [list(range(len(self.rules))) for _ in pieces]
        ends = list(itertools.accumulate(len(piece) + 1 for piece in folded))
        numbers: dict[int, set[int]] = defaultdict(self._always.copy)
        for start, _, cue in found:
            numbers[bisect.bisect_right(ends, start)].update(self._numbers[cue])
        return [sorted(numbers.get(n, self._always)) for n in range(len(pieces))]


def cues_of(regex: str, fold: Fold = fold_case) -> Cues | None:
    """Strings without spaces, folded, of which one stands in every match; None where the rule tells none."""
    return _Reading(fold).of_sequence(parser.parse(regex))


class _Reading:
    """Reads cues off syntax trees. ``fold`` takes one letter at a time."""

    def __init__(self, fold: Fold) -> None:
        self._fold = fold

    def of_sequence(self, sequence: Iterable[tuple[Any, Any]]) -> Cues | None:
        """The rarest cues of what stands one behind the other: long ones, and few."""
        return max(self._candidates(sequence), key=lambda cues: (min(map(len, cues)), -len(cues)), default=None)

    def _candidates(self, sequence: Iterable[tuple[Any, Any]]) -> Iterator[Cues]:
        runs = {""}
        for op, value in sequence:
            if op is ops.AT or op is ops.ASSERT_NOT:
                continue  # these take no room
            choices = self._choices(op, value)
            if choices and len(runs) * len(choices) <= MOST_CHOICES:
                runs = {run + choice for run in runs for choice in choices}
                continue
            if "" not in runs:
                yield frozenset(runs)
            runs = choices or {""}
            cues = self._of_one(op, value)
            if cues is not None:
                yield cues
        if "" not in runs:
            yield frozenset(runs)

    def _choices(self, op: Any, value: Any) -> set[str]:
        """The few letters of which this is one; none where it may be a space, nothing, or one of many."""
        members = [(op, value)] if op is ops.LITERAL else value if op is ops.IN else []
        if not all(kind is ops.LITERAL for kind, _ in members):
            return set()
        choices = {self._fold(chr(code)) for _, code in members}
        return choices if len(choices) <= MOST_CHOICES and all(map(str.strip, choices)) else set()

    def _of_one(self, op: Any, value: Any) -> Cues | None:
        """The cues of one element that is no letter."""
        if op is ops.SUBPATTERN or op is ops.ASSERT:
            return self.of_sequence(value[-1])
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            least, _, repeated = value
            return self.of_sequence(repeated) if least else None
        return _of_any(map(self.of_sequence, value[1])) if op is ops.BRANCH else None


def _of_any(branches: Iterable[Cues | None]) -> Cues | None:
    found: set[str] = set()
    for cues in branches:
        if cues is None:
            return None
        found |= cues
    return frozenset(found)
