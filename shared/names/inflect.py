"""Forms of a name in running text: Slavic cases, Arabic clitics, plurals of units. Made when a name is added.

The rules are those of the languages' grammars; an irregular name keeps its listed forms alone. A form that is a common
word of its language is left out: it would match that word. Possessives need no forms, for an apostrophe parts tokens.
"""

import re
from collections.abc import Iterator

from shared.names.decline import phrases
from shared.names.fold import fold_char
from shared.names.frequencies import zipf_values

_CYRILLIC = re.compile(r"^[А-ЯЁІЇЄҐ][а-яёіїєґʼ'’-]+$")
_ARABIC = re.compile(r"^[\u0621-\u064a]")
_ARABIC_ARTICLE = "ال"
_VOWELS = "аеёиоуыэюяіїє"
_HARD_FEMININE = ("ы", "и", "е", "і", "у", "ой", "ою")
_SOFT_ENDINGS = {"ия": ("ии", "ию", "ией"), "ія": ("ії", "ію", "ією"), "ея": ("еи", "ее", "ею")}
# "Mandalay town", "town Phnom Penh": lists write so what reports write without.
_TOWN = re.compile(r"^(?:ទី)?ក្រុង|မြို့$")


# "Al-Quds Brigade", "Al-Quds Brigades"; Frente 33, Frentes; brigade, brigades.
_UNIT = re.compile(
    r"(?<= )(?P<noun>[Bb]rigade|[Bb]attalion|[Rr]egiment|[Dd]ivision|[Mm]ilitia|[Ff]orce|[Cc]ommando"
    r"|[Bb]ataillon|[Mm]ilice)(?P<plural>s?)$"
)
_LEADING_UNIT = re.compile(
    r"^(?P<noun>[Bb]rigade|[Bb]rigada|[Bb]ataillon|[Mm]ilice|[Mm]ilicia|[Ff]rente|[Bb]loque|[Cc]olumna)"
    r"(?P<plural>s?)(?= )"
)
_LANGUAGES_OF = ((re.compile("[а-яёіїєґ]"), ("ru", "uk")), (re.compile("[\u0621-\u064a]"), ("ar",)))
# A case is no more frequent than the name itself; what is five times as frequent is another word.
LEAST_ZIPF, MORE_FREQUENT = 3.5, 0.7
# Lands are named in the genitive more than in the nominative ("армия Сирии").
_LANDS = ("ия", "ія")


def forms(name: str) -> Iterator[str]:
    """Further forms of the name, the name itself not among them; none for scripts without rules here."""
    for form in dict.fromkeys(_forms(name)):
        if form != name and not _is_another_word(form, name):
            yield form


def _forms(name: str) -> Iterator[str]:
    if _CYRILLIC.match(name) and len(name) >= 4:
        yield from _slavic(name)
    elif _ARABIC.match(name):
        yield from _arabic(name)
    elif _TOWN.search(name):
        yield _TOWN.sub("", name)
    else:
        yield from phrases(name)
        for unit in (_UNIT, _LEADING_UNIT):
            yield unit.sub(lambda m: m["noun"] + ("" if m["plural"] else "s"), name)


def _is_another_word(form: str, name: str) -> bool:
    """Whether a form is so much more frequent than the name that it must be a word of its own."""
    if " " in form or name.endswith(_LANDS):
        return False
    folded, bare = _folded(form), _folded(name)
    for letters, languages in _LANGUAGES_OF:
        if letters.search(folded):
            values = [zipf_values().get(language, {}) for language in languages]
            return any(table.get(folded, 0.0) >= table.get(bare, LEAST_ZIPF) + MORE_FREQUENT for table in values)
    return False


def _folded(word: str) -> str:
    """A word folded; one at a time, where ``fold`` is for texts."""
    return "".join(map(fold_char, word))


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
        for base in dict.fromkeys((name, _open_syllable(name))):
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


# Endings that a case puts on, longest first: what is left is nearer to the name than what the text has.
_CASE_ENDING = re.compile(r"(?:ого|ому|ами|ями|ах|ях|ою|ею|ої|ой|ей|ом|ем|ём|ім|им|ым|ій|ую|ів|ов|а|я|у|ю|е|и|ы|і|ї)$")
_POSSESSIVE = re.compile(r"['’]s?$")
MIN_STEM = 4


def stems(surface: str) -> Iterator[str]:
    """A name as it may have stood before a case ending or a possessive changed it; for spellings that no list has."""
    for ending in (_CASE_ENDING, _POSSESSIVE):
        stem = ending.sub("", surface)
        if stem != surface and len(stem) >= MIN_STEM:
            yield stem


# What the ending of a case stands for in the nominative. The Ukrainian і of a closed syllable and fleeting vowels come
# back (Харкова, Олешок), and so do consonants that softened (Кременчуці).
_NOMINATIVES = {
    "ого": ("ий", "ый", "ое", "е"), "ому": ("ий", "ый", "ое", "е"), "ова": ("ов", "ів"), "ову": ("ов", "ів"),
    "ові": ("", "ів"), "єва": ("їв",), "єву": ("їв",), "ією": ("ія",), "ией": ("ия",), "ах": ("и", "ы", "а"),
    "ям": ("і", "я"), "ях": ("і", "я"), "ам": ("и", "ы", "а"), "ої": ("а",), "ую": ("ая",), "ой": ("ая", "а"),
    "ою": ("а",), "ею": ("я",), "ей": ("я",), "ью": ("ь",), "ом": ("", "о"), "ем": ("", "ь", "е"), "им": ("ий", "е"),
    "ым": ("ый", "ое"), "ів": ("и", "і"), "ов": ("ы", "ово"), "ок": ("ки",), "ець": ("ці",), "ії": ("ія",),
    "ию": ("ия",), "ии": ("ия",), "ію": ("ія",), "ці": ("ка", "к", "ця"), "зі": ("га", "г"),
    "сі": ("ха", "х"), "у": ("", "а", "о"), "ю": ("ь", "я", "е", "є"), "а": ("", "о"), "я": ("ь", "е", "є", "й"),
    "е": ("", "а", "о"), "і": ("", "а", "о", "ь"), "ы": ("а",), "и": ("а", "я", "ь"),
}  # fmt: skip
_SLAVIC_ENDING = re.compile(rf"(?:{'|'.join(sorted(_NOMINATIVES, key=len, reverse=True))})$")


def nominatives(surface: str) -> Iterator[str]:
    """What a Slavic name may be called that stands in a case: "у Бериславу", "з Олешок". Few of them exist."""
    if not _CYRILLIC.match(surface):
        return
    ending = _SLAVIC_ENDING.search(surface)
    while ending is not None:
        stem = surface[: ending.start()]
        if len(stem) >= MIN_STEM:
            yield from (stem + other for other in _NOMINATIVES[ending[0]])
        ending = _SLAVIC_ENDING.search(surface, ending.start() + 1)
