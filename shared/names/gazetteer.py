"""Compiled names, loaded: which patterns a text holds, and what each may stand for."""

import fcntl
import mmap
import os
import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

import daachorse
import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from shared.names import compile as compiling
from shared.names.fold import end_with_marks, fold, fold_name, splits_syllable
from shared.names.frequencies import is_all_common
from shared.names.inflect import nominatives, stems
from shared.names.keyed import KeyIndex, Spelled
from shared.names.name_spans import MIN_LETTERS, Known, spans
from shared.names.records import LexiconActor, Place
from shared.names.spelling_distance import LONG
from shared.names.words import common_words, words_not_names

CACHE_VARIABLE = "TOCSIN_NAMES"


How = Literal["exact", "folded", "key"]
# So many namesakes by key are more than any report can choose among.
MOST_BY_KEY = 12
# In a text, only spellings that are hardly farther than the nearest: beside them the size of a town would decide.
NEARLY = 0.1
# Spellings whose meanings are kept decoded: reports name the same places and words again and again.
MOST_KEPT = 16_384
_MAX_ACRONYM = 5
_MAY_BE_MARK = re.compile("[\u0300-\U0010ffff]")


class Hit(Struct, frozen=True, gc=False):
    """A pattern in a text: its span in the original, and the slice of entries that it stands for.

    A spelling that no pattern has, and that its romanisation key joins to known ones, carries them in ``spelled``;
    ``own`` is what a desk's own names say that it stands for.
    """

    start: int
    end: int
    first: int
    last: int
    spelled: tuple[Spelled, ...] = ()
    own: tuple["Meaning", ...] = ()

    @property
    def is_own(self) -> bool:
        """Whether no list has a name here."""
        return self.first == self.last and not self.spelled

    def how(self, text: str) -> How:
        """By which likeness of spelling: exact but for case, with marks and hyphens folded away, or by key."""
        if self.spelled or (self.own and all(m.flags & compiling.KEY for m in self.own)):
            return "key"
        surface = text[self.start : self.end]
        return "exact" if surface.lower() == fold_name(surface).strip() else "folded"


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
    return folder / f"names-{compiling.version(folder)}"


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
    return Gazetteer(folder)


def _compile(folder: Path, progress: compiling.Progress) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "compile.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            # Whoever holds the lock is alone here: what lies about was left by a process that was killed.
            compiling.remove_scratch(folder.parent)
            compiling.write(folder, progress)


class Gazetteer:
    """Names of places and actors. Read-only after loading; safe to share among threads."""

    def __init__(self, folder: Path) -> None:
        self._automaton = daachorse.CharwiseDoubleArrayAhoCorasick.deserialize((folder / "automaton.bin").read_bytes())
        self._offsets = self._column(folder, "offsets")
        self._targets = self._column(folder, "targets")
        self._flags = self._column(folder, "flags")
        # By the first entry of each pattern, whether all its entries are CASED.
        is_cased = np.zeros(len(self._flags), np.uint8)
        is_cased[self._offsets[:-1]] = np.bitwise_and.reduceat(self._flags, self._offsets[:-1]) & compiling.CASED
        self._is_cased = is_cased.tobytes()
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
        """Every name in the text, nested and overlapping ones too: in order of their ends, then those by key."""
        listed = self.find_listed(text)
        return listed + self.find_by_key(text, listed)

    def find_listed(self, text: str) -> list[Hit]:
        """Every name that a list spells so."""
        folded = fold(text)
        found = self._automaton.find_overlapping(folded.text)
        if not found:
            return []
        begins, stops, patterns = np.array(found).T
        starts, ends = folded.spans(begins + 1, stops - 1)
        firsts, lasts = self._offsets[patterns].tolist(), self._offsets[patterns + 1].tolist()
        if _MAY_BE_MARK.search(text) is None:
            return list(map(Hit, starts, ends, firsts, lasts))
        ends = [end_with_marks(text, end) for end in ends]
        hits = map(Hit, starts, ends, firsts, lasts)
        return [hit for hit in hits if not splits_syllable(text, hit.start, hit.end)]

    def find_by_key(self, text: str, listed: Iterable[Hit]) -> list[Hit]:
        """Names in spellings that no list has, where the text says that a name stands and none of a list covers it."""
        known = Known(text, [(hit.start, hit.end) for hit in listed])
        found = []
        for alternatives in spans(text, known):
            for span in alternatives:
                if known.covers(span.start, span.end):
                    break
                named = self._named(text[span.start : span.end], span.is_placed)
                if named is not None:
                    found.append(Hit(span.start, span.end, *named))
                    known.ends.add(span.end)
                    break
        return found

    def _read_named(self, surface: str, is_placed: bool) -> tuple[int, int, tuple[Spelled, ...]] | None:
        """The entries of a listed name of which this is a case, else what its key joins it to."""
        if _is_no_name(surface):
            return None
        for name in nominatives(surface):
            number = self._number(fold_name(name))
            if number is not None:
                return int(self._offsets[number]), int(self._offsets[number + 1]), ()
        spelled = self._spelled(surface, is_placed)
        return (0, 0, spelled) if spelled else None

    def _spelled(self, surface: str, is_placed: bool) -> tuple[Spelled, ...]:
        for form in (surface, *stems(surface)):
            named = self._keys.named_by(form)
            if named and (is_placed or named[0].consonants >= LONG):
                return tuple(s for s in named[:MOST_BY_KEY] if s.distance <= named[0].distance + NEARLY)
        return ()

    def meanings(self, hit: Hit) -> list[Meaning]:
        """What the spelling may stand for: places with the most people first, then actors; by key, the nearest."""
        return [*map(self._by_key, hit.spelled)] if hit.spelled else self._kept(hit.first, hit.last)

    def asks_for_capital(self, hit: Hit) -> bool:
        """Whether the spelling stands for nothing at all where its text writes it small."""
        return not hit.spelled and bool(self._is_cased[hit.first])

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


def _named_id(meaning: Meaning) -> str:
    named = meaning.place or meaning.actor
    return named.id if named is not None else ""


def _is_no_name(surface: str) -> bool:
    letters = sum(map(str.isalpha, surface))
    has_case = surface.lower() != surface.upper()
    if letters < (MIN_LETTERS if has_case else MIN_LETTERS - 1) or (surface.isupper() and letters <= _MAX_ACRONYM):
        return True
    return surface.casefold() in words_not_names() or surface in common_words() or is_all_common(surface)
