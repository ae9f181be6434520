"""Words that reports write with a capital although they name no place, and that small towns bear as names.

"March", "Sunday" (CLDR), "Canadian" (countryinfo), and what English capitals in titles, offices and institutions.
"""

from collections.abc import Iterator
from functools import cache

import countryinfo
from babel import Locale

from shared.names import data_files

# Languages that write months and days, or titles, with a capital at least at a sentence's start.
_LANGUAGES = ("en", "fr", "es", "pt", "de", "it", "ru", "uk", "ar", "fa")
# Titles, offices, institutions, points of the compass: English writes them with a capital before or within a name.
_ENGLISH = """
    president secretary minister premier chancellor senator governor mayor king queen prince princess duke sultan
    emir general colonel major captain commander lieutenant sergeant admiral judge justice bishop pope imam sheikh
    doctor professor university college school academy institute hospital church mosque temple parliament congress
    senate assembly council court police army navy force forces guard brigade division corps ministry department
    office bureau agency commission committee union federation league party front movement bank company station
    airport bridge road street avenue square park island islands north south east west northern southern eastern
    western central northeast northwest southeast southwest northeastern northwestern southeastern southwestern
    north-eastern north-western south-eastern south-western capital city god lord bible war peace liberty freedom
    independence unity""".split()  # noqa: SIM905

# What countryinfo writes in another way, or leaves out.
_FURTHER_DEMONYMS = {
    "afghan": "AF", "afghani": "AF", "argentine": "AR", "british": "GB", "burmese": "MM", "chinese": "CN",
    "congolese": "CD",
    "danish": "DK", "dutch": "NL", "english": "GB", "emirati": "AE", "filipino": "PH", "finnish": "FI", "french": "FR",
    "greek": "GR", "iranian": "IR", "iraqi": "IQ", "irish": "IE", "israeli": "IL", "kurdish": "IQ", "kuwaiti": "KW",
    "malian": "ML", "nigerian": "NG", "nigerien": "NE", "omani": "OM", "pakistani": "PK", "palestinian": "PS",
    "philippine": "PH", "polish": "PL", "qatari": "QA", "saudi": "SA", "scottish": "GB", "somali": "SO",
    "south sudanese": "SS", "spanish": "ES", "sudanese": "SD", "swedish": "SE", "swiss": "CH", "turkish": "TR",
    "welsh": "GB", "yemeni": "YE",
}  # fmt: skip

# Arabic has no capitals: these common words are also how places are spelled, some with a clitic (Medina, Van, Cannes,
# "in Accra"). They are hidden however large the place is; its fuller names stay.
_ARABIC = """كان ليل وان بن سان بيان مدينة المدينة لمدينة للمدينة بمدينة والمدينة ومدينة قرية القرية بلدة
    البلدة حصار سلام
    السلام نور جبل الجبل وادي سوق السوق باكرا ربات وباب باب الجمعة السبت الاحد""".split()  # noqa: SIM905


WORDS_FILE = "english_words.txt"
GIVEN_NAMES_FILE = "given_names.txt"
ABBREVIATIONS_FILE = "region_aliases.yaml"


@cache
def english_words() -> frozenset[str]:
    """English words that are also names of places: a capital alone does not make a place of them."""
    return _lines(WORDS_FILE)


@cache
def given_names() -> frozenset[str]:
    """Given names of persons, as written with a capital."""
    return _lines(GIVEN_NAMES_FILE)


@cache
def region_abbreviations() -> frozenset[str]:
    """Abbreviations of regions that end with a dot: "Tex.", "N.Y."."""
    rows = data_files.read_yaml(ABBREVIATIONS_FILE)
    short = (name for row in rows.values() for name in row.get("short", ()))
    return frozenset(name for name in short if name.endswith("."))


def _lines(name: str) -> frozenset[str]:
    return frozenset(data_files.read_text(name).split())


@cache
def demonyms() -> dict[str, str]:
    """Countries by what their people are called, in lower case: ``{"syrian": "SY"}``."""
    return {
        demonym.casefold(): code
        for country in countryinfo.all_countries()
        if (demonym := str(country.demonym() or "")) and (code := country.iso(2))
    } | _FURTHER_DEMONYMS


@cache
def common_words() -> frozenset[str]:
    """Words that are hidden whatever bears them as a name."""
    return frozenset(_ARABIC)


@cache
def words_not_names() -> frozenset[str]:
    """The words, in lower case."""
    return frozenset(word.casefold() for word in (*_ENGLISH, *_calendar(), *demonyms()) if " " not in word)


def _calendar() -> Iterator[str]:
    for locale in map(Locale, _LANGUAGES):
        for table in (locale.months, locale.days):
            for context in ("format", "stand-alone"):
                yield from (str(name) for name in table[context]["wide"].values())
