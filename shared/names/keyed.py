"""Names by romanisation key: the last way to find out what a spelling stands for, after exact and folded spellings.

It covers places and actors of countries whose names reach the news by transcription. The index is a sorted table of key
digests, with the readings behind each and what they name; like the other tables it loads by memory map.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from msgspec.structs import replace

from shared.names.records import LexiconActor, NamedPlace
from shared.names.spelling_distance import LONG, MARGIN, SLACK, distance, limit
from shared.names.spelling_key import FAMILIES, Family, key, readings

# Languages written in Arabic or Hebrew letters, and in Cyrillic.
_COUNTRIES: dict[Family, str] = {
    "abjad": "AE AF BH DJ DZ EG EH ER IL IQ IR JO KW LB LY MA MR OM PK PS QA SA SD SO SS SY TD TN YE",
    "slavic": "AM AZ BA BG BY GE KG KZ MD ME MK RS RU TJ TM UA UZ XK",
}
FAMILY_OF = {country: family for family, codes in _COUNTRIES.items() for country in codes.split()}
# One consonant says too little to join spellings by.
MIN_CONSONANTS, MIN_ACTOR_CONSONANTS = 2, 4
_MAX_ACRONYM = 5
_DOUBT_OF_DISTANCE, _DOUBT_OF_MISSING, _DOUBT_OF_UNSURE = 15.0, 0.75, 1.0
_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")


class Spelled(Struct, frozen=True, gc=False):
    """Something that a spelling may stand for: ``target`` as in the entries, how far from its own spelling this one is.

    One that is not ``is_sure`` is too far off to be believed, but for a report that speaks of its country.
    """

    target: int
    distance: float
    consonants: int
    is_sure: bool

    @property
    def doubt(self) -> float:
        """How much the spelling leaves open, in powers of ten."""
        few = max(0, LONG - self.consonants) * _DOUBT_OF_MISSING
        return _DOUBT_OF_DISTANCE * self.distance + few + (0.0 if self.is_sure else _DOUBT_OF_UNSURE)


class _Row(NamedTuple):
    digest: int
    reading: str
    target: int


def digest(family: Family, of_key: str) -> int:
    """A key of a family as 64 bits."""
    return int.from_bytes(hashlib.blake2b(f"{family}:{of_key}".encode(), digest_size=8).digest(), "little")


# ---------------------------------------------------------------- building


def write(folder: Path, places: Iterable[NamedPlace], actors: Iterable[LexiconActor]) -> None:
    """Writes the index of these names into ``folder``. Takes about 40 us a name."""
    rows = sorted({*_place_rows(places), *_actor_rows(actors)})
    texts = sorted({row.reading for row in rows})
    number = {text: i for i, text in enumerate(texts)}
    np.save(folder / "key_digests.npy", np.array([row.digest for row in rows], np.uint64))
    np.save(folder / "key_readings.npy", np.array([number[row.reading] for row in rows], np.uint32))
    np.save(folder / "key_targets.npy", np.array([row.target for row in rows], np.int32))
    np.save(folder / "readings.npy", np.array([text.encode() for text in texts] or [b""]))


def _place_rows(places: Iterable[NamedPlace]) -> Iterator[_Row]:
    for row, named in enumerate(places):
        family = FAMILY_OF.get(named.place.country)
        if family and named.place.feature != "country":  # their names are listed in thirty languages
            for name in dict.fromkeys((named.place.name, *named.names)):
                if is_spelling(name):
                    yield from _rows(name, family, row, MIN_CONSONANTS)


def _actor_rows(actors: Iterable[LexiconActor]) -> Iterator[_Row]:
    for row, actor in enumerate(actors):
        for family in dict.fromkeys(FAMILY_OF[code] for code in actor.countries if code in FAMILY_OF):
            for name in (actor.name, *actor.aliases, *actor.native):
                if is_spelling(name):
                    yield from _rows(name, family, -1 - row, MIN_ACTOR_CONSONANTS)


def _rows(name: str, family: Family, target: int, fewest: int) -> Iterator[_Row]:
    for reading in readings(name, family):
        of_key = key(reading, family)
        if len(of_key) >= fewest:
            yield _Row(digest(family, of_key), reading, target)


def is_spelling(name: str) -> bool:
    """Whether this is a name as people write it: lists also hold codes and machine transcriptions in small letters."""
    first = next((c for c in name if c.isalpha()), "")
    is_code = name.isascii() and name.isupper() and len(name) <= _MAX_ACRONYM
    return bool(first) and not first.islower() and not is_code


# ---------------------------------------------------------------- finding


class KeyIndex:
    """The index, loaded. Read-only; safe to share among threads."""

    def __init__(self, folder: Path) -> None:
        self._digests = self._column(folder, "key_digests")
        self._readings = self._column(folder, "key_readings")
        self._targets = self._column(folder, "key_targets")
        self._texts = self._column(folder, "readings")
        self._known = frozenset(self._digests.tolist())

    @staticmethod
    def _column(folder: Path, name: str) -> npt.NDArray[Any]:
        return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))

    def named_by(self, name: str) -> tuple[Spelled, ...]:
        """What a name may stand for, nearest spelling first; empty where no spelling is near enough."""
        nearest: dict[int, Spelled] = {}
        for spelled in self._likenesses(name):
            known = nearest.get(spelled.target)
            if known is None or (spelled.distance, not spelled.is_sure) < (known.distance, not known.is_sure):
                nearest[spelled.target] = spelled
        if not nearest:
            return ()
        best = min(nearest.values(), key=lambda s: (not s.is_sure, s.distance))
        # Behind a sure one, those that are only a little farther may be meant as well.
        kept = [replace(s, is_sure=best.is_sure) for s in nearest.values() if s.distance <= best.distance + MARGIN]
        return tuple(sorted(kept, key=lambda s: (s.distance, -s.consonants, s.target)))

    def _likenesses(self, name: str) -> Iterator[Spelled]:
        for family in FAMILIES:
            for reading in readings(name, family):
                of_key = key(reading, family)
                wanted = digest(family, of_key)
                if wanted not in self._known:
                    continue
                group = list(self._group(wanted))
                most = limit(len(of_key), len({target for _, targets in group for target in targets}))
                for other, targets in group:
                    apart = distance(reading, other, family, most + SLACK + MARGIN)
                    if apart <= most + SLACK + MARGIN:
                        for target in targets:
                            yield Spelled(target, apart, len(of_key), apart <= most)

    def _group(self, wanted: int) -> Iterator[tuple[str, list[int]]]:
        start, end = (int(np.searchsorted(self._digests, np.uint64(wanted), side)) for side in _SIDES)
        numbers, targets = self._readings[start:end].tolist(), self._targets[start:end].tolist()
        position = 0
        while position < len(numbers):
            stop = position
            while stop < len(numbers) and numbers[stop] == numbers[position]:
                stop += 1
            yield self._texts[numbers[position]].decode(), targets[position:stop]
            position = stop
