"""Words that reports write with a capital although they name no place, and that small towns bear as names.

"March", "Sunday" (CLDR), "Canadian" (countryinfo), and what English capitals in titles, offices and institutions.
"""

from collections.abc import Iterator
from functools import cache

import countryinfo
from babel import Locale

# Languages that write months and days, or titles, with a capital at least at a sentence's start.
_LANGUAGES = ("en", "fr", "es", "pt", "de", "it", "ru", "uk", "ar", "fa")
# Titles, offices, institutions, points of the compass: English writes them with a capital before or within a name.
_ENGLISH = """
    president secretary minister premier chancellor senator governor mayor king queen prince princess duke sultan emir
    general colonel major captain commander lieutenant sergeant admiral judge justice bishop pope imam sheikh doctor
    professor university college school academy institute hospital church mosque temple parliament congress senate
    assembly council court police army navy force forces guard brigade division corps ministry department office bureau
    agency commission committee union federation league party front movement bank company station airport bridge road
    street avenue square park island islands north south east west northern southern eastern western central
    god lord bible war peace liberty freedom independence unity""".split()  # noqa: SIM905

# Arabic has no capitals: these common words are also how places are spelled, some with a clitic (Medina, Van, Cannes,
# "in Accra"). They are hidden however large the place is; its fuller names stay.
_ARABIC = """كان ليل وان بن سان بيان مدينة المدينة لمدينة للمدينة بمدينة والمدينة ومدينة قرية القرية بلدة
    البلدة حصار سلام
    السلام نور جبل الجبل وادي سوق السوق باكرا ربات وباب باب الجمعة السبت الاحد""".split()  # noqa: SIM905


@cache
def common_words() -> frozenset[str]:
    """Words that are hidden whatever bears them as a name."""
    return frozenset(_ARABIC)


@cache
def words_not_names() -> frozenset[str]:
    """The words, in lower case."""
    return frozenset(word.casefold() for word in (*_ENGLISH, *_calendar(), *_demonyms()) if " " not in word)


def _calendar() -> Iterator[str]:
    for locale in map(Locale, _LANGUAGES):
        for table in (locale.months, locale.days):
            for context in ("format", "stand-alone"):
                yield from (str(name) for name in table[context]["wide"].values())


def _demonyms() -> Iterator[str]:
    for country in countryinfo.all_countries():
        yield str(country.demonym() or "")
