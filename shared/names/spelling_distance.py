"""How far apart two readings with one key are, and when they are one name.

The distance is 0 where only conventions of transcription differ (ou and u, final -a and -ah), about 0.1 for vowels that
they mix up (a and e, i and e), and 0.3 to 0.5 for another sound. The steps were chosen by hand; those of vowels were
set again after a look at what was missed.
"""

import re
from functools import cache, lru_cache
from itertools import product
from typing import Literal

from shared.names.spelling_key import VOWELLESS, Family

# What another sound costs, whichever; readings with different keys are no nearer than this.
DIFFERENT = 9.0
# From so many consonants on, chance likenesses are rare.
LONG = 4
# How far apart readings with so many consonants may be: where more must agree, more may differ; and where few names
# share the key. Measured by tests/accuracy/spelling.py: a step more, and over one name in a hundred is joined falsely.
_LIMITS = {2: 0.0, 3: 0.0}
_LIMIT_OF_LONG, _LIMIT_EACH, _LIMIT_OF_RARE = 0.05, 0.05, 0.05
FEW = 8
# Where the report speaks of the place's country, so much more may differ.
SLACK = 0.15
# Spellings this much farther than the nearest may still mean the same name.
MARGIN = 0.25

_CONSONANTS = re.compile(r"([A-Z0-9])")
# One reading is compared with all that bear its key, and those with the next reading.
_KEPT_PARTS = 1_024
# Sounds of one class that are spelled alike.
_ALIKE: dict[Family, tuple[str, ...]] = {
    "abjad": ("KQG", "G6X7", "KX", "SE", "2E1", "DZ93", "T8", "36", "42"),
    "slavic": ("KQ", "GH7X", "KX1", "SZE4", "21E5S", "3Z6", "23", "412S", "VF", "36", "DT9"),
}
_SPELLED_ALIKE, _ANOTHER_SOUND = 0.05, 0.5

Position = Literal["first", "middle", "last"]
_DIGRAPHS = {"ie": "e", "ae": "a", "ou": "u", "oe": "u", "ea": "a", "eo": "o", "ao": "o"}
_DIPHTHONGS = {"ai": "eai", "ei": "eia", "oi": "oi", "ui": "uo", "au": "oua", "eu": "uoe", "iu": "ui"}
_GLIDE = re.compile(r"i(?=[aeou])")
_LONG_VOWEL = re.compile(r"(.)\1+")
_VOWEL_STEPS: dict[Family, dict[str, float]] = {
    "abjad": {
        "ae": 0.1, "ei": 0.1, "ai": 0.2, "ou": 0.05, "au": 0.4, "ao": 0.3, "iu": 0.5, "eo": 0.4, "eu": 0.5, "io": 0.5,
    },
    "slavic": {
        "ae": 0.3, "ei": 0.1, "ai": 0.4, "ou": 0.3, "au": 0.5, "ao": 0.05, "iu": 0.4, "eo": 0.15, "eu": 0.5, "io": 0.1,
    },
}  # fmt: skip
# Dialects and transcribers break clusters as they like (Kafr, Kafer, Kfar).
_LOST_VOWEL: dict[Family, float] = {"abjad": 0.1, "slavic": 0.35}
_LOST_FIRST_VOWEL, _LONGER, _LOST_H = 0.2, 0.05, 0.05
# What a long vowel of an abjad stands for, and what it costs where the other spelling has none of these.
_HEARD_AS = {"i": "ie", "u": "uo", "a": "ae"}
_UNHEARD = 0.4
_SLAVIC_ENDING, _FEMININE_ENDING, _ANOTHER_ENDING = 0.1, 0.1, 0.3


def distance(one: str, other: str, family: Family, farthest: float = DIFFERENT) -> float:
    """How far two readings are apart; DIFFERENT where they have no key in common, or are beyond ``farthest``."""
    first, second = _parts(one), _parts(other)
    if len(first) != len(second):
        return DIFFERENT
    vowelless = (one.startswith(VOWELLESS), other.startswith(VOWELLESS))
    last, total = len(first) - 1, 0.0
    for i, (a, b) in enumerate(zip(first, second, strict=True)):
        if a == b:
            continue
        if i % 2:
            total += _consonant_step(a, b, family, is_across=vowelless[0] != vowelless[1])
        else:
            total += _gap_step(a, b, family, vowelless, "first" if i == 0 else "last" if i == last else "middle")
        if total > farthest:
            return DIFFERENT
    return total


@lru_cache(maxsize=_KEPT_PARTS)
def _parts(reading: str) -> list[str]:
    """Vowels and consonants by turns."""
    return _CONSONANTS.split(reading.removeprefix(VOWELLESS))


def limit(consonants: int, namesakes: int) -> float:
    """Up to which distance readings with so many consonants, and a key that so many bear, are taken for one name."""
    if consonants in _LIMITS:
        return _LIMITS[consonants] + (_LIMIT_OF_RARE if namesakes <= FEW and consonants > 2 else 0.0)
    return _LIMIT_OF_LONG + _LIMIT_EACH * (consonants - LONG)


@cache
def _consonant_step(a: str, b: str, family: Family, *, is_across: bool) -> float:
    if is_across and {a, b} == {"B", "P"}:  # Arabic has no p
        return _SPELLED_ALIKE
    return _SPELLED_ALIKE if any(a in group and b in group for group in _ALIKE[family]) else _ANOTHER_SOUND


@cache
def _gap_step(a: str, b: str, family: Family, vowelless: tuple[bool, bool], position: Position) -> float:
    """The vowels between two consonants, before the first, or after the last."""
    is_across = vowelless[0] != vowelless[1]
    if position == "last":
        if family == "slavic":
            return 0.0 if _plain(a.rstrip("i")) == _plain(b.rstrip("i")) else _SLAVIC_ENDING
        if not (is_across and "h" in a and "h" in b):
            return _ending_step(a, b)
    lost_h = _LOST_H if ("h" in a) != ("h" in b) else 0.0
    a, b = _plain(a), _plain(b)
    if a == b:
        return lost_h
    if is_across:
        return lost_h + _written_step(*((a, b) if vowelless[0] else (b, a)), position)
    return lost_h + _vowel_step(a, b, family, position)


def _plain(vowels: str) -> str:
    plain = _LONG_VOWEL.sub(r"\1", _GLIDE.sub("", vowels.replace("h", "").replace("ou", "u")))
    return _DIGRAPHS.get(plain, plain)


def _ending_step(a: str, b: str) -> float:
    """-a, -ah, -eh and their absence; what stands before them is heard: -iya and -i, -aya and -ay."""
    stem, other = (_plain(vowels.rstrip("aeh")) for vowels in (a, b))
    if stem != other:
        return min(_ANOTHER_ENDING, _vowel_step(stem, other, "abjad", "last"))
    return 0.0 if stem or bool(_plain(a)) == bool(_plain(b)) else _FEMININE_ENDING


def _written_step(written: str, spoken: str, position: Position) -> float:
    """``written`` leaves short vowels out: what it lacks costs nothing, what it has must be heard."""
    if not written:
        return 0.0 if len(spoken) == 1 else 0.3
    if position == "first" and written == "a":
        return 0.0  # alif carries any vowel
    return sum(_UNHEARD for vowel in set(written) if not set(spoken) & set(_HEARD_AS.get(vowel, vowel)))


def _vowel_step(a: str, b: str, family: Family, position: Position) -> float:
    if not a or not b:
        return _LOST_FIRST_VOWEL if position == "first" else _LOST_VOWEL[family]
    steps = _VOWEL_STEPS[family]
    pairs = product(_DIPHTHONGS.get(a, a), _DIPHTHONGS.get(b, b))
    nearest = min(0.0 if x == y else steps["".join(sorted(x + y))] for x, y in pairs)
    return nearest + (_LONGER if len(a) != len(b) else 0.0)
