"""Names in Latin, Cyrillic, Arabic and Hebrew letters as sounds, so that spellings of one name can be compared.

A sound is one character: vowels are ``a e i o u``, consonants are capitals and digits. Where an alphabet does not tell
which sound is meant ("ch": German, French, English), the sound stands for the letters, and who compares decides:

    1 ch in "church"    2 sh    3 zh    4 ts    5 shch    6 j in "jam"    7 gh    8 th    9 dh, emphatic d and z
    C Latin ch      E s with a mark (Turkish sh, Arabic s)      J Latin j      O Latin c      U Latin tj      Y Latin dj
    0 Arabic waw (w, v, u or o)      A Arabic jim (j or g)      W w      X kh

Letters of languages that use these scripts otherwise (Persian, Urdu, Pashto, Kurdish, Kazakh, Serbian) are in the
tables.
The correspondences are those of BGN/PCGN and ALA-LC tables, and of what newsrooms write instead.
"""

import re
import unicodedata
from dataclasses import dataclass

from shared.names.fold import fold_char

VOWELS = "aeiou"
_CYRILLIC = {
    **dict(zip("абвгґдежзиійклмнопрстуфхц",
    "a B V G G D e 3 Z i i i K L M N o P R S T u F X 4".split(), strict=True)),  # noqa: SIM905
    "ч": "1", "ш": "2", "щ": "5", "ъ": "", "ь": "", "ы": "i", "э": "e", "ю": "iu", "я": "ia", "ё": "e", "є": "e",
    "ї": "i", "ў": "W", "ә": "a", "ө": "o", "ү": "u", "ұ": "u", "қ": "Q", "ғ": "7", "ң": "N", "һ": "H", "ҳ": "H",
    "ҷ": "6", "ӣ": "i", "ӯ": "u", "џ": "6", "ј": "i", "љ": "L", "њ": "N", "ћ": "1", "ђ": "6", "ѓ": "G", "ќ": "K",
    "ѕ": "Z",
}  # fmt: skip
_ARABIC = {
    **dict(zip("بتثجحخدذرزسشصضطظغفقكلمن", "BT8AHXD9RZS2S9T97FQKLMN", strict=True)),
    "ا": "a", "آ": "a", "أ": "a", "إ": "i", "ٱ": "a", "ى": "a", "ه": "H", "ة": "", "و": "0", "ؤ": "0", "ي": "i",
    "ئ": "i", "ء": "", "ع": "",
    "پ": "P", "چ": "1", "ژ": "3", "گ": "G", "ڤ": "V", "ک": "K", "ی": "i", "ې": "e", "ۍ": "i", "ے": "e", "ۓ": "e",
    "ہ": "H", "ۀ": "",
    "ھ": "", "ٹ": "T", "ڈ": "D", "ڑ": "R", "ں": "N", "ټ": "T", "ډ": "D", "ړ": "R", "ښ": "2", "ږ": "G", "څ": "4",
    "ځ": "Z",
    "ڼ": "N", "ګ": "G", "ڕ": "R", "ڵ": "L", "ۆ": "o", "ێ": "e", "ە": "e", "ۋ": "V", "ـ": "", "ۇ": "u", "\u200c": " ",
}  # fmt: skip
_HEBREW = {
    **dict(zip("אבגדהוזחטיכךלמםנןסעפףצץקרשת", "-BGDH0ZXTiKKLMMNNS-PF44KR2T", strict=True)),
    "א": "", "ע": "",
}  # fmt: skip
# Letters whose mark tells a sound. All other marks are dropped.
_MARKED = {
    "š": "2", "č": "1", "ć": "1", "ç": "1", "ž": "3", "ż": "3", "ş": "E", "ś": "E", "ṣ": "S", "ğ": "7", "ḫ": "X",
    "ẖ": "X",
    "ŭ": "W", "ł": "L", "ḥ": "H", "ḩ": "H", "ţ": "T", "ḑ": "9", "ḍ": "9", "z̧": "9", "ẓ": "9", "z̄": "9", "ð": "9",
    "þ": "8", "ŝ": "2", "ĉ": "1",
    "ĝ": "6", "ñ": "N", "ș": "2", "ț": "4",
}  # fmt: skip
_LATIN = {
    "schtsch": "5", "shtsh": "5", "shh": "5", "chtch": "5", "shch": "5", "szcz": "5", "stsj": "5", "sjtsj": "5",
    "tsch": "1", "tch": "1", "tsj": "1", "cz": "1", "tsh": "1", "dsch": "6", "dzh": "6", "dj": "Y", "tj": "U",
    "dż": "6", "sch": "2", "sh": "2", "sz": "2",
    "sj": "2", "zh": "3", "zj": "3", "kh": "X", "gh": "7", "ch": "C", "th": "8", "dh": "9", "ph": "F", "ts": "4",
    "tz": "4", "tc": "4",
    "dz": "Z",
    "b": "B", "c": "O", "d": "D", "f": "F", "g": "G", "h": "H", "j": "J", "k": "K", "l": "L", "m": "M", "n": "N",
    "p": "P", "q": "Q",
    "r": "R", "s": "S", "t": "T", "v": "V", "w": "W", "x": "X", "z": "Z", "y": "i",
}  # fmt: skip
_DIGRAPHS = re.compile("|".join(sorted(_LATIN, key=len, reverse=True)))
# Two letters that other alphabets write as one.
_JOINED = {
    "D3": "6",
    "D6": "6",
    "DA": "6",
    "TS": "4",
    "T4": "4",
    "T1": "1",
    "T2": "1",
    "21": "5",
    "51": "5",
    "S1": "5",
    "25": "5",
}
_JOINABLE = re.compile("|".join(_JOINED))
_DOUBLED = re.compile(r"([A-Z0-9])\1+")
# The Cyrillic letter that one transcription writes "eh".
_MUTE_H = re.compile(r"^eh(?=[b-df-hj-np-tv-z])")
# At a word's end these letters are an -a or -e.
_MUTE_ENDING = re.compile(r"[ةهہۀה](?!\w)")
_SILENT = frozenset("'’‘ʼʻ`´′ʿʾʹʺ·\u0640\u200d″\"")
_ABJADS = re.compile("[\u0590-\u06ff]")


class _Letters(dict[int, str]):
    """What each letter stands for; for one that no table holds, itself without marks, or a space."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kept = "" if char in _SILENT or unicodedata.category(char) in ("Mn", "Lm") else fold_char(char)
        known = all(c.isascii() for c in kept)
        self[code] = kept if known else "?"
        return self[code]


_LETTERS = _Letters(
    {ord(k): v for table in (_CYRILLIC, _ARABIC, _HEBREW, _MARKED) for k, v in table.items() if len(k) == 1}
)


@dataclass(frozen=True, slots=True)
class Sounds:
    """A name's words as sounds. ``is_abjad``: its script leaves short vowels out."""

    words: tuple[str, ...]
    is_abjad: bool


def sounds(name: str) -> Sounds | None:
    """The sounds of a name; None for one with digits, or in a script that has no table here."""
    is_abjad = _ABJADS.search(name) is not None
    written = _MUTE_ENDING.sub("ى", unicodedata.normalize("NFC", name.lower()))
    plain = written.translate(_LETTERS)
    if "?" in plain or any(c.isdecimal() for c in name):
        return None
    words = tuple(_word(word, is_abjad=is_abjad) for word in plain.split())
    return Sounds(words, is_abjad) if any(words) else None


def _word(letters: str, *, is_abjad: bool) -> str:
    word = _DIGRAPHS.sub(lambda m: _LATIN[m[0]], _MUTE_H.sub("e", letters))
    word = _JOINABLE.sub(lambda m: _JOINED[m[0]], word)
    # Where short vowels are not written, two letters in a row are two syllables.
    return word if is_abjad else _DOUBLED.sub(r"\1", word)
