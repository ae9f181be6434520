"""How a text is written: its words, its lines of capitals, the words it writes small; once a report. Pure."""

import bisect
import re
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from shared.letters import IN_WORD, LARGE, SMALL, codes_of, count_between, kinds_of

# A line with this share of capitals among its letters shouts; fewer letters say nothing of a habit.
SHOUTING_SHARE = 0.8
MIN_SHOUTING_LETTERS = 12
CAPITALISED_SHARE = 0.7
_LONG = 4
# Addresses, handles and hashtags write names small; that says nothing of how the report writes them.
_ADDRESS = re.compile(r"\S*(?:://|www\.|[@#])\S*|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?")
_SIGN_OF_ADDRESS = re.compile(r"[@#/]|www|\.[a-z]")
_SPACE = re.compile(r"\s")
# What is longer without a space is searched no further: the search takes the square of its length.
MOST_IN_ADDRESS = 500
_SENTENCE_ENDS = frozenset('.!?…؟。:\n"“”«»—–')
_OPENS_SPEECH = frozenset("“„«")
_LINE_END = re.compile("\n")
_LOOK_BACK = 20


class Writing:
    """A text with what can be said of its letters alone. ``starts`` and ``ends`` are the offsets of its words."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._kinds = kinds_of(codes_of(text))
        edges = np.flatnonzero(np.diff(self._kinds & IN_WORD != 0, prepend=False, append=False))
        self.starts: list[int] = edges[::2].tolist()
        self.ends: list[int] = edges[1::2].tolist()
        self.words = [text[start:end] for start, end in zip(self.starts, self.ends, strict=True)]

    def _beginning_with(self, kind: int) -> list[int]:
        numbers: list[int] = np.flatnonzero(self._kinds[self.starts] & kind).tolist() if self.starts else []
        return numbers

    @cached_property
    def capitals(self) -> frozenset[int]:
        """The words, by number, that begin with a capital."""
        return frozenset(self._beginning_with(LARGE))

    @cached_property
    def lowercase(self) -> frozenset[str]:
        """The words that the text writes small, outside addresses."""
        small = set(self._beginning_with(SMALL))
        for start, end in _addresses(self.text):
            small.difference_update(self.words_in(start, end))
        return frozenset(self.words[number] for number in small)

    @cached_property
    def _lines(self) -> tuple[list[int], list[bool]]:
        """Where lines begin, and whether each shouts; nothing of that where none does."""
        ends = np.array([*(match.start() for match in _LINE_END.finditer(self.text)), len(self.text)])
        starts = np.concatenate(([0], ends[:-1] + 1))
        large, small = (count_between(self._kinds & kind != 0, starts, ends) for kind in (LARGE, SMALL))
        shouts = (large >= MIN_SHOUTING_LETTERS) & (large >= SHOUTING_SHARE * (large + small))
        return starts.tolist(), shouts.tolist() if shouts.any() else []

    def shouts_at(self, offset: int) -> bool:
        """Whether the line that holds this offset is in capitals, so that a capital says nothing there."""
        starts, shouts = self._lines
        return bool(shouts) and shouts[bisect.bisect_right(starts, offset) - 1]

    def capitalises_at(self, offset: int) -> bool:
        """Whether the line that holds this offset writes its longer words with capitals, as headlines may."""
        end = self.text.find("\n", offset)
        line = self.words_in(self.text.rfind("\n", 0, offset) + 1, end if end >= 0 else len(self.text))
        words = [word for word in self.words[line.start : line.stop] if len(word) >= _LONG]
        return sum(word[0].isupper() for word in words) >= CAPITALISED_SHARE * len(words)

    def opens_line(self, offset: int) -> bool:
        """Whether a line begins here."""
        starts, _ = self._lines
        position = bisect.bisect_left(starts, offset)
        return position < len(starts) and starts[position] == offset

    def opens_sentence(self, offset: int) -> bool:
        """Whether nothing but a sentence's end stands before this offset, so that a capital says nothing."""
        before = self.text[max(0, offset - _LOOK_BACK) : offset]
        said = before.rstrip(" \t'\"“«(")
        return not said or said[-1] in _SENTENCE_ENDS or before.rstrip(" ")[-1] in _OPENS_SPEECH

    def words_in(self, start: int, end: int) -> range:
        """The words, by number, that [start, end) has a part of."""
        return range(bisect.bisect_right(self.ends, start), bisect.bisect_left(self.starts, end))

    def gap(self, number: int) -> str:
        """What stands between this word and the next."""
        following = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        return self.text[self.ends[number] : following]


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where addresses begin and end. Each keeps to the stretch between two spaces that holds its sign."""
    done = 0
    for sign in _SIGN_OF_ADDRESS.finditer(text):
        if sign.start() >= done:
            start = max(text.rfind(" ", done, sign.start()), text.rfind("\n", done, sign.start()), done - 1) + 1
            space = _SPACE.search(text, sign.end())
            done = space.start() if space else len(text)
            if done - start > MOST_IN_ADDRESS:
                yield start, done
            else:
                yield from (match.span() for match in _ADDRESS.finditer(text, start, done))
