"""Texts in capitals throughout, as old wires are, put into the letters that a newsroom would use. Pure.

There a capital says nothing, and every rule that reads capitals goes astray. Words of the language become small, names
and acronyms keep their capitals; offsets stay as they are.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from services.extractor.places.vocabulary import TITLES
from services.extractor.surfaces import MOST_KEPT
from services.extractor.writing import SHOUTING_SHARE
from shared.letters import LARGE, SMALL, codes_of, kinds_of
from shared.names.compile import ACRONYM, ALTERNATE
from shared.names.fold import fold_name
from shared.names.frequencies import zipf_values
from shared.names.gazetteer import Hit, Meaning
from shared.names.names import Finder
from shared.names.words import demonyms, english_words, given_names, words_not_names

# Fewer letters say nothing of a habit: a flash of one line may be all in capitals.
MIN_LETTERS = 200
# By so many characters a text is judged.
SAMPLE = 2_000
# A city whose name is meant although it is a common word's, too; a place whose name of several common words is.
MIN_PROMINENT, MIN_KNOWN = 300_000, 5_000
# What is no longer, and no place that all know, is an acronym.
MOST_ACRONYM = 4
# So often (log10 of occurrences in a billion words) no acronym stands in texts, and no given name.
COMMON, VERY_COMMON = 4.8, 5.5
MIN_INFLECTED = 6
_ENDED = re.compile(
    r"(?:ed|ing|ly|tions?|ments?|ness|ers?|ists?|ism|ous|ive|ful|less|able|ible|ity|ities|ance|ence)(?:['’]s)?$"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SHORT = 3


def recased(text: str, names: Finder) -> str:
    """The text, of the same length, with capitals for names alone; as it is where it does write small letters."""
    if not _is_in_capitals(text):
        return text
    hits = names.find(text)
    names_of_several = set(_words_of_several(text, hits, names))
    single = {(hit.start, hit.end): tuple(names.meanings(hit.named)) for hit in hits}

    def recase(match: re.Match[str]) -> str:
        is_initial = text.startswith(".", match.end())
        if len(match[0]) == 1:
            return match[0] if is_initial else match[0].lower()
        return _recased_word(match[0], single.get(match.span(), ()), match.start() in names_of_several)

    return _WORD.sub(recase, text)


def _is_in_capitals(text: str) -> bool:
    kinds = kinds_of(codes_of(text[:SAMPLE]))
    large, small = int((kinds & LARGE != 0).sum()), int((kinds & SMALL != 0).sum())
    return large >= MIN_LETTERS and large >= SHOUTING_SHARE * (large + small)


def _words_of_several(text: str, hits: Iterable[Hit], names: Finder) -> Iterator[int]:
    """Where the words begin of names that have several, and are no phrase of common words."""
    for hit in hits:
        words = list(_WORD.finditer(text, hit.start, hit.end))
        if (
            not hit.named.spelled
            and len(words) > 1
            and (not all(_is_word(word[0].lower()) for word in words) or any(map(_is_known, names.meanings(hit.named))))
        ):
            yield words[0].start()
            yield words[-1].start()
            yield from (word.start() for word in words[1:-1] if len(word[0]) > _SHORT or not _is_word(word[0].lower()))


def _recased_word(word: str, meanings: Collection[Meaning], is_of_several: bool) -> str:
    small = word.lower()
    if len(small) != len(word):
        return word
    if is_of_several or small in TITLES or small in demonyms() or any(_is_prominent(m, small) for m in meanings):
        return word[0] + small[1:]
    is_acronym = any(meaning.flags & ACRONYM for meaning in meanings)
    if (is_acronym and _zipf(small) < COMMON) or (len(word) <= MOST_ACRONYM and not _is_word(small)):
        return word
    if _is_word(small) or (not meanings and _looks_like_word(small)):
        return small
    return word[0] + small[1:]


@lru_cache(MOST_KEPT)
def _is_word(small: str) -> bool:
    """Whether a word is one of the language rather than a name."""
    if small in words_not_names() or small in english_words():
        return True
    return _zipf(small) >= VERY_COMMON or (_zipf(small) > 0 and small.title() not in given_names())


@lru_cache(MOST_KEPT)
def _zipf(small: str) -> float:
    """How common the word is in the language where it is the commonest."""
    folded = fold_name(small).strip()
    return max(table.get(folded, 0.0) for table in zipf_values().values())


def _looks_like_word(small: str) -> bool:
    """Whether an English ending says so, in a word that nothing is called by."""
    return len(small) >= MIN_INFLECTED and _ENDED.search(small, 2) is not None


def _is_known(meaning: Meaning) -> bool:
    """Whether this is an actor, or a place that many know by its own name."""
    place = meaning.place
    if place is None:
        return meaning.actor is not None
    return not meaning.flags & ALTERNATE and (
        place.order == 1 or place.feature == "country" or place.population >= MIN_KNOWN
    )


def _is_prominent(meaning: Meaning, small: str) -> bool:
    """Whether this is a country, a region or a large city by its own name."""
    place = meaning.place
    if place is None or meaning.flags & ALTERNATE:
        return False
    if place.feature == "country":
        return True
    is_large = place.order == 1 or place.capital or place.population >= MIN_PROMINENT
    is_own_name = fold_name(place.name) == fold_name(small)
    return is_large and is_own_name and _zipf(small) < VERY_COMMON and small not in english_words()
