"""Texts in capitals throughout, as old wires are, put into the letters that a newsroom would use. Pure.

There a capital says nothing, and every rule that reads capitals goes astray. Words of the language become small, names
and acronyms keep their capitals; offsets stay as they are.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from services.extractor.demonyms import country_of, may_open
from services.extractor.places.vocabulary import TITLES
from services.extractor.surfaces import MOST_KEPT
from services.extractor.writing import SHOUTING_SHARE
from shared.letters import IN_WORD, LARGE, codes_of, kinds_of
from shared.names.compile import ACRONYM, ALTERNATE, DESK
from shared.names.fold import fold_name
from shared.names.frequencies import zipf_values
from shared.names.gazetteer import Hit, Meaning, Named
from shared.names.names import Finder
from shared.names.words import english_words, given_names, words_not_names

# Fewer letters say nothing of a habit: a flash of one line may be all in capitals.
MIN_LETTERS = 200
# By so many characters most texts are told from one in capitals.
SAMPLE = 2_000
# A city whose name is meant although it is a common word's, too; a place whose name of several common words is.
MIN_PROMINENT, MIN_KNOWN = 250_000, 5_000
# A country's further names that are no shorter are no common words: Britain, Congo.
MIN_COUNTRY_LETTERS = 5
# What is no longer, and no place that all know, is an acronym.
MOST_ACRONYM = 4
# So often (log10 of occurrences in a billion words) no acronym stands in texts, no city's name that is an English word,
# too, and no given name.
COMMON, FREQUENT, VERY_COMMON = 4.8, 5.0, 5.5
MIN_INFLECTED = 6
# Acronyms that are common as words, or as if they were, in some language; there no article stands before them.
_WITH_ARTICLE = frozenset({"EU", "UK", "UN", "US", "WHO"})
_ENDED = re.compile(r"(?:ed|ing|ly|tions?|ments?|ness|ers?|ists?|ism|ous|ive|ful|less|able|ible|ity|ities|ance|ence)$")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’][Ss]$")
_SHORT = 3


def recased(text: str, names: Finder) -> str:
    """The text, of the same length, with capitals for names alone; as it is where it does write small letters."""
    if not (_is_in_capitals(text[:SAMPLE]) and _is_in_capitals(text)):
        return text
    hits = names.find(text)
    words = list(_WORD.finditer(text))
    capitalised = {*_words_of_several(text, hits, names), *_words_of_peoples(words)}
    meant = {(hit.start, hit.end): hit.named for hit in hits}

    def recase(match: re.Match[str]) -> str:
        word, start = match[0], match.start()
        if word in _WITH_ARTICLE and _is_said_to_be_acronym(text, match):
            return word
        if start in capitalised:
            return _capitalised(word)
        if len(word) == 1 and text.startswith(".", match.end()):
            return word
        return _recased_word(names, meant.get((start, start + len(_POSSESSIVE.sub("", word)))), word)

    return _WORD.sub(recase, text)


@lru_cache(MOST_KEPT)
def _recased_word(names: Finder, named: Named | None, written: str) -> str:
    """A word by itself; ``named`` is what stands in its place among the names, but for a possessive."""
    word, meanings = _POSSESSIVE.sub("", written), names.meanings(named) if named else ()
    if _is_acronym(word, meanings):
        return word + written[len(word) :].lower()
    return _capitalised(written) if _is_name(word.lower(), meanings) else _small(written)


def _capitalised(word: str) -> str:
    return word[0] + _small(word[1:])


def _small(word: str) -> str:
    """In small letters, where they are as many."""
    small = word.lower()
    return small if len(small) == len(word) else word


def _is_in_capitals(text: str) -> bool:
    kinds = kinds_of(codes_of(text))
    large, in_words = int((kinds & LARGE != 0).sum()), int((kinds & IN_WORD != 0).sum())
    return large >= MIN_LETTERS and large >= SHOUTING_SHARE * in_words


def _words_of_several(text: str, hits: Iterable[Hit], names: Finder) -> Iterator[int]:
    """Where the words begin of names that have several, and are no phrase of common words."""
    for hit in hits:
        if hit.named.spelled or text[hit.start : hit.end].isalpha():
            continue
        words = list(_WORD.finditer(text, hit.start, hit.end))
        if len(words) < 2:
            continue
        if all(_is_word(word[0].lower()) for word in words) and not any(map(_is_known, names.meanings(hit.named))):
            continue
        yield words[0].start()
        yield words[-1].start()
        yield from (word.start() for word in words[1:-1] if len(word[0]) > _SHORT or not _is_word(word[0].lower()))


def _words_of_peoples(words: Sequence[re.Match[str]]) -> Iterator[int]:
    """Where the words begin that stand for a country's people: "Germans", "South Sudanese"."""
    for number, word in enumerate(words):
        following = words[number + 1] if may_open(word[0]) and number + 1 < len(words) else None
        if following is not None and country_of(f"{word[0]} {following[0]}"):
            yield from (word.start(), following.start())
        elif country_of(_POSSESSIVE.sub("", word[0])):
            yield word.start()


def _is_said_to_be_acronym(text: str, match: re.Match[str]) -> bool:
    """Whether what stands around it tells "the US" and "US-backed" from a pronoun."""
    return text.startswith("-", match.end()) or text.endswith("THE ", 0, match.start())


def _is_acronym(word: str, meanings: Collection[Meaning]) -> bool:
    small = word.lower()
    if len(word) == 1:
        return False
    if any(meaning.flags & ACRONYM for meaning in meanings):
        return _zipf(small) < COMMON
    return len(word) <= MOST_ACRONYM and not _is_word(small) and not any(_is_prominent(m, small) for m in meanings)


def _is_name(small: str, meanings: Collection[Meaning]) -> bool:
    if small in TITLES or any(meaning.flags & DESK or _is_prominent(meaning, small) for meaning in meanings):
        return True
    return not (_is_word(small) or (not meanings and _looks_like_word(small)))


@lru_cache(MOST_KEPT)
def _is_word(small: str) -> bool:
    """Whether a word is one of the language rather than a name. One letter is an article, or counts something."""
    if len(small) == 1 or small in words_not_names() or small in english_words():
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
    """Whether this is an actor, a desk's own name, or a place that many know by its own name."""
    place = meaning.place
    if place is None or meaning.flags & DESK:
        return place is not None or meaning.actor is not None
    is_large = place.order == 1 or place.feature == "country" or place.population >= MIN_KNOWN
    return is_large and not meaning.flags & ALTERNATE


def _is_prominent(meaning: Meaning, small: str) -> bool:
    """Whether this is a country, or a region or a large city by its own name."""
    place = meaning.place
    if place is None:
        return False
    if place.feature == "country":
        return not meaning.flags & ALTERNATE or len(small) >= MIN_COUNTRY_LETTERS
    if meaning.flags & ALTERNATE or fold_name(place.name) != fold_name(small):
        return False
    if place.capital:
        return True
    is_large = place.order == 1 or place.population >= MIN_PROMINENT
    return is_large and _zipf(small) < (FREQUENT if small in english_words() else VERY_COMMON)
