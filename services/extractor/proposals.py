"""Armed bodies that no list has, proposed from how reports write of them: "the Sunrise Brigade", "fighters of Jund
al-Haqq".

A proposal is an actor of kind ``proposed`` whose id is made from its name alone, so that it stays the same from report
to report and never equals a listed one. Pure.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.extractor.rule_index import RuleIndex
from shared.names.fold import fold_name
from shared.names.records import ActorKind, LexiconActor
from shared.sentences import sentence_around

KIND: ActorKind = "proposed"
MOST_NAME_WORDS = 6

_CAPITAL = r"[A-ZÀ-ÖØ-ÞŠŽČĆŞŚŁŻŹĐİ‘ʿ]"
_WORD = rf"{_CAPITAL}[\w’'‘ʿ]*"
_LINK = r"(?:[Aa]l|[AaEe][lnrszd]|[Aa]sh|[Ee]sh|of|de|del|du|des|la|las|los|bin|ibn)"
_NAME = rf"{_WORD}(?:(?: |-)(?:{_LINK}[ -])*{_WORD}){{0,4}}"
_LOWER_LINKED = rf"(?:{_LINK}-)?{_NAME}"

# Nouns that hardly stand for anything but an armed body.
_UNIT = (
    r"(?:Brigades?|Battalions?|Militias?|Regiment|Liberation (?:Front|Army|Movement)|Defen[cs]e Forces?|Katiba"
    r"|Resistance (?:Front|Movement|Forces?))"
)
# Nouns of parties, firms and churches, too: they need fighting in the sentence.
_BODY = r"(?:Front|Movement|Army|Legion|Corps|Alliance|Coalition|Faction|Forces|Command|Guards?)"
_ARABIC_NOUN = (
    r"(?:Kat[aá]?[’']?ib(?:at|a)?|Katiba[ht]?|Kateebat|Liwa[’']?|Alwiyat|J[ae][iy]sh|Harakat|Jabhat|Saraya|Ansar"
    r"|Firqat|Fa[iy]laq|Jund|Quww?at|Asa[’']?ib|Usud|Su[qk]our)"
)
_FIGHTERS = r"(?:[Ff]ighters|[Mm]ilitants|[Gg]unmen|[Rr]ebels|[Ii]nsurgents|[Mm]ilitiamen|combatants|jihadists|members)"
_BELONG = r"(?:of|from|loyal to|belonging to|affiliated with)"
_NUMBER = r"\d{1,3}(?:st|nd|rd|th)"
_SPANISH = r"(?:Frente|Bloque|Columna|Comando|Brigada|Compañía)"
_LOWER_UNIT = r"(?:[Bb]rigades?|[Bb]ataillons?|[Mm]ilices?|[Kk]atiba|groupe armé)"
_SLAVIC_UNIT = r"(?:батальйон|батальон|бригад|полк|отряд|загін|загон|угрупов|группиров|ополчен|легион|легіон)\w*"
_ARABIC_UNIT = r"(?:كتيبة|كتائب|لواء|ألوية|سرايا|عصائب|ميليشيا|مليشيا|فصيل)"
_QUOTED = r"[«\"“][^»\"”\n]{2,30}[»\"”]"
_DEFINITE = r"ال[\u0620-\u064a]{2,}"


_OF_UNIT = (
    rf"\b(?P<name>(?:{_NUMBER} |{_LOWER_LINKED} ){{1,4}}{_UNIT})\b(?! of [a-z])"
    rf"|\b(?P<of>{_UNIT} of (?:the )?{_NAME})"
)
# What surely names a body; the rest needs fighting in the sentence.
_SURE = (
    _OF_UNIT,
    rf"\b(?P<name>{_ARABIC_NOUN} (?:{_LINK}[- ])?{_WORD}(?:[ -](?:{_LINK}[- ])?{_WORD})?)",
    rf"{_SLAVIC_UNIT} [«\"„“](?P<name>[^»\"“”\n]{{2,40}})[»\"“”]",
    rf"(?<!\w)و?(?P<name>{_ARABIC_UNIT} (?:{_QUOTED}|{_DEFINITE}|[\u0620-\u064a]{{3,}} {_DEFINITE}))",
)
_WITH_FIGHTING = (
    rf"\b(?P<name>{_LOWER_LINKED} {_BODY})\b",
    rf"\b{_FIGHTERS} {_BELONG} (?:the )?(?P<name>{_LOWER_LINKED})",
    rf"\b(?P<name>{_SPANISH} (?:\d{{1,3}}|{_NAME}))",
    rf"\b{_LOWER_UNIT} (?P<name>{_LOWER_LINKED})",
)
_INDEX = RuleIndex((*_SURE, *_WITH_FIGHTING))

_FIGHTING = frozenset(
    fold_name(
        """fighters fighter militants militant gunmen gunman rebels rebel insurgents militiamen militia armed
        attack attacked attacks ambush ambushed clashed clashes clash fighting fought commander commanders
        battle battles killed raid raided offensive captured shelled shelling seized separatist jihadist
        jihadists weapons rockets drones bombing combatants guerrilla guerrillas frontline combattants attaque
        attaqué affrontements rebelles jihadistes embuscade combats tués combates combatientes ataque atacó
        enfrentamientos guerrilleros disidencias armado armados emboscada"""
    ).split()
)
# Bodies of peace that such nouns name, and parts of the sky and of the field.
_NOT_ARMED = re.compile(
    r"\b(?:Fire|Boys|Girls|Peace|Press|Diplomatic|Mercy|Medical|Volunteer|Signal|Youth|Pioneer|Home|Western|Eastern"
    r"|Northern|Southern|Central|Cold|Warm|United|Water|Beach|Lake|Labou?r|Women[’']?s|Rights|Civil|Democratic Alliance"
    r"|World|Global|Business|Bank|Task|Police|Ocean|River|Waterfront|Industrial)\b"
    r"(?: \w+)? (?:Brigades?|Army|Corps|Front|Movement|Regiment|Alliance|Coalition|Forces?|Guards?|Command|Legion"
    r"|Group)$|\bSalvation Army$"
)
_LEADING = re.compile(
    r"^(?:The|A|An|Its|Their|His|This|That|In|On|At|But|And|After|When|While|As) (?:the )?", re.IGNORECASE
)


Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A stretch of text that seems to name an armed body, and the actor made for it."""

    start: int
    end: int
    actor: LexiconActor


def proposals(text: str, actors: Iterable[Stretch], places: Iterable[Stretch]) -> list[Proposal]:
    """Armed bodies named outside the stretches of known actors, in order; of two that overlap the longer.

    A place's name may be a part of theirs ("Aleppo Brigade"), but is not one ("fighters from Aleppo").
    """
    found: list[Proposal] = []
    closed, towns = list(actors), list(places)
    for start, end in sorted(_candidates(text), key=lambda span: (span[0] - span[1], span[0])):
        is_free = all(end <= first or start >= last for first, last in closed)
        if is_free and not any(first <= start and end <= last for first, last in towns):
            found.append(Proposal(start, end, _actor(text[start:end])))
            closed.append((start, end))
    return sorted(found, key=lambda p: p.start)


def _candidates(text: str) -> Iterator[Stretch]:
    """No pattern reaches across lines."""
    position, lines = 0, text.split("\n")
    for line, possible in zip(lines, _INDEX.possible_in(lines), strict=True):
        for number in possible:
            for match in _INDEX.rules[number].finditer(text, position, position + len(line)):
                start, end = match.span("name" if match["name"] else "of")
                start += _leading(text[start:end])
                needs_fighting = number >= len(_SURE)
                if _is_name(text[start:end]) and not (needs_fighting and not _is_about_fighting(text, start, end)):
                    yield start, end
        position += len(line) + 1


def _leading(name: str) -> int:
    match = _LEADING.match(name)
    return match.end() if match else 0


def _is_name(name: str) -> bool:
    words = name.split()
    return len(name) > 3 and len(words) <= MOST_NAME_WORDS and not name.isupper() and _NOT_ARMED.search(name) is None


def _is_about_fighting(text: str, start: int, end: int) -> bool:
    first, last = sentence_around(text, start, end)
    return not _FIGHTING.isdisjoint(fold_name(text[first:last]).split())


def _actor(name: str) -> LexiconActor:
    slug = "-".join(fold_name(name).split())
    return LexiconActor(id=f"{KIND}:{slug}", name=" ".join(name.split()), kind=KIND)
