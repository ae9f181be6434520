"""Mentions: from patterns found in a text to the surfaces that may be names there. Pure."""

import bisect
import re
from dataclasses import dataclass
from functools import cache

from shared.names.compile import ACRONYM, AMBIGUOUS, CASED
from shared.names.fold import fold
from shared.names.gazetteer import Gazetteer, Hit, Meaning
from shared.names.records import LexiconActor
from shared.sentences import sentence_around

MIN_LETTERS = 3
MIN_WORDLIKE_ACRONYM = 4
# In running text so few capitals are an acronym; a name is written so in a line of capitals, or as the dateline.
MAX_ACRONYM = 5
MIN_DATELINE = 4
# A line with this share of capitals among its letters shouts; fewer letters say nothing of a habit.
SHOUTING_SHARE = 0.8
MIN_SHOUTING_LETTERS = 12
# Addresses, handles and hashtags write names small; that says nothing of how the report writes them.
_ADDRESS = re.compile(r"\S*(?:://|www\.|[@#])\S*|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?")
_SENTENCE_ENDS = frozenset('.!?…؟。:\n"“”«»—–')
# "al-Fashir", "la Paz": the article may be small where the name is not.
_ARTICLES = frozenset("al el ad an ar as ash at az ed en er es et ez de la le les los las the d l ul".split())  # noqa: SIM905
# "Students' Debating Federation (SDF)": what an acronym stands for in this report.
_BRACKETED = re.compile(r"\((\w{2,6})\)")
_WORD = re.compile(r"[^\W_]+")
_LOOK_BACK = 120
_SMALL_WORDS = frozenset("of the and for in de la le les des du et y del los las e и та і".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Surface:
    """A stretch of text that names something, and all that it may mean."""

    start: int
    end: int
    text: str
    meanings: tuple[Meaning, ...]

    @property
    def actors(self) -> list[LexiconActor]:
        """The actors that it may mean."""
        return [m.actor for m in self.meanings if m.actor is not None]


def find_surfaces(gazetteer: Gazetteer, text: str) -> list[Surface]:
    """Names in the text, longest first where they overlap, in order of their starts."""
    lowercase = frozenset(word for word in _words(_ADDRESS.sub(" ", text)) if word[:1].islower())
    shouting = Shouting(text)
    surfaces = [
        s for hit in gazetteer.find(text) if (s := _surface(gazetteer, text, hit, lowercase, shouting)) is not None
    ]
    return [s for s in _without_overlaps(_with_context(surfaces, text)) if any(m.place or m.actor for m in s.meanings)]


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


class Shouting:
    """Which lines of a text are written in capitals, so that a capital says nothing there."""

    def __init__(self, text: str) -> None:
        self._starts, self._shouts = [], []
        start = 0
        for line in text.split("\n"):
            self._starts.append(start)
            self._shouts.append(_shouts(line))
            start += len(line) + 1

    def at(self, offset: int) -> bool:
        """Whether the line that holds this offset is in capitals."""
        return self._shouts[bisect.bisect_right(self._starts, offset) - 1]

    def opens_line(self, offset: int) -> bool:
        """Whether a line begins here."""
        position = bisect.bisect_left(self._starts, offset)
        return position < len(self._starts) and self._starts[position] == offset


def _shouts(line: str) -> bool:
    large = sum(map(str.isupper, line))
    return large >= MIN_SHOUTING_LETTERS and large >= SHOUTING_SHARE * (large + sum(map(str.islower, line)))


def _surface(
    gazetteer: Gazetteer, text: str, hit: Hit, lowercase: frozenset[str], shouting: Shouting
) -> Surface | None:
    surface = text[hit.start : hit.end]
    if _letters(surface) < (MIN_LETTERS if not surface.isupper() else 2):
        return None
    # A word that the report also writes small is a word, not a name: "Most", "March", "Reading".
    if surface.istitle() and surface.lower() in lowercase:
        return None
    is_acronym = _is_acronym(surface) and not shouting.at(hit.start)
    if is_acronym and len(surface) >= MIN_DATELINE and shouting.opens_line(hit.start):
        is_acronym = False
    meanings = tuple(
        judged
        for m in gazetteer.meanings(hit)
        if (m.flags & ACRONYM or m.actor or not is_acronym) and (judged := _judge_writing(surface, m)) is not None
    )
    return Surface(hit.start, hit.end, surface, meanings) if meanings else None


def _is_acronym(surface: str) -> bool:
    return surface.isupper() and surface.isalpha() and len(surface) <= MAX_ACRONYM


def _letters(surface: str) -> int:
    return sum(c.isalnum() for c in surface)


def _judge_writing(surface: str, meaning: Meaning) -> Meaning | None:
    """The meaning where the text writes the name as strictly as its spelling asks; None where it does not."""
    flags = meaning.flags
    letters = [c for c in surface if c.isalpha()]
    if not letters or not any(c.isupper() or c.islower() for c in letters):
        return meaning  # a script without case
    if flags & ACRONYM and not all(c.isupper() for c in letters):
        # Some newsrooms write a long acronym as a word ("Isis"); then it may be another word, and needs context.
        wordlike = meaning.actor is not None and surface.istitle() and len(letters) >= MIN_WORDLIKE_ACRONYM
        return Meaning(flags | AMBIGUOUS, actor=meaning.actor) if wordlike else None
    if flags & CASED and not _is_capitalised(surface, meaning):
        return None
    return meaning


def _is_capitalised(surface: str, meaning: Meaning) -> bool:
    tokens = _words(surface)
    if tokens[0][:1].isupper() or not tokens[0][:1].isalpha():
        return True
    if meaning.actor is not None:  # "katiba Macina", "brigades al-Qassam": the common noun may be small
        return any(token[:1].isupper() for token in tokens[1:])
    return tokens[0] in _ARTICLES and len(tokens) > 1 and tokens[1][:1].isupper()


# ---------------------------------------------------------------- context


def _with_context(surfaces: list[Surface], text: str) -> list[Surface]:
    """Without those ambiguous actor names that nothing in the report supports. One sense holds for a whole report."""
    sure = {m.actor.id for s in surfaces for m in s.meanings if m.actor and not m.flags & AMBIGUOUS}
    countries = {m.place.country for s in surfaces for m in s.meanings[:1] if m.place and m.place.feature == "country"}
    expansions = expansions_in(text)
    supported: dict[tuple[str, str], bool] = {}
    for surface in surfaces:
        for actor in (m.actor for m in surface.meanings if m.actor and m.flags & AMBIGUOUS):
            key = (surface.text, actor.id)
            supported[key] = not _means_something_else(actor, expansions.get(surface.text)) and (
                supported.get(key, False)
                or actor.id in sure
                or not countries.isdisjoint(actor.countries)
                or _has_context_word(actor, text, surface)
            )
    kept = []
    for surface in surfaces:
        meanings = tuple(
            m for m in surface.meanings if m.actor is None or supported.get((surface.text, m.actor.id), True)
        )
        if meanings:
            kept.append(Surface(surface.start, surface.end, surface.text, meanings))
    return kept


def _has_context_word(actor: LexiconActor, text: str, surface: Surface) -> bool:
    """Whether one of the actor's context words stands in the same sentence."""
    start, end = sentence_around(text, surface.start, surface.end)
    sentence = fold(text[start:end]).text
    return any(f" {word} " in sentence for word in map(_folded_word, actor.context))


@cache
def _folded_word(word: str) -> str:
    return fold(word).text.strip()


def expansions_in(text: str) -> dict[str, str]:
    """What the report says its acronyms stand for: words before a bracket whose initials they are."""
    found: dict[str, str] = {}
    for match in _BRACKETED.finditer(text):
        before = text[max(0, match.start() - _LOOK_BACK) : match.start()].rpartition("\n")[2]
        words, acronym = before.replace("-", " ").split(), match.group(1)
        for size in range(min(len(words), len(acronym) + 3), 1, -1):
            tail = words[-size:]
            initials = "".join(w[0] for w in tail if w.lower() not in _SMALL_WORDS)
            every = "".join(w[0] for w in tail)
            if acronym.casefold() in (initials.casefold(), every.casefold()):
                found[acronym] = " ".join(tail)
                break
    return found


def _means_something_else(actor: LexiconActor, expansion: str | None) -> bool:
    if expansion is None:
        return False
    names = {_folded_word(name) for name in (actor.name, *actor.aliases, *actor.native)}
    return _folded_word(expansion) not in names


# ---------------------------------------------------------------- overlaps


def _without_overlaps(surfaces: list[Surface]) -> list[Surface]:
    """Of overlapping surfaces the longest stays: "New York" hides "York"."""
    taken: list[Surface] = []
    covered: set[int] = set()
    for surface in sorted(surfaces, key=lambda s: (s.start - s.end, s.start)):
        span = range(surface.start, surface.end)
        if covered.isdisjoint(span):
            taken.append(surface)
            covered.update(span)
    return sorted(taken, key=lambda s: s.start)


def starts_sentence(text: str, start: int) -> bool:
    """Whether nothing but a sentence's end stands before this offset, so that a capital says nothing."""
    before = text[max(0, start - 20) : start].rstrip(" \t'\"“«(")
    return not before or before[-1] in _SENTENCE_ENDS
