"""Folding text to a form in which spellings of one name are equal, with exact offsets back into the original.

The fold takes one code point at a time (NFKD, casefold, marks dropped, a few letters by table), so that a table and an
index map give it exactly. What is not a letter or digit becomes one space; ideographs stand as tokens of their own.
The result is padded, ``" token token "``: a space on either side of a pattern is a word boundary.
"""

import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from shared.letters import codes_of

SPACE = 32
# Letters that NFKD leaves alone although writers use them and their plain forms alike.
_PLAIN = {
    "ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h", "ŋ": "n", "ə": "e",
    "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ٱ": "ا", "ہ": "ه", "ۀ": "ه", "ھ": "ه", "ـ": "",
}  # fmt: skip
# An apostrophe parts tokens, so that a possessive leaves its name whole ("Deir ez-Zor's"); names that contain one are
# added a second time without it (Sana'a, Sanaa).
APOSTROPHES = "'’‘ʼʻ`´′"
# Romanisation's half rings are written or left out at will.
_DROPPED = frozenset("ʿʾ")
_MARKS = frozenset({"Mn", "Me", "Cf"})
_NO_CHARACTER = frozenset({"Cn", "Co", "Cs"})
# Scripts that are written without spaces between words: every character is a token. Thai and Lao, Burmese with its
# extensions, and Khmer write syllables: their marks are vowels and finals, not ornaments, and stand as tokens too.
_SYLLABIC = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F))
_UNSPACED = ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF), *_SYLLABIC)
_STACKERS = frozenset("\u1039\u17d2")  # what follows hangs below the letter before
_STACKER_CODES = sorted(map(ord, _STACKERS))
_LAST_WITHOUT_MARKS = 0x02FF
_ASAT = "\u103a"  # the letter before closes a Burmese syllable
_TABLE_SIZE = 0x30000
# Alphabets and punctuation lie below: most processes meet nothing else.
_COMMON = 0x3000
_SEPARATOR = "ⱞ"  # a common letter to the tables, that hardly a name contains and that folds to itself


_ANY_UNSPACED = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _UNSPACED) + "]")


def _is_unspaced(char: str) -> bool:
    return _ANY_UNSPACED.match(char) is not None


def _is_vowel_sign(char: str) -> bool:
    return unicodedata.category(char) == "Mn" and any(first <= ord(char) <= last for first, last in _SYLLABIC)


@cache
def fold_char(char: str) -> str:
    """What one code point folds to: letters and digits, one space for a separator, or nothing."""
    return _fold_char(char)


def _fold_char(char: str) -> str:
    category = unicodedata.category(char)
    if category in _NO_CHARACTER:
        return " "
    if category == "Lo" and unicodedata.is_normalized("NFKD", char) and char.casefold() == char:
        return _PLAIN.get(char, char)  # most of all code points
    if char in _DROPPED:
        return ""
    if char in APOSTROPHES:
        return " "
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold()).casefold()
    kept = [
        _PLAIN.get(part, part)
        for part in decomposed
        if part not in _DROPPED and (unicodedata.category(part) not in _MARKS or _is_vowel_sign(part))
    ]
    folded = "".join(c if _is_kept(c) else " " for c in "".join(kept))
    # A source character never straddles a token boundary, or offsets could not be given back.
    return (folded.replace(" ", "") or " ") if " " in folded else folded


def _is_kept(char: str) -> bool:
    return char not in APOSTROPHES and (char.isalnum() or unicodedata.category(char) == "Mc" or _is_vowel_sign(char))


def end_with_marks(text: str, end: int) -> int:
    """Where a stretch that ends at ``end`` does, with the marks that belong to its last letter."""
    while end < len(text) and ord(text[end]) > _LAST_WITHOUT_MARKS and unicodedata.category(text[end]) in ("Mn", "Me"):
        if _is_vowel_sign(text[end]):
            break
        end += 1
    return end


def may_end_within(
    codes: npt.NDArray[np.uint32], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> npt.NDArray[np.intp]:
    """Of the stretches [start, end) of a text, by number, whose ends marks may move, or syllables forbid."""
    before, after = codes[np.maximum(starts - 1, 0)], np.append(codes, np.uint32(0))[ends]
    return np.flatnonzero((after > _LAST_WITHOUT_MARKS) | (before == _STACKER_CODES[0]) | (before == _STACKER_CODES[1]))


def splits_syllable(text: str, start: int, end: int) -> bool:
    """Whether [start, end) cuts a syllable of an unspaced script in two, so that a name there is none."""
    if end < len(text) and "\u0e00" <= text[end] <= "\uaa7f":
        goes_on = unicodedata.category(text[end]) in ("Mn", "Mc") and _is_unspaced(text[end])
        if goes_on or text[end + 1 : end + 2] == _ASAT:
            return True
    return start > 0 and text[start - 1] in _STACKERS


def _fold_to_tokens(char: str) -> str:
    """What one code point folds to, with spaces around each character that is a token of its own."""
    folded = _fold_char(char) if ord(char) < _TABLE_SIZE else " "
    return f" {' '.join(folded)} " if _ANY_UNSPACED.search(folded) else folded


_cached_tokens = cache(_fold_to_tokens)


@dataclass(frozen=True, slots=True)
class _Tables:
    lengths: npt.NDArray[np.uint8]
    bases: npt.NDArray[np.int32]
    flat: npt.NDArray[np.uint32]


@cache
def _tables(size: int) -> _Tables:
    """Per code point below ``size``: how long its fold is, and where it starts in one flat array."""
    lengths = np.ones(size, np.uint8)
    bases = np.zeros(size, np.int32)
    flat = [SPACE]
    for code in range(min(size, _TABLE_SIZE)):
        folded = _fold_to_tokens(chr(code))
        if folded == " ":
            continue
        lengths[code] = len(folded)
        if folded:
            bases[code] = len(flat)
            flat.extend(map(ord, folded))
    return _Tables(lengths, bases, np.array(flat, np.uint32))


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text. ``index[i]`` is the offset in the original of ``text[i + 1]``; ``text[0]`` is padding."""

    text: str
    index: npt.NDArray[np.int64]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's [start, end) for a span of ``text`` that begins and ends inside its padding spaces."""
        return int(self.index[start - 1]), int(self.index[end - 2]) + 1

    def spans(
        self, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The same for many at once: where they start, and where they end."""
        return self.index[starts - 1], self.index[ends - 2] + 1


def fold(text: str) -> Folded:
    """The text folded and padded. Takes about 10 ns a character.

    The first call builds a table (0.03 s), and so does the first with an ideograph or the like (0.3 s).
    """
    codes = codes_of(text)
    tables = _tables(_COMMON if codes.max(initial=0) < _COMMON else sys.maxunicode + 1)
    lengths = tables.lengths[codes]
    if len(codes) and lengths.min() == lengths.max() == 1:
        source = None
        folded = tables.flat[tables.bases[codes]]
    else:
        source = np.repeat(np.arange(len(codes), dtype=np.int64), lengths)
        starts = np.cumsum(lengths, dtype=np.int64) - lengths
        folded = tables.flat[tables.bases[codes][source] + (np.arange(len(source)) - starts[source])]
    kept = np.flatnonzero(_keep(folded == SPACE))
    out = folded[kept].tobytes().decode("utf-32-le", "surrogatepass")
    return Folded(" " + out + ("" if not out or out.endswith(" ") else " "), kept if source is None else source[kept])


def _keep(space: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Of a run of spaces only the first stays; none at the start, where the padding is."""
    keep = ~space
    keep[1:] |= ~space[:-1]
    if len(space):
        keep[0] = not space[0]
    return keep


def fold_name(name: str) -> str:
    """A name as a pattern: folded, with its padding spaces; one space where nothing is left of it."""
    tokens = "".join(map(_cached_tokens, name)).split()
    return f" {' '.join(tokens)} " if tokens else " "


def fold_names(names: list[str]) -> list[str]:
    """Many names as patterns, in one pass. A name that folds to nothing comes back as a single space."""
    pieces = fold(f"\n{_SEPARATOR}\n".join(names)).text.split(_SEPARATOR) if names else []
    if len(pieces) != len(names):
        return [fold_name(name) for name in names]
    return [f" {piece.strip()} " if piece.strip() else " " for piece in pieces]
