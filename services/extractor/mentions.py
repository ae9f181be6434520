"""Mentions: from patterns found in a text to the surfaces that may be names there. Pure."""

import re
from functools import lru_cache

from msgspec import Struct

from services.extractor.actors import with_sense
from services.extractor.surfaces import MOST_KEPT, Senses, Surface
from services.extractor.writing import Writing
from shared.names.compile import ACRONYM, AMBIGUOUS, CASED, DESK
from shared.names.gazetteer import Hit, Meaning, Named
from shared.names.names import Finder
from shared.names.words import region_abbreviations

MIN_LETTERS = 3
MIN_WORDLIKE_ACRONYM = 4
# In running text so few capitals are an acronym; a name is written so in a line of capitals, or as the dateline.
MAX_ACRONYM = 5
MIN_DATELINE = 4
# "al-Fashir", "la Paz": the article may be small where the name is not.
_ARTICLES = frozenset("al el ad an ar as ash at az ed en er es et ez de la le les los las the d l ul".split())  # noqa: SIM905
_WORD = re.compile(r"[^\W_]+")
_THE = "the "
# Punctuation folds to a space, but a name does not reach across it.
_BROKEN = re.compile(r"[,;:()\n!?\"“”]")
_ABBREVIATION = re.compile(r"(?:[^\W\d_]\.){2,}")
# "Deir ez-Zor": shorter last words are particles.
MIN_SMALL_LAST_WORD = 4
MOST_SHORT = 6
_BEYOND_LATIN = "\u0250"


def find_surfaces(names: Finder, writing: Writing) -> list[Surface]:
    """Names in the text, longest first where they overlap, in order of their starts."""
    surfaces = [surface for hit in names.find(writing.text) if (surface := _surface(names, writing, hit)) is not None]
    return [s for s in _without_overlaps(with_sense(surfaces, writing)) if s.senses.places or s.senses.actors]


def _surface(names: Finder, writing: Writing, hit: Hit) -> Surface | None:
    if hit.named.spelled and writing.shouts_at(hit.start):
        return None  # what sounds like a name has to look like one, and here all words do
    start, end = _without_article(writing.text, hit), _with_last_dot(writing.text, hit.start, hit.end)
    surface = writing.text[start:end]
    look = _look(surface)
    # A word that the report also writes small is a word, not a name: "Most", "March", "Reading".
    if look.is_short or (look.is_title and surface.lower() in writing.lowercase):
        return None
    is_acronym = look.is_acronym and not writing.shouts_at(start)
    if is_acronym and len(surface) >= MIN_DATELINE and writing.opens_line(start):
        is_acronym = False
    is_behind = writing.text.endswith((", ", " ("), 0, start)
    senses = _judged(names, hit.named, surface, is_acronym, is_behind)
    return None if senses is None else Surface(start, end, surface, senses)


@lru_cache(MOST_KEPT)
def _judged(names: Finder, named: Named, surface: str, is_acronym: bool, is_behind: bool) -> Senses | None:
    """What a name that is written so may mean; None where it is none. Keeps ``names`` as long as the process lives."""
    look = _look(surface)
    left = tuple(
        judged
        for m in names.meanings(named)
        if (m.flags & ACRONYM or m.actor or not is_acronym)
        and (is_behind or not _is_abbreviation(m))
        and (judged := _judge_writing(look, m)) is not None
    )
    return Senses.of(left, is_latin=look.is_latin) if left else None


def _without_article(text: str, hit: Hit) -> int:
    """A small "the" is no part of a name."""
    return hit.start + len(_THE) if text.startswith(_THE, hit.start) else hit.start


def _is_abbreviation(meaning: Meaning) -> bool:
    """A short form of a place, which counts behind another name alone: "Paris, Tex.", "Tiyas (T4)"."""
    return meaning.place is not None and bool(meaning.flags & AMBIGUOUS)


def _with_last_dot(text: str, start: int, end: int) -> int:
    """An abbreviation ends with its dot: "U.S."."""
    if text[end : end + 1] != ".":
        return end
    follows = end - start <= MOST_SHORT and text.endswith(", ", 0, start)
    short = follows and text[start : end + 1] in region_abbreviations()
    return end + 1 if short or ("." in text[start:end] and _ABBREVIATION.fullmatch(text, start, end + 1)) else end


class _Look(Struct, frozen=True):
    """How a surface is written. ``last_is_small``: its last word, in a name of several that begins with a capital."""

    is_short: bool
    is_acronym: bool
    has_case: bool
    letters: int
    is_upper: bool
    is_title: bool
    is_capitalised: bool
    has_capital_inside: bool
    last_is_small: bool
    is_broken: bool
    is_latin: bool


@lru_cache(MOST_KEPT)
def _look(surface: str) -> _Look:
    tokens = _WORD.findall(surface)
    first = tokens[0] if tokens else ""
    opens = first[:1].isupper() or not first[:1].isalpha()
    article = first in _ARTICLES and len(tokens) > 1 and tokens[1][:1].isupper()
    is_upper, few = surface.isupper(), MIN_LETTERS if not surface.isupper() and "." not in surface else 2
    return _Look(
        is_short=sum(map(str.isalnum, surface)) < few,
        is_acronym=is_upper and surface.isalpha() and len(surface) <= MAX_ACRONYM,
        has_case=surface.lower() != surface.upper(),
        letters=sum(map(str.isalpha, surface)),
        is_upper=is_upper,
        is_title=surface.istitle(),
        is_capitalised=bool(tokens) and (opens or article),
        has_capital_inside=any(token[:1].isupper() for token in tokens[1:]),
        is_latin=any(c.isalpha() and c < _BEYOND_LATIN for c in surface),
        is_broken=_BROKEN.search(surface) is not None,
        last_is_small=len(tokens) > 1
        and opens
        and tokens[-1].islower()
        and tokens[-1].isascii()
        and len(tokens[-1]) >= MIN_SMALL_LAST_WORD,
    )


def _judge_writing(look: _Look, meaning: Meaning) -> Meaning | None:
    """The meaning where the text writes the name as strictly as its spelling asks; None where it does not."""
    flags = meaning.flags
    if look.is_broken and meaning.place is not None:
        return None
    if not look.letters or not look.has_case:
        return meaning  # a script without case
    if flags & ACRONYM and not look.is_upper:
        # Some newsrooms write a long acronym as a word ("Isis"); then it may be another word, and needs context.
        wordlike = meaning.actor is not None and look.is_title and look.letters >= MIN_WORDLIKE_ACRONYM
        return Meaning(flags | AMBIGUOUS, actor=meaning.actor) if wordlike else None
    if flags & CASED and not look.is_capitalised:
        # "katiba Macina", "brigades al-Qassam": the common noun may be small
        return meaning if meaning.actor is not None and look.has_capital_inside else None
    is_trusted = flags & DESK or (meaning.place is not None and meaning.place.is_curated)
    if look.last_is_small and meaning.place is not None and not is_trusted:
        return None  # "The village", "Bali airport": a list's name would be in capitals
    return meaning


# ---------------------------------------------------------------- overlaps


def _without_overlaps(surfaces: list[Surface]) -> list[Surface]:
    """Of overlapping ones the longest stays: "New York" hides "York". A state's army leaves the state in its name."""
    taken: list[Surface] = []
    length = max((s.end for s in surfaces), default=0)
    covered, covered_by_state = bytearray(length), bytearray(length)
    for surface in sorted(surfaces, key=lambda s: (s.senses.is_guess, s.start - s.end, s.start)):
        start, end = surface.start, surface.end
        if covered.find(1, start, end) < 0 and (covered_by_state.find(1, start, end) < 0 or surface.senses.is_country):
            taken.append(surface)
            (covered_by_state if surface.senses.is_body_of_state else covered)[start:end] = b"\1" * (end - start)
    return sorted(taken, key=lambda s: s.start)
