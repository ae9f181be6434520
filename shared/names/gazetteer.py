"""Compiled names, loaded: which patterns a text holds, and what each may stand for."""

import fcntl
import mmap
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import daachorse
import msgspec
import numpy as np
import numpy.typing as npt

from shared.names import compile as compiling
from shared.names.fold import end_with_marks, fold, fold_name, splits_syllable
from shared.names.records import LexiconActor, Place

CACHE_VARIABLE = "TOCSIN_NAMES"


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern in a text: its span in the original, and the slice of entries that it stands for."""

    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a spelling may stand for, with how strict to be about it (flags of ``shared.names.compile``).

    Neither place nor actor: a phrase that names nothing, and hides the names inside it.
    """

    flags: int
    place: Place | None = None
    actor: LexiconActor | None = None


def cache_folder() -> Path:
    """Where compiled names are kept: ``TOCSIN_NAMES``, or the user's cache folder."""
    given = os.environ.get(CACHE_VARIABLE)
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (Path(given) if given else home / "tocsin") / f"names-{compiling.version()}"


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
        self._place_ends = self._column(folder, "place_ends")
        self._ids = self._column(folder, "ids")
        self._id_rows = self._column(folder, "id_rows")
        with (folder / "places.bin").open("rb") as file:
            self._places = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._decoder = msgspec.msgpack.Decoder(Place)
        self.actors = msgspec.json.decode((folder / "actors.json").read_bytes(), type=tuple[LexiconActor, ...])
        self.version = folder.name

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
        """Every name in the text, nested and overlapping ones too, in order of their ends."""
        folded = fold(text)
        hits = []
        for start, end, pattern in self._automaton.find_overlapping(folded.text):
            first, last = folded.span(start + 1, end - 1)
            last = end_with_marks(text, last)
            if splits_syllable(text, first, last):
                continue
            hits.append(Hit(first, last, int(self._offsets[pattern]), int(self._offsets[pattern + 1])))
        return hits

    def meanings(self, hit: Hit) -> list[Meaning]:
        """What the spelling may stand for: places with the most people first, then actors."""
        return list(self._meanings(hit.first, hit.last))

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
        """What a name as a whole may stand for, whatever its case. Empty where nothing knows it."""
        pattern = fold_name(name)
        for start, end, number in self._automaton.find_overlapping(pattern):
            if start == 0 and end == len(pattern):
                return list(self._meanings(int(self._offsets[number]), int(self._offsets[number + 1])))
        return []
