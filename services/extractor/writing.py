"""How a text is written: its words, its lines of capitals, the words it writes small; once a report. Pure."""

import bisect
import re
from functools import cached_property

# A line with this share of capitals among its letters shouts; fewer letters say nothing of a habit.
SHOUTING_SHARE = 0.8
MIN_SHOUTING_LETTERS = 12
CAPITALISED_SHARE = 0.7
_LONG = 4
# Addresses, handles and hashtags write names small; that says nothing of how the report writes them.
_ADDRESS = re.compile(r"\S*(?:://|www\.|[@#])\S*|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?")
_MAY_BE_ADDRESS = re.compile(r"[@#/]|www|\.[a-z]")
_SENTENCE_ENDS = frozenset('.!?…؟。:\n"“”«»—–')
_WORD = re.compile(r"[^\W_]+")
_OPENS_SPEECH = frozenset("“„«")
_LOOK_BACK = 20


class Writing:
    """A text with what can be said of its letters alone. ``starts`` and ``ends`` are the offsets of its words."""

    def __init__(self, text: str) -> None:
        self.text = text
        spans = [match.span() for match in _WORD.finditer(text)]
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        self.words = [text[start:end] for start, end in spans]

    @cached_property
    def lowercase(self) -> frozenset[str]:
        """The words that the text writes small."""
        plain = _WORD.findall(_ADDRESS.sub(" ", self.text)) if _MAY_BE_ADDRESS.search(self.text) else self.words
        return frozenset(word for word in plain if word[:1].islower())

    @cached_property
    def _lines(self) -> tuple[list[int], list[bool]]:
        starts, shouts, start = [], [], 0
        for line in self.text.split("\n"):
            starts.append(start)
            shouts.append(_shouts(line))
            start += len(line) + 1
        return starts, shouts

    def shouts_at(self, offset: int) -> bool:
        """Whether the line that holds this offset is in capitals, so that a capital says nothing there."""
        starts, shouts = self._lines
        return shouts[bisect.bisect_right(starts, offset) - 1]

    def capitalises_at(self, offset: int) -> bool:
        """Whether the line that holds this offset writes its longer words with capitals, as headlines may."""
        rest, _, _ = self.text[offset:].partition("\n")
        line = self.text[self.text.rfind("\n", 0, offset) + 1 : offset] + rest
        words: list[str] = [word for word in _WORD.findall(line) if len(word) >= _LONG]
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

    def word_at(self, offset: int) -> int:
        """The number of the first word that ends after this offset."""
        return bisect.bisect_right(self.ends, offset)

    def gap(self, number: int) -> str:
        """What stands between this word and the next."""
        following = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        return self.text[self.ends[number] : following]


def _shouts(line: str) -> bool:
    large = sum(map(str.isupper, line))
    return large >= MIN_SHOUTING_LETTERS and large >= SHOUTING_SHARE * (large + sum(map(str.islower, line)))
