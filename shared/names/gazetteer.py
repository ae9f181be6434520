"""Compiled names, loaded: which patterns a text holds, and what each may stand for."""

import contextlib
import fcntl
import itertools
import mmap
import os
import time
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import daachorse
import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from shared.letters import LARGE, SMALL, codes_of, count_between, kinds_of
from shared.names import compile as compiling
from shared.names.fold import Folded, end_with_marks, fold, fold_name, may_end_within, splits_syllable
from shared.names.frequencies import is_all_common
from shared.names.inflect import nominatives, stems
from shared.names.keyed import KeyIndex, Spelled
from shared.names.name_spans import MIN_LETTERS, Known, spans
from shared.names.records import LexiconActor, Place
from shared.names.spelling_distance import LONG
from shared.names.words import common_words, words_not_names

CACHE_VARIABLE = "TOCSIN_NAMES"
KEPT_SECONDS = 30 * 86_400  # names that an older version compiled, 200 MB, are kept for who goes back to it


# So many namesakes by key are more than any report can choose among.
MOST_BY_KEY = 12
# In a text, only spellings that are hardly farther than the nearest: beside them the size of a town would decide.
NEARLY = 0.1
# Spellings whose meanings are kept decoded: reports name the same places and words again and again.
MOST_KEPT = 16_384
_MAX_ACRONYM = 5


class Named(Struct, frozen=True, gc=False):
    """What a spelling stands for: the slice of entries of its pattern, as numbers.

    A spelling that no pattern has, and that its romanisation key joins to known ones, carries them in ``spelled``;
    ``own`` is what a desk's own names say that it stands for.
    """

    first: int = 0
    last: int = 0
    spelled: tuple[Spelled, ...] = ()
    own: tuple["Meaning", ...] = ()


class Hit(Struct, frozen=True, gc=False):
    """A name in a text: its span in the original, and what it stands for."""

    start: int
    end: int
    named: Named


class Seen(Struct):
    """What was seen in a text: names, the stretches that listed ones cover (small words too), and the text's fold."""

    hits: list[Hit]
    known: Known
    folded: Folded


class Meaning(Struct, frozen=True, gc=False):
    """One thing that a spelling may stand for, with how strict to be about it (flags of ``shared.names.compile``).

    Neither place nor actor: a phrase that names nothing, and hides the names inside it. ``doubt`` is how much a
    spelling that its key joined leaves open, in powers of ten; 0 for a listed one.
    """

    flags: int
    place: Place | None = None
    actor: LexiconActor | None = None
    doubt: float = 0.0


def names_folder() -> Path:
    """Where compiled names are kept, and places that were added: ``TOCSIN_NAMES``, or the user's cache folder."""
    given = os.environ.get(CACHE_VARIABLE)
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(given) if given else home / "tocsin"


def cache_folder() -> Path:
    """Where the names are that this code and these sources compile to."""
    folder = names_folder()
    return folder / f"{compiling.PREFIX}{compiling.version(folder)}"


class NamesFolderError(OSError):
    """Compiled names cannot be kept where they should be; the message says what to do."""


def load(progress: compiling.Progress = lambda _: None) -> "Gazetteer":
    """The compiled names; compiled first where they are not there yet, by one process while others wait.

    Raises NamesFolderError.
    """
    folder = cache_folder()
    if not folder.exists():
        try:
            _compile(folder, progress)
        except OSError as error:
            raise NamesFolderError(
                f"names cannot be compiled into {folder.parent}: {error.strerror or error}. "
                f"Set {CACHE_VARIABLE} to a folder that can be written, with 300 MB to spare"
            ) from error
    with contextlib.suppress(OSError):  # it may be another's
        os.utime(folder)
    return Gazetteer(folder)


def _compile(folder: Path, progress: compiling.Progress) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "compile.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            # Whoever holds the lock is alone here: what lies about was left by a process that was killed.
            compiling.remove_left_over(folder.parent, used_since=time.time() - KEPT_SECONDS)
            compiling.write(folder, progress)


class Gazetteer:
    """Names of places and actors. Read-only after loading; safe to share among threads."""

    def __init__(self, folder: Path) -> None:
        self._automaton = daachorse.CharwiseDoubleArrayAhoCorasick.deserialize((folder / "automaton.bin").read_bytes())
        self._offsets = self._column(folder, "offsets")
        self._targets = self._column(folder, "targets")
        self._flags = self._column(folder, "flags")
        # By the first entry of each pattern, whether all its entries are CASED.
        self._is_cased = np.zeros(len(self._flags), bool)
        common = np.bitwise_and.reduceat(self._flags, self._offsets[:-1])
        self._is_cased[self._offsets[:-1]] = common & compiling.CASED != 0
        self._place_ends = self._column(folder, "place_ends")
        self._ids = self._column(folder, "ids")
        self._id_rows = self._column(folder, "id_rows")
        with (folder / "places.bin").open("rb") as file:
            self._places = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._keys = KeyIndex(folder)
        self._decoder = msgspec.msgpack.Decoder(Place)
        self.actors = msgspec.json.decode((folder / "actors.json").read_bytes(), type=tuple[LexiconActor, ...])
        self.version = folder.name
        self._named = lru_cache(MOST_KEPT)(self._read_named)
        self._kept = lru_cache(MOST_KEPT)(lambda first, last: list(self._meanings(first, last)))

    @staticmethod
    def _column(folder: Path, name: str) -> npt.NDArray[Any]:
        # A plain view: indexing a memmap itself costs ten times as much.
        return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))

    @cached_property
    def actor_of(self) -> dict[str, LexiconActor]:
        """Actors by id."""
        return {actor.id: actor for actor in self.actors}

    def place(self, row: int) -> Place:
        """The place in this row."""
        start = int(self._place_ends[row - 1]) if row else 0
        return self._decoder.decode(self._places[start : int(self._place_ends[row])])

    def place_by_id(self, place_id: str) -> Place | None:
        """The place with this id."""
        wanted = place_id.encode("utf-8", "replace")
        position = int(np.searchsorted(self._ids, np.bytes_(wanted)))
        found = position < len(self._ids) and bytes(self._ids[position]) == wanted
        return self.place(int(self._id_rows[position])) if found else None

    def find(self, text: str) -> list[Hit]:
        """Every name in the text, nested and overlapping ones too: in order of their ends, then those by key.

        Left out are words that are names with a capital alone, and stand small here.
        """
        return self.look(text).hits

    def look(self, text: str) -> Seen:
        """The same, with what was made of the text on the way."""
        seen = self.look_for_listed(text)
        seen.hits += self.find_by_key(text, seen.known)
        return seen

    def look_for_listed(self, text: str) -> Seen:
        """Every name that a list spells so."""
        folded, codes = fold(text), codes_of(text)
        found = self._automaton.find_overlapping(folded.text)
        columns = np.fromiter(itertools.chain.from_iterable(found), np.int64, 3 * len(found))
        begins, stops, patterns = columns.reshape(-1, 3).T
        starts, ends = folded.spans(begins + 1, stops - 1)
        is_whole = np.ones(len(starts), bool)
        for number in may_end_within(codes, starts, ends).tolist():
            ends[number] = end_with_marks(text, ends[number])
            is_whole[number] = not splits_syllable(text, starts[number], ends[number])
        starts, ends, patterns = starts[is_whole], ends[is_whole], patterns[is_whole]
        firsts, lasts = self._offsets[patterns], self._offsets[patterns + 1]
        is_name = ~(self._is_cased[firsts] & _stand_small(codes, starts, ends))
        starts_of_names, ends_of_names, *slices = (c[is_name].tolist() for c in (starts, ends, firsts, lasts))
        hits = list(map(Hit, starts_of_names, ends_of_names, map(Named, *slices)))
        return Seen(hits, Known(starts, ends), folded)

    def find_by_key(self, text: str, known: Known) -> list[Hit]:
        """Names in spellings that no list has, where the text says that a name stands and no known one covers it."""
        found = []
        for alternatives in spans(text, known):
            for span in alternatives:
                if known.covers(span.start, span.end):
                    break
                named = self._named(text[span.start : span.end], span.is_placed)
                if named is not None:
                    found.append(Hit(span.start, span.end, named))
                    known.ends.add(span.end)
                    break
        return found

    def _read_named(self, surface: str, is_placed: bool) -> Named | None:
        """The entries of a listed name of which this is a case, else what its key joins it to."""
        if _is_no_name(surface):
            return None
        for name in nominatives(surface):
            number = self._number(fold_name(name))
            if number is not None:
                return Named(int(self._offsets[number]), int(self._offsets[number + 1]))
        spelled = self._spelled(surface, is_placed)
        return Named(spelled=spelled) if spelled else None

    def _spelled(self, surface: str, is_placed: bool) -> tuple[Spelled, ...]:
        for form in (surface, *stems(surface)):
            named = self._keys.named_by(form)
            if named and (is_placed or named[0].consonants >= LONG):
                return tuple(s for s in named[:MOST_BY_KEY] if s.distance <= named[0].distance + NEARLY)
        return ()

    def meanings(self, named: Named) -> list[Meaning]:
        """What a name may stand for: places with the most people first, then actors; by key, the nearest."""
        return [*map(self._by_key, named.spelled)] if named.spelled else self._kept(named.first, named.last)

    def _by_key(self, spelled: Spelled) -> Meaning:
        flags = compiling.KEY | compiling.ALTERNATE | compiling.CASED
        if spelled.target >= 0:
            return Meaning(flags, place=self.place(spelled.target), doubt=spelled.doubt)
        return Meaning(flags, actor=self.actors[-1 - spelled.target], doubt=spelled.doubt)

    def _meanings(self, first: int, last: int) -> Iterator[Meaning]:
        for position in range(first, last):
            target, flags = int(self._targets[position]), int(self._flags[position])
            if target == compiling.NOTHING:
                yield Meaning(flags)
            elif target >= 0:
                yield Meaning(flags, place=self.place(target))
            else:
                yield Meaning(flags, actor=self.actors[-1 - target])

    def lookup(self, name: str) -> list[Meaning]:
        """What a name as a whole may stand for, whatever its case; empty where nothing knows it.

        First what bears this spelling, then by key (flag KEY).
        """
        number = self._number(fold_name(name))
        listed = list(self._meanings(*map(int, self._offsets[number : number + 2]))) if number is not None else []
        return [*listed, *self.namesakes_by_key(name, listed)]

    def _number(self, pattern: str) -> int | None:
        """Of the pattern that is this and no more."""
        found = self._automaton.find_overlapping(pattern)
        return next((number for start, end, number in found if start == 0 and end == len(pattern)), None)

    def namesakes_by_key(self, name: str, listed: Iterable[Meaning] = ()) -> list[Meaning]:
        """What else, beside the listed meanings, has a spelling that the name's key joins to it; the nearest first."""
        known = {_named_id(meaning) for meaning in listed}
        joined = [self._by_key(spelled) for spelled in self._keys.named_by(name) if spelled.is_sure]
        return [meaning for meaning in joined if _named_id(meaning) not in known]


def _stand_small(
    codes: npt.NDArray[np.uint32], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Of stretches of a text, which hold small letters and no capital."""
    kinds = kinds_of(codes)
    large, small = (count_between(kinds & kind != 0, starts, ends) for kind in (LARGE, SMALL))
    are_small: npt.NDArray[np.bool_] = (large == 0) & (small > 0)
    return are_small


def _named_id(meaning: Meaning) -> str:
    named = meaning.place or meaning.actor
    return named.id if named is not None else ""


def _is_no_name(surface: str) -> bool:
    letters = sum(map(str.isalpha, surface))
    has_case = surface.lower() != surface.upper()
    if letters < (MIN_LETTERS if has_case else MIN_LETTERS - 1) or (surface.isupper() and letters <= _MAX_ACRONYM):
        return True
    return surface.casefold() in words_not_names() or surface in common_words() or is_all_common(surface)
