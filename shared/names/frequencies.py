"""How often words stand in running text: the commonest of six languages, from wordfreq."""

import gzip
from functools import cache

from shared.names.data_files import read_bytes
from shared.names.fold import fold_name, fold_names

FILE = "word_frequencies.txt.gz"


@cache
def zipf_values() -> dict[str, dict[str, float]]:
    """Zipf values (log10 of occurrences in a billion words; 4 and more) by language and folded word."""
    data = gzip.decompress(read_bytes(FILE)).decode()
    table: dict[str, dict[str, float]] = {}
    for line in data.splitlines()[1:]:
        language, zipf, words = line.split("\t")
        values = table.setdefault(language, {})
        for word in fold_names(words.split()):
            values.setdefault(word.strip(), float(zipf))
    return table


@cache
def _common() -> frozenset[str]:
    return frozenset(word for table in zipf_values().values() for word in table)


def is_all_common(text: str) -> bool:
    """Whether every word of a text is among the commonest: a phrase, and no name that only sounds alike."""
    return all(map(is_common, fold_name(text).split()))


def is_common(folded: str) -> bool:
    """Whether a folded word is among the commonest of any of the languages."""
    return folded in _common()
