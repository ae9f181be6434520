"""Writes ``word_frequencies.txt.gz`` into ``shared/names/data``: how often words stand in running text, by language.

``python tools/frequencies.py WORDFREQ_DATA_FOLDER``: the folder ``wordfreq/data`` of the package ``wordfreq`` (data CC
BY-SA 4.0; so is the file that this writes).
"""
# ruff: noqa: INP001, T201 - a script, run when the tables change

import gzip
import sys
from pathlib import Path

import msgspec

LANGUAGES = ("ar", "en", "es", "fr", "ru", "uk")
# One word in 100,000 (a Zipf value of 4): rarer ones are no trouble.
LEAST_ZIPF = 4.0
CENTIBELS_OF_ONE = 900
TARGET = Path(__file__).parent.parent / "shared" / "names" / "data" / "word_frequencies.txt.gz"
HEAD = "# From wordfreq (Robyn Speer and others), CC BY-SA 4.0. A line: language, Zipf value, words.\n"


def lines(folder: Path, language: str) -> list[str]:
    """The words of a language, most frequent first, in lines by Zipf value to a tenth."""
    buckets = msgspec.msgpack.decode(gzip.decompress((folder / f"small_{language}.msgpack.gz").read_bytes()))[1:]
    by_zipf: dict[float, list[str]] = {}
    for centibels, words in enumerate(buckets):
        zipf = (CENTIBELS_OF_ONE - centibels) / 100
        if zipf >= LEAST_ZIPF:
            by_zipf.setdefault(round(zipf, 1), []).extend(w for w in words if len(w) > 1 and w.isalpha())
    return [f"{language}\t{zipf}\t{' '.join(words)}\n" for zipf, words in sorted(by_zipf.items(), reverse=True)]


def main(folder: Path) -> None:
    """Writes the file; the same input gives the same bytes."""
    text = HEAD + "".join(line for language in LANGUAGES for line in lines(folder, language))
    TARGET.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{TARGET.name}: {len(text.split()):,} words, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
