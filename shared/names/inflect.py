"""Forms of a name in running text: Slavic cases, Arabic clitics, names without their "town". Made at compile time.

The rules are those of the languages' grammars for single-word names; an irregular name keeps its listed forms alone.
"""

import re
from collections.abc import Iterator

_CYRILLIC = re.compile(r"^[А-ЯЁІЇЄҐ][а-яёіїєґʼ'’-]+$")
_ARABIC = re.compile(r"^[\u0621-\u064a]")
_ARABIC_ARTICLE = "ال"
_VOWELS = "аеёиоуыэюяіїє"
_HARD_FEMININE = ("ы", "и", "е", "і", "у", "ой", "ою")
_SOFT_ENDINGS = {"ия": ("ии", "ию", "ией"), "ія": ("ії", "ію", "ією"), "ея": ("еи", "ее", "ею")}
# "Mandalay town", "town Phnom Penh": lists write so what reports write without.
_TOWN = re.compile(r"^(?:ទី)?ក្រុង|မြို့$")


def forms(name: str) -> Iterator[str]:
    """Further forms of the name, the name itself not among them; none for scripts without rules here."""
    if _CYRILLIC.match(name) and len(name) >= 4:
        yield from _slavic(name)
    elif _ARABIC.match(name):
        yield from _arabic(name)
    elif _TOWN.search(name):
        yield _TOWN.sub("", name)


def _slavic(name: str) -> Iterator[str]:
    for ending, others in _SOFT_ENDINGS.items():
        if name.endswith(ending):
            yield from (name[: -len(ending)] + other for other in others)
            return
    last, stem = name[-1], name[:-1]
    if last in "ая":
        yield from (stem + ending for ending in _HARD_FEMININE)
    elif last == "о":
        yield from (stem + ending for ending in ("а", "у", "ом", "е", "і"))
    elif last == "ь":
        yield from (stem + ending for ending in ("я", "ю", "ем", "е", "і", "и", "ью", "ем"))
    elif last not in _VOWELS + "йъ-":
        for base in {name, _open_syllable(name)}:
            yield from (base + ending for ending in ("а", "у", "ом", "е", "і", "ові", "ем"))


def _open_syllable(name: str) -> str:
    """Ukrainian і of a closed syllable becomes о or е when the syllable opens: Харків, Харкова."""
    if name.endswith(("ків", "гів", "хів")):
        return name[:-2] + "ов"
    if name.endswith("їв"):
        return name[:-2] + "єв"
    return name[:-2] + "ев" if name.endswith("ів") else name


def _arabic(name: str) -> Iterator[str]:
    yield from (prefix + name for prefix in ("و", "ب", "ف", "ك", "وب"))
    if name.startswith(_ARABIC_ARTICLE):
        yield "لل" + name[len(_ARABIC_ARTICLE) :]
        yield "ولل" + name[len(_ARABIC_ARTICLE) :]
    else:
        yield "ل" + name
