"""The romanisation key: what all spellings of one name have in common.

A key holds a name's consonants, in classes that transcriptions mix up, without articles, vowels, glides and doublings.
It finds candidates; whether two spellings with one key are one name is for ``shared.names.spelling_distance`` to say.

There are two families of rules. ``abjad`` is for names from languages written in Arabic and Hebrew letters (q, k, g and
j are one class, h and the glides y and w come and go); ``slavic`` for names from those written in Cyrillic (v is a
consonant, g and h are one class, sibilants are one class).
"""

import itertools
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from shared.names.romanise import VOWELS, Sounds, sounds

Family = Literal["abjad", "slavic"]
FAMILIES: tuple[Family, ...] = ("abjad", "slavic")
# A spelling that may be read in more ways than this says too little.
MOST_READINGS = 12
# Marks a reading from a script that leaves short vowels out.
VOWELLESS = "~"

# What a sound may be within a family: itself where no row says otherwise, a vowel, or nothing.
_READINGS: dict[Family, dict[str, tuple[str, ...]]] = {
    "abjad": {
        "X": ("X", "h"), "H": ("h",), "V": ("u",), "W": ("u",), "0": ("u",), "J": ("6", "i"), "C": ("2", "X"),
        "O": ("K", "6"), "A": ("6",),
        "Y": ("6",), "U": ("T",),
    },
    "slavic": {
        "0": ("V", "u"), "J": ("i", "3", "X"), "C": ("1", "X"), "O": ("4", "K"), "W": ("V",), "A": ("6", "G"),
        "Y": ("D", "6"), "U": ("T", "1"),
    },
}  # fmt: skip
_CLASSES: dict[Family, dict[str, str]] = {
    "abjad": {sound: kind for kind, members in
              {"B": "BP", "T": "T8", "D": "D9Z3", "K": "KGQX76", "S": "S1245E"}.items() for sound in members},
    "slavic": {sound: kind for kind, members in
               {"B": "BP", "V": "VF", "T": "T8", "D": "D9", "K": "KQGHX7",
               "S": "SZE123456"}.items() for sound in members},
}  # fmt: skip
_CLASS_TABLES = {family: str.maketrans(table) for family, table in _CLASSES.items()}
# In abjad names an h is as weak as a vowel, and is written small.
GAP_SOUNDS = VOWELS + "h"
_NO_VOWELS = str.maketrans("", "", GAP_SOUNDS + VOWELLESS)

# al-, el-, ul-, ad-, az-, ash- ... as a word of its own, and as Arabic writes it, with the clitics before it.
_ARTICLE = re.compile(r"[aeiu]?[LDNRSTZ298E]|oL")
_WRITTEN_ARTICLE = re.compile(r"^(?:(?:0|B|F|K|0B)?aL|0?LL)(?=.{2})")
_GLUED_ARTICLE = re.compile(r"[ae]L(?=[A-Z0-9].*[A-Z0-9])")
# The t of a feminine noun before another ("Qal'at Salih") is silent elsewhere, and Arabic has one letter for both.
_CONSTRUCT = re.compile(r"(?<=.{2})[ae]T$")
# Belarusian short u, written u in Latin letters; Cyrillic's hard e, written eh; the Lithuanian nominative.
_HARD_E = re.compile(r"eH(?=[^aeiou]|$)")
_SHORT_U = re.compile(r"([aeio])u(?=[^aeiou]|$)")
_BALTIC_ENDING = re.compile(r"(?<=[A-Z0-9].[A-Z0-9])[aiu]S$|(?<=[A-Z0-9]{2})[aiu]S$")
_AFTER_COMMA = re.compile(r"[,،(].*")


def readings(name: str, family: Family) -> tuple[str, ...]:
    """Ways to read a name in a family: consonants and the vowels between them. None for a name without consonants."""
    heard = sounds(_AFTER_COMMA.sub("", name))
    return _of_sounds(heard, family) if heard else ()


@lru_cache(maxsize=65_536)
def _of_sounds(heard: Sounds, family: Family) -> tuple[str, ...]:
    table = _READINGS[family]
    mark = VOWELLESS if heard.is_abjad else ""
    found: dict[str, None] = {}
    for spoken in _pronunciations(heard, family):
        options = [table.get(sound, (sound,)) for sound in spoken]
        for chosen in itertools.islice(itertools.product(*options), MOST_READINGS):
            reading = _tidied("".join(chosen), family, is_abjad=heard.is_abjad)
            if reading.translate(_NO_VOWELS):
                found[mark + reading] = None
    return tuple(found)


def _pronunciations(heard: Sounds, family: Family) -> Iterator[str]:
    words = list(_words(heard, family))
    joined = "".join(words)
    yield joined
    if heard.is_abjad:
        return
    if family == "abjad" and any(map(_GLUED_ARTICLE.match, words)):
        yield "".join(_GLUED_ARTICLE.sub("", word) for word in words)
    if family == "slavic":
        for pattern, plain in ((_SHORT_U, r"\1V"), (_HARD_E, "e")):
            if pattern.search(joined):
                yield pattern.sub(plain, joined)
    if _BALTIC_ENDING.search(joined):
        yield _BALTIC_ENDING.sub("", joined)


def _words(heard: Sounds, family: Family) -> Iterator[str]:
    last = len(heard.words) - 1
    for position, word in enumerate(heard.words):
        if family == "slavic":
            yield word
        elif heard.is_abjad:
            yield "" if last and word in ("aL", "L") else _WRITTEN_ARTICLE.sub("", word)
        elif position == last:
            yield word
        elif not _ARTICLE.fullmatch(word):
            yield _CONSTRUCT.sub("a", word)


def _tidied(reading: str, family: Family, *, is_abjad: bool) -> str:
    """Without letters that only lengthen the one before them; where short vowels are left out, none does."""
    if is_abjad or not reading:
        return reading
    reading = reading.replace("NB", "MB") if family == "abjad" else reading.replace("T3", "1")
    kept, classes = [reading[0]], _CLASSES[family]
    for sound in reading[1:]:
        if sound in GAP_SOUNDS or classes.get(sound, sound) != classes.get(kept[-1], kept[-1]):
            kept.append(sound)
    return "".join(kept)


def key(reading: str, family: Family) -> str:
    """The key of a reading: the classes of its consonants."""
    return reading.translate(_NO_VOWELS).translate(_CLASS_TABLES[family])
