"""States and their forces as actors, by demonym and noun: "Syrian troops", "armée syrienne", "сирийская армия".

Every state has three actors: itself, its armed forces, its police. Those of ``actors.yaml`` are given the further
names;
the others are made here, with ids that stay: ``state-eg``, ``forces-eg``, ``police-eg``. A name that an actor of the
lexicon bears already stays with it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec
from babel import Locale
from msgspec import Struct

from shared.names import data_files
from shared.names.fold import fold_name
from shared.names.records import ActorKind, LexiconActor
from shared.names.words import demonyms

FILE = "states.yaml"
SOURCE = "made from demonyms and nouns (states.yaml, countryinfo)"
Part = Literal["state", "force", "police"]

_NOUNS: dict[Part, tuple[str, ...]] = {
    "state": ("government", "authorities", "regime"),
    "force": (
        "armed forces", "army", "military", "forces", "troops", "soldiers", "government forces", "regime forces",
        "security forces",
        "special forces", "air force", "navy", "warplanes", "fighter jets", "aircraft", "artillery", "border guards",
        "coast guard",
        "paratroopers", "commandos", "army soldiers", "army troops", "military aircraft", "infantry", "ground forces",
        "ground troops",
        "air defences", "air defenses",
    ),
    "police": ("police", "police officers", "policemen"),
}  # fmt: skip
_FORMAL: dict[Part, tuple[str, ...]] = {
    "state": (),
    "force": ("Defence Forces", "Defense Forces", "Defence Force", "Defense Force", "National Army", "Armed Forces"),
    "police": ("National Police", "Police Force", "Police Service", "Federal Police"),
}
_OF_COUNTRY: dict[Part, tuple[str, ...]] = {
    "state": ("government of {}", "{} government", "{}'s government"),
    "force": (
        "armed forces of {}",
        "{} armed forces",
        "{} army",
        "{}'s army",
        "{}'s military",
        "{}'s armed forces",
        "{} Defence Forces",
    ),
    "police": ("{} police", "{} Police Force", "police of {}"),
}
# CLDR's "Congo - Kinshasa", "Myanmar (Burma)", "Hong Kong SAR China": nobody writes so.
_SEVERAL_NAMES = re.compile(r" - |[(&]| SAR ")
# French and Spanish: nouns by gender and number, before the adjective.
_ROMANCE: dict[str, dict[Part, dict[str, tuple[str, ...]]]] = {
    "fr": {
        "state": {"m": ("gouvernement", "régime"), "fp": ("autorités",)},
        "force": {"f": ("armée", "armée de l'air", "marine"), "fp": ("forces armées", "forces", "forces de sécurité",
        "forces spéciales", "troupes"),
                  "mp": ("soldats", "militaires")},
        "police": {"f": ("police", "gendarmerie"), "mp": ("policiers", "gendarmes")},
    },
    "es": {
        "state": {"m": ("gobierno", "régimen"), "fp": ("autoridades",)},
        "force": {"m": ("ejército",), "f": ("fuerza aérea", "armada"), "fp": ("fuerzas armadas", "fuerzas",
        "fuerzas de seguridad", "tropas"),
                  "mp": ("soldados", "militares")},
        "police": {"f": ("policía",), "mp": ("policías",)},
    },
}  # fmt: skip
# Russian and Ukrainian: ending of the adjective, a space, and the noun in the same case.
_SLAVIC: dict[str, dict[Part, tuple[str, ...]]] = {
    "ru": {
        "state": ("ое правительство", "ого правительства", "ому правительству", "им правительством", "ие власти",
        "их властей", "им властям",
                  "ими властями", "ий режим", "ого режима"),
        "force": ("ая армия", "ой армии", "ую армию", "ой армией", "ие войска", "их войск", "им войскам",
        "ими войсками", "ие военные",
                  "их военных", "им военным", "ими военными", "ие силы", "их сил", "ими силами", "ие военнослужащие",
                  "их военнослужащих",
                  "ая авиация", "ой авиации", "ой авиацией", "ие солдаты", "их солдат", "ая артиллерия",
                  "ой артиллерией"),
        "police": ("ая полиция", "ой полиции", "ую полицию", "ой полицией"),
    },
    "uk": {
        "state": ("ий уряд", "ого уряду", "ому уряду", "им урядом", "а влада", "ої влади", "ий режим", "ого режиму"),
        "force": ("а армія", "ої армії", "ій армії", "у армію", "ою армією", "і війська", "их військ", "им військам",
        "ими військами",
                  "і військові", "их військових", "им військовим", "ими військовими", "і сили", "их сил",
                  "ими силами", "а авіація",
                  "ої авіації", "ою авіацією", "і солдати", "их солдатів"),
        "police": ("а поліція", "ої поліції", "у поліцію", "ою поліцією"),
    },
}  # fmt: skip
_ARABIC: dict[Part, tuple[tuple[str, int], ...]] = {
    "state": (("الحكومة", 1), ("السلطات", 1), ("النظام", 0)),
    "force": (("الجيش", 0), ("القوات", 1), ("القوات المسلحة", 1), ("القوات الحكومية", 1), ("الطيران", 0),
    ("الطيران الحربي", 0),
              ("سلاح الجو", 0), ("قوات الأمن", 1), ("البحرية", 1), ("المدفعية", 1)),
    "police": (("الشرطة", 1),),
}  # fmt: skip
_KINDS: dict[Part, ActorKind] = {"state": "state", "force": "state_force", "police": "state_force"}
_IDS: dict[Part, str] = {"state": "state", "force": "forces", "police": "police"}


class State(Struct, frozen=True, kw_only=True):
    """A row of ``states.yaml``; its head says what the fields hold."""

    country: str
    en: tuple[str, ...]
    state: str = ""
    force: str = ""
    fr: tuple[str, ...] = ()
    es: tuple[str, ...] = ()
    ru: str = ""
    uk: str = ""
    ar: tuple[str, ...] = ()


def states() -> dict[str, State]:
    """States by country: the rows of the file, and those that have an English demonym alone."""
    known = {row.country: row for row in msgspec.convert(data_files.read_yaml(FILE), list[State])}
    taken = {adjective.casefold() for row in known.values() for adjective in row.en}
    for demonym, country in demonyms().items():
        if country not in known and demonym.casefold() not in taken:
            known[country] = State(country=country, en=(demonym.title(),))
    return known


def with_forces(actors: Iterable[LexiconActor]) -> tuple[LexiconActor, ...]:
    """The lexicon's actors, with the names made here, and the actors made here."""
    lexicon = {actor.id: actor for actor in actors}
    taken = {fold_name(n) for a in lexicon.values() for n in (a.name, *a.aliases, *a.native, *a.ambiguous)}
    for country, row in sorted(states().items()):
        for part in ("state", "force", "police"):
            names = list(_fresh(_names(row, part), taken))
            actor_id = getattr(row, part, "") or f"{_IDS[part]}-{country.lower()}"
            if actor_id in lexicon:
                lexicon[actor_id] = _with_names(lexicon[actor_id], names)
            elif names:
                lexicon[actor_id] = _made(actor_id, part, row, names, lexicon)
    return tuple(lexicon.values())


def _fresh(names: Iterable[str], taken: set[str]) -> Iterator[str]:
    for name in names:
        pattern = fold_name(name)
        if pattern not in taken:
            taken.add(pattern)
            yield name


def _with_names(actor: LexiconActor, names: list[str]) -> LexiconActor:
    latin, native = _by_script(names)
    return msgspec.structs.replace(actor, aliases=(*actor.aliases, *latin), native=(*actor.native, *native))


def _made(actor_id: str, part: Part, row: State, names: list[str], lexicon: Mapping[str, LexiconActor]) -> LexiconActor:
    name, *others = names
    latin, native = _by_script(others)
    state_id = row.state or f"{_IDS['state']}-{row.country.lower()}"
    parents = (state_id,) if part != "state" and state_id in lexicon else ()
    return LexiconActor(
        id=actor_id,
        name=name,
        kind=_KINDS[part],
        countries=(row.country,),
        parents=parents,
        aliases=latin,
        native=native,
        source=SOURCE,
    )


def _by_script(names: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = list(names)
    latin = tuple(name for name in names if name[0] < "\u0250")
    return latin, tuple(name for name in names if name[0] >= "\u0250")


# ---------------------------------------------------------------- names


def _names(row: State, part: Part) -> Iterator[str]:
    for adjective in row.en:
        yield from (f"{adjective} {noun}" for noun in (*_NOUNS[part], *_FORMAL[part]))
    country = str(Locale("en").territories.get(row.country, ""))
    if country and not _SEVERAL_NAMES.search(country):
        yield from (pattern.format(country) for pattern in _OF_COUNTRY[part])
    for language in ("fr", "es"):
        yield from _romance(getattr(row, language), language, part)
    for language in ("ru", "uk"):
        stem = getattr(row, language)
        if stem:
            yield from (stem + ending for ending in _SLAVIC[language][part])
    if row.ar:
        yield from (f"{noun} {row.ar[gender]}" for noun, gender in _ARABIC[part])


def _romance(adjective: tuple[str, ...], language: str, part: Part) -> Iterator[str]:
    if adjective:
        masculine, feminine = adjective
        plural = _french_plural if language == "fr" else _spanish_plural
        forms = {"m": masculine, "f": feminine, "mp": plural(masculine), "fp": plural(feminine)}
        for gender, nouns in _ROMANCE[language][part].items():
            yield from (f"{noun} {forms[gender]}" for noun in nouns)


def _french_plural(word: str) -> str:
    return word if word.endswith("s") else word + "s"


_STRESSED = str.maketrans("áéíóú", "aeiou")


def _spanish_plural(word: str) -> str:
    if word.endswith("í"):
        return word + "es"
    if word[-1] in "sn":  # francés, alemán: the stress mark goes
        return word[:-2] + word[-2:].translate(_STRESSED) + "es"
    return word + "s"
