"""What stands around a surface: the words that say whether it is a place, and of which kind. Pure."""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from services.extractor.places import vocabulary as say
from services.extractor.places.persons import Persons
from services.extractor.places.vocabulary import KIND_OF, Kind, kind_of, kind_of_small
from services.extractor.recogniser import PLACE, Stretches
from services.extractor.surfaces import Surface
from services.extractor.writing import Writing
from shared.names.words import demonyms, given_names

_SPACES = (" ", "\u00a0")
_APOSTROPHES = ("'", "’")
_DATELINE = re.compile(
    r"(?:, [^\n]{1,30}?)? ?(?:\([^)\n]{2,40}\) ?)?(?:--|[–—-]) |(?:, [^\n]{1,30}?)? \([^)\n]{2,40}\) "
)
NOTHING_RECOGNISED = Stretches()
MOST_FOLLOWING = 5
MIN_TEAM = 4
# What is somebody's and no shop, prize or work.
_NO_GOODS = say.CIVIC | say.TITLES | say.DIRECTIONS


class Cues(Struct, frozen=True):
    """What was seen around one surface.

    ``marks`` are names of weights; ``kind`` is what a noun beside it says that it is; ``extends_to`` is where a
    capitalised noun ends that belongs to its name ("Akita Prefecture"), ``starts_at`` where a point of the compass
    begins that does ("North Dallas").
    """

    marks: frozenset[str]
    kind: Kind | None = None
    extends_to: int = 0
    starts_at: int | None = None


class Around:
    """Reads the surroundings of surfaces of one text."""

    def __init__(
        self,
        writing: Writing,
        surfaces: Sequence[Surface],
        words: Sequence[range],
        persons: Persons,
        recognised: Stretches = NOTHING_RECOGNISED,
    ) -> None:
        self._writing, self._persons, self._recognised = writing, persons, recognised
        self._named = {n for s, numbers in zip(surfaces, words, strict=True) if s.senses.is_prominent for n in numbers}

    def cues(self, surface: Surface, words: range) -> Cues:
        """What stands around the surface with these words."""
        writing = self._writing
        first, after = words.start, words.stop
        marks: set[str] = set()
        kind = self._before(first, marks) or self._of(first, marks)
        following = self._following(surface, after)
        kind, extends_to = self._after(surface, after, following, marks, kind)
        self._persons_marks(surface, first, after, marks)
        if writing.opens_line(surface.start) and _DATELINE.match(writing.text, surface.end):
            marks.add("dateline")
        if (surface.start and writing.text[surface.start - 1] in say.CURRENCY) or (
            surface.text.isupper() and writing.text[surface.end : surface.end + 1] in say.CURRENCY
        ):
            marks.add("currency")
        if kind is not None:
            marks.add("described")
        label = self._recognised.label(surface.start, surface.end)
        if label:
            marks.add("recognised" if label == PLACE else "recognised_other")
        return Cues(frozenset(marks), kind, extends_to, self._starts_at(first) if "direction" in marks else None)

    def _starts_at(self, first: int) -> int | None:
        """Where "North" of "North Dallas" begins; a sentence's first word would have its capital anyway."""
        start = self._writing.starts[first - 1]
        return start if self._writing.text[start].isupper() and not self._writing.opens_sentence(start) else None

    # ------------------------------------------------------------ before

    def _before(self, first: int, marks: set[str]) -> Kind | None:
        writing = self._writing
        if not first:
            return None
        gap, word = writing.gap(first - 1), writing.words[first - 1]
        if gap == "-" and self._is_part(first - 1):
            marks.add("hyphened")
        if gap not in _SPACES:
            return None
        small = word.casefold()
        if KIND_OF.get(small) == "nature" and (word[0].isupper() or small not in say.SMALL_NATURE):
            marks.add("nature")
        if small in say.DIRECTIONS:
            marks.add("direction")
        elif small in say.INSTITUTION:
            marks.add("body")
        elif not word[0].isupper():
            self._small_before(small, marks)
        elif first - 1 not in self._named:
            self._capital_before(first - 1, small, marks)
        return kind_of(small) if not word[0].isupper() else None

    def _is_part(self, number: int) -> bool:
        """Whether a word joined by a hyphen makes another name of both: it is no place, people or direction."""
        word = self._writing.words[number]
        known = word.casefold() in say.DIRECTIONS or word.casefold() in demonyms()
        return word[0].isupper() and number not in self._named and not known

    @staticmethod
    def _small_before(word: str, marks: set[str]) -> None:
        if word in say.AT:
            marks.add("at")
        elif word in say.TOWARDS:
            marks.add("towards")

    def _capital_before(self, number: int, small: str, marks: set[str]) -> None:
        writing = self._writing
        if small in say.AT:
            marks.add("at")
        elif small in say.TOWARDS:
            marks.add("towards")
        elif small in demonyms() or (small in KIND_OF and small not in say.PART_BEFORE):
            return
        elif small in say.PART_BEFORE or not writing.opens_sentence(writing.starts[number]):
            marks.add("part")

    def _of(self, first: int, marks: set[str]) -> Kind | None:
        """ "the city of X", "University of X" """
        writing = self._writing
        if first < 2 or writing.words[first - 1] not in say.OF or writing.gap(first - 1) not in _SPACES:
            return None
        number = first - 2
        if writing.words[number] in say.OF and number:
            number -= 1
        noun = writing.words[number]
        small = noun.casefold()
        if (noun[0].isupper() and small in say.INSTITUTION_OF) or small in say.INSTITUTION:
            marks.add("body")
        return kind_of(small)

    # ------------------------------------------------------------ after

    def _following(self, surface: Surface, after: int) -> list[int]:
        """The capitalised words that follow without a break, by number."""
        writing = self._writing
        found: list[int] = []
        number = after
        while number in writing.capitals and len(found) < MOST_FOLLOWING:
            if writing.text[writing.ends[number - 1] : writing.starts[number]] not in _SPACES:
                break
            found.append(number)
            number += 1
        return found

    def _after(
        self, surface: Surface, after: int, following: list[int], marks: set[str], kind: Kind | None
    ) -> tuple[Kind | None, int]:
        writing = self._writing
        if following:
            return self._capital_after(surface, following, marks, kind)
        if after >= len(writing.words):
            return kind, 0
        gap, word = writing.text[surface.end : writing.starts[after]], writing.words[after]
        if gap == "-" and self._is_part(after):
            marks.add("hyphened")
        elif gap in _SPACES and word in say.SPEAKS:
            marks.add("speaks")
        elif gap in _SPACES and word in say.KINDS_OF_THING:
            marks.add("body")
        elif gap in _APOSTROPHES and word == "s":
            self._possessed(after + 1, marks)
        return kind or (kind_of_small(word) if gap in _SPACES else None), 0

    def _possessed(self, number: int, marks: set[str]) -> None:
        """ "Johnson's Market": a shop, a prize or a work, unless it is a place or a body of state."""
        writing = self._writing
        if number < len(writing.words) and writing.gap(number - 1) in _SPACES and number not in self._named:
            word = writing.words[number]
            if word[0].isupper() and word.casefold() not in _NO_GOODS:
                marks.add("goes_on")

    def _capital_after(
        self, surface: Surface, following: list[int], marks: set[str], kind: Kind | None
    ) -> tuple[Kind | None, int]:
        writing = self._writing
        words = [writing.words[n].casefold() for n in following]
        said = kind_of(words[0])
        if words[-1] in say.NAMED_BODIES or words[0] in say.NAMED_BODIES:
            marks.add("body")
        elif said is not None:
            if said == "nature":
                marks.add("nature")
            return said, writing.ends[following[0]] if len(words) == 1 or words[1] not in say.CIVIC else 0
        elif (
            following[0] in self._named or words[0] in say.CIVIC or words[0] in say.TITLES or words[0] in say.DIRECTIONS
        ):
            return kind, 0
        elif self._is_team(surface, words, following[-1]):
            marks.add("body")
        else:
            marks.add("person" if surface.text in given_names() else "goes_on")
        return kind, 0

    def _is_team(self, surface: Surface, words: list[str], last: int) -> bool:
        """ "St. Louis Cardinals": those who bear a place's name; where headlines capitalise, any plural looks so."""
        word = words[-1]
        is_plural = len(words) == 1 and len(word) >= MIN_TEAM and word.endswith("s") and not word.endswith("ss")
        if not is_plural or surface.senses.is_country or word.removesuffix("s") in demonyms():
            return False
        return not self._writing.capitalises_at(self._writing.starts[last])

    # ------------------------------------------------------------ persons

    def _persons_marks(self, surface: Surface, first: int, after: int, marks: set[str]) -> None:
        if not self._persons.words.isdisjoint(range(first, after)):
            marks.add("person")
        elif surface.text in self._persons.surnames:
            marks.add("surname")


def words_of_long_names(words: Iterable[range]) -> frozenset[int]:
    """The words, by number, of names of several words; they are nobody's given name or surname."""
    return frozenset(n for numbers in words if len(numbers) > 1 for n in numbers)
