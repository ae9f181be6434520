"""Which new name would match too much: a lint for names of watches and desks, from how often words stand in running
text.

Frequencies are those of wordfreq (see docs/data-sources.md); what a name with a capital matches is a share of them, for
such a name counts only where the text writes the capital as well.
"""

import math
from dataclasses import dataclass

from shared.names.compile import KEY
from shared.names.fold import fold_name
from shared.names.frequencies import zipf_values
from shared.names.gazetteer import Gazetteer, Meaning
from shared.names.keyed import is_spelling

WORDS_A_REPORT = 500
# A desk that reads so many reports a day does not want a name that matches more than so many of them by chance.
REPORTS_A_DAY = 10_000
MOST_MATCHES_A_DAY = 5
MOST_NAMESAKES = 20
MIN_LETTERS = 3
MIN_POPULATION_WELL_KNOWN = 100_000
# Of a common word's occurrences so many have a capital (sentences and titles begin with them), or are all capitals.
CAPITAL_SHARE, ALL_CAPITALS_SHARE = 0.06, 0.005
# Two common words stand side by side so often, beside the rarer of them alone.
PAIR_SHARE = 0.01
_LANGUAGES = {"ar": "Arabic", "en": "English", "es": "Spanish", "fr": "French", "ru": "Russian", "uk": "Ukrainian"}


@dataclass(frozen=True, slots=True)
class Commonness:
    """A name that is an ordinary word or phrase of a language. ``share``: of all words in running text, in (0, 1)."""

    name: str
    language: str
    share: float
    reports_a_day: int

    def __str__(self) -> str:
        """The lint note."""
        kind = "phrase" if " " in self.name else "word"
        rate = f"1 in {_rounded(1 / self.share):,} words"
        effect = f"it would match about {self.reports_a_day:,} of {REPORTS_A_DAY:,} reports a day"
        return f"'{self.name}' is a common {_LANGUAGES[self.language]} {kind} ({rate}): {effect}. Add a word to it"


def notes(name: str, gazetteer: Gazetteer | None = None) -> list[str]:
    """What a desk should know before it uses a name: short, common, or shared. Empty where all is well."""
    found = []
    if name.isalpha() and len(name) < MIN_LETTERS:
        found.append(f"'{name}' has {len(name)} letters, and stands for too many things. Use a longer name")
    listed = [m for m in gazetteer.lookup(name) if not m.flags & KEY] if gazetteer else []
    common = commonness(name)
    if common is not None and not any(_is_well_known(m) for m in listed):
        found.append(str(common))
    namesakes = len({m.place.id for m in listed if m.place})
    if namesakes > MOST_NAMESAKES:
        found.append(f"'{name}' is the name of {namesakes} places. Add country: or id: to choose")
    return found


def _is_well_known(meaning: Meaning) -> bool:
    """Whether the name is frequent because of what it names: "Russia"."""
    place = meaning.place
    return place is not None and (place.is_area or place.population >= MIN_POPULATION_WELL_KNOWN)


def commonness(name: str) -> Commonness | None:
    """In which language a name is an ordinary word, if it would match too much; the worst of them."""
    words = fold_name(name).split()
    worst: Commonness | None = None
    for language, table in zipf_values().items():
        if words and all(word in table for word in words):
            share = 10 ** (min(table[word] for word in words) - 9) * PAIR_SHARE ** (len(words) - 1)
            matches = REPORTS_A_DAY * -math.expm1(-share * _written_share(name) * WORDS_A_REPORT)
            if matches >= MOST_MATCHES_A_DAY and (worst is None or matches > worst.reports_a_day):
                worst = Commonness(name, language, share, _rounded(matches))
    return worst


def _written_share(name: str) -> float:
    """Of a word's occurrences, the share that is written as the name asks."""
    if name.lower() == name.upper():
        return 1.0
    if name.isupper():
        return ALL_CAPITALS_SHARE
    return CAPITAL_SHARE if is_spelling(name) else 1.0


def _rounded(value: float) -> int:
    """To two digits: an estimate says no more."""
    digits = 10 ** max(0, math.floor(math.log10(max(value, 1))) - 1)
    return int(round(value / digits) * digits)
