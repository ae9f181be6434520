"""Cases of Russian and Ukrainian names of several words: "Новая Каховка" and "в Новой Каховке".

All words but the last are adjectives, and agree with it. A name that does not end in a regular noun keeps its listed
forms.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_CYRILLIC_WORDS = re.compile(r"^[А-ЯЁІЇЄҐа-яёіїєґʼ'’-]+(?: [А-ЯЁІЇЄҐа-яёіїєґʼ'’-]+){1,2}$")
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
MIN_NOUN = 2


class _Pattern(NamedTuple):
    """How the endings of adjective and noun change together: a pair for each case."""

    adjective: str
    noun: str
    cases: tuple[tuple[str, str], ...]


_RUSSIAN = (
    _Pattern("ая", "ия", (("ой", "ии"), ("ую", "ию"), ("ой", "ией"))),
    _Pattern("ая", "ка", (("ой", "ки"), ("ой", "ке"), ("ую", "ку"), ("ой", "кой"))),
    _Pattern("ая", "га", (("ой", "ги"), ("ой", "ге"), ("ую", "гу"), ("ой", "гой"))),
    _Pattern("ая", "а", (("ой", "ы"), ("ой", "е"), ("ую", "у"), ("ой", "ой"))),
    _Pattern("ая", "ь", (("ой", "и"), ("ую", "ь"), ("ой", "ью"))),
    _Pattern("ий", "", (("ого", "а"), ("ого", "у"), ("ому", "у"), ("им", "ом"), ("ом", "е"))),
    _Pattern("ый", "", (("ого", "а"), ("ого", "у"), ("ому", "у"), ("ым", "ом"), ("ом", "е"))),
    _Pattern("ой", "", (("ого", "а"), ("ого", "у"), ("ому", "у"), ("ым", "ом"), ("ом", "е"))),
    _Pattern("ое", "ие", (("ого", "ия"), ("ому", "ию"), ("им", "ием"), ("ом", "ии"))),
    _Pattern("ое", "о", (("ого", "а"), ("ому", "у"), ("ым", "ом"), ("им", "ом"), ("ом", "е"))),
    _Pattern("ие", "ы", (("их", ""), ("им", "ам"), ("ими", "ами"), ("их", "ах"))),
    _Pattern("ые", "ы", (("ых", ""), ("ым", "ам"), ("ыми", "ами"), ("ых", "ах"))),
    _Pattern("ие", "а", (("их", ""), ("им", "ам"), ("ими", "ами"), ("их", "ах"))),
)
_UKRAINIAN_PATTERNS = (
    _Pattern("а", "ія", (("ої", "ії"), ("ій", "ії"), ("у", "ію"), ("ою", "ією"))),
    _Pattern("а", "ка", (("ої", "ки"), ("ій", "ці"), ("у", "ку"), ("ою", "кою"))),
    _Pattern("а", "а", (("ої", "и"), ("ій", "і"), ("у", "у"), ("ою", "ою"))),
    _Pattern("ий", "", (("ого", "а"), ("ого", "у"), ("ому", "у"), ("им", "ом"), ("ому", "і"))),
    _Pattern("е", "о", (("ого", "а"), ("ому", "у"), ("им", "ом"), ("ому", "і"))),
    _Pattern("і", "и", (("их", ""), ("им", "ам"), ("ими", "ами"), ("их", "ах"))),
    _Pattern("і", "а", (("их", ""), ("им", "ам"), ("ими", "ами"), ("их", "ах"))),
)
_CONSONANT = re.compile(r"[бвгґджзклмнпрстфхцчшщ]$")


def phrases(name: str) -> Iterator[str]:
    """The other cases of a name of two or three words; none for a name of another build."""
    if not _CYRILLIC_WORDS.match(name):
        return
    *adjectives, noun = name.split()
    for pattern in _UKRAINIAN_PATTERNS if _UKRAINIAN.search(name) else (*_RUSSIAN, *_UKRAINIAN_PATTERNS):
        if _fits(adjectives, noun, pattern):
            stem = noun[: len(noun) - len(pattern.noun)]
            for adjective, ending in pattern.cases:
                agreeing = [word[: -len(pattern.adjective)] + adjective for word in adjectives]
                yield " ".join((*agreeing, stem + ending))
            return


def _fits(adjectives: list[str], noun: str, pattern: _Pattern) -> bool:
    if len(noun) < MIN_NOUN or not all(word.endswith(pattern.adjective) and len(word) > 3 for word in adjectives):
        return False
    return noun.endswith(pattern.noun) if pattern.noun else _CONSONANT.search(noun) is not None
