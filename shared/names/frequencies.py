"""How often words stand in running text: the commonest of six languages, from wordfreq."""

import gzip
from functools import cache

from shared.names import data_files
from shared.names.fold import fold_names

FILE = "word_frequencies.txt.gz"


@cache
def zipf_values() -> dict[str, dict[str, float]]:
    """Zipf values (log10 of occurrences in a billion words; 4 and more) by language and folded word."""
    data = gzip.decompress(data_files.read_bytes(FILE)).decode()
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


def is_common(folded: str) -> bool:
    """Whether a folded word is among the commonest of any of the languages."""
    return folded in _common()
