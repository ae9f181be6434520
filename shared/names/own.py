"""A desk's own names: found in texts beside the compiled ones, and edited while texts are read.

Nothing is ever rebuilt. Every spelling is a row of a hash table by its folded words, and of one by its romanisation
keys, so that an edit touches the rows of one name, and a text is looked up word by word. Rows are tuples that are
replaced whole: a text that is read during an edit sees some of that name's spellings or all of them, and never half a
row.
"""

from collections.abc import Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec

from shared.config.names import Name
from shared.names.compile import AMBIGUOUS, CASED, DESK, KEY, further_spellings, spelling_flags
from shared.names.fold import Folded, end_with_marks, fold_name, fold_names, splits_syllable
from shared.names.frequencies import is_all_common
from shared.names.gazetteer import Meaning
from shared.names.inflect import forms
from shared.names.keyed import FAMILY_OF, Spelled, is_spelling
from shared.names.name_spans import Known
from shared.names.records import OWN_PREFIX, LexiconActor, Place
from shared.names.spelling_distance import LONG, SLACK, distance, limit
from shared.names.spelling_key import FAMILIES
from shared.names.unknown import Heard, Trigger, Wanted, keyed, sounds_of
from shared.names.words import words_not_names

FEATURE = "own"
# An actor's key of fewer consonants is another word's as likely; as in the compiled names.
MIN_ACTOR_CONSONANTS = 4


class Listed(Protocol):
    """The compiled names, as far as own ones build on them."""

    def place_by_id(self, place_id: str) -> Place | None:
        """The listed place of this id."""
        ...

    @property
    def actor_of(self) -> dict[str, LexiconActor]:
        """The listed actors by id."""
        ...


@dataclass(frozen=True, slots=True)
class OwnHit:
    """An own name in a text: its span in the original, and what it may stand for."""

    start: int
    end: int
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Where one name's rows are, so that they can be taken away."""

    thing: Meaning
    patterns: tuple[str, ...] = ()
    keys: tuple[Trigger, ...] = ()


_NONE = _Rows(Meaning(DESK))
K = TypeVar("K")
V = TypeVar("V", bound=Sized)


def _set(table: dict[K, V], key: K, value: V) -> None:
    """Sets a row; an empty one is taken away."""
    if value:
        table[key] = value
    else:
        table.pop(key, None)


def thing_of(name: Name, listed: Listed) -> Meaning:
    """The place or actor that a name stands for: the desk's own, or the listed one that it is the same as.

    Raises ValueError where nothing listed has the id.
    """
    if name.kind == "place":
        return Meaning(DESK, place=_place(name, listed))
    return Meaning(DESK, actor=_actor(name, listed))


def _place(name: Name, listed: Listed) -> Place:
    if name.same_as is not None:
        found = listed.place_by_id(name.same_as)
        if found is None:
            raise ValueError(f"no place has the id {name.same_as}")
        return found
    assert name.lat is not None
    assert name.lon is not None
    return Place(
        id=OWN_PREFIX + name.id,
        name=name.shown,
        lat=name.lat,
        lon=name.lon,
        country=name.country or "",
        feature=FEATURE,
    )


def _actor(name: Name, listed: Listed) -> LexiconActor:
    if name.same_as is None:
        return LexiconActor(
            id=OWN_PREFIX + name.id,
            name=name.shown,
            kind="armed_group",
            countries=name.countries,
            parents=name.parents,
            aliases=name.spellings,
            ambiguous=name.ambiguous,
            context=name.context,
        )
    found = listed.actor_of.get(name.same_as)
    if found is None:
        raise ValueError(f"no actor has the id {name.same_as}")
    further = {"aliases": (*found.aliases, *name.spellings), "context": (*found.context, *name.context)}
    return msgspec.structs.replace(found, **further)


class OwnNames:
    """The names in force. One thread edits; any may look names up meanwhile."""

    def __init__(self) -> None:
        self._of: dict[str, _Rows] = {}
        self._patterns: dict[str, tuple[tuple[str, Meaning], ...]] = {}
        self._openings: dict[str, dict[int, int]] = {}  # by first word: by number of words, how many patterns
        self._keys: dict[Trigger, tuple[tuple[str, str], ...]] = {}  # reading, id
        self._wanted = Wanted()

    def __len__(self) -> int:
        return len(self._of)

    def __contains__(self, name_id: str) -> bool:
        return name_id in self._of

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OwnNames) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left of any name that ever was here."""
        return self == OwnNames()

    def thing(self, name_id: str) -> Meaning | None:
        """What this name stands for; None where there is none."""
        rows = self._of.get(name_id)
        return rows.thing if rows else None

    # ---------------------------------------------------------------- edits

    def put(self, names: Iterable[tuple[Name, Meaning]]) -> None:
        """Adds or replaces names, each with the thing that it stands for."""
        planned = [(name, thing, list(_spelled(name, thing))) for name, thing in names]
        folded = iter(fold_names([spelling for _, _, spelled in planned for spelling, _ in spelled]))
        for name, thing, spelled in planned:
            patterns: dict[str, dict[int, Meaning]] = {}
            for (_, meaning), pattern in zip(spelled, folded, strict=False):
                if pattern.strip():
                    patterns.setdefault(pattern, {})[meaning.flags] = meaning
            keys: dict[Trigger, dict[str, None]] = {}
            for trigger, reading in _keys(name, thing):
                keys.setdefault(trigger, {})[reading] = None
            self._replace(name.id, thing, patterns, keys)

    def remove(self, name_id: str) -> None:
        """Takes a name away; does nothing where there is none."""
        self._replace(name_id, None, {}, {})

    def _replace(
        self,
        name_id: str,
        thing: Meaning | None,
        patterns: Mapping[str, Mapping[int, Meaning]],
        keys: Mapping[Trigger, Iterable[str]],
    ) -> None:
        """Puts new rows in place of old ones, each in one step."""
        old = self._of.get(name_id, _NONE)
        if thing is not None:
            self._of[name_id] = _Rows(thing, tuple(patterns), tuple(keys))
        for pattern in dict.fromkeys((*patterns, *old.patterns)):
            others = [row for row in self._patterns.get(pattern, ()) if row[0] != name_id]
            self._set_pattern(pattern, (*others, *((name_id, m) for m in patterns.get(pattern, {}).values())))
        self._wanted.add(keys)
        for trigger in dict.fromkeys((*keys, *old.keys)):
            others_by_key = [row for row in self._keys.get(trigger, ()) if row[1] != name_id]
            _set(self._keys, trigger, (*others_by_key, *((reading, name_id) for reading in keys.get(trigger, ()))))
        self._wanted.discard(old.keys)
        if thing is None:
            self._of.pop(name_id, None)

    def _set_pattern(self, pattern: str, rows: tuple[tuple[str, Meaning], ...]) -> None:
        change = bool(rows) - (pattern in self._patterns)
        if change > 0:  # what opens a pattern is known before the pattern is, and for longer
            self._count(pattern, change)
        _set(self._patterns, pattern, rows)
        if change < 0:
            self._count(pattern, change)

    def _count(self, pattern: str, change: int) -> None:
        words = pattern.split()
        lengths = dict(self._openings.get(words[0], {}))
        lengths[len(words)] = lengths.get(len(words), 0) + change
        _set(self._openings, words[0], {length: count for length, count in lengths.items() if count})

    # ---------------------------------------------------------------- looking up

    def meanings(self, name: str) -> list[Meaning]:
        """What a name as a whole stands for, letter for letter but for case and marks."""
        return [meaning for _, meaning in self._patterns.get(fold_name(name), ())]

    def meanings_by_sound(self, name: str) -> list[Meaning]:
        """What a name as a whole stands for by its romanisation key; the nearest first."""
        return list(self._sounding(keyed(name)))

    def find(self, text: str, folded: Folded, known: Known) -> list[OwnHit]:
        """Every own name in the text; by key only where neither a known name nor an own one covers the stretch."""
        exact = list(self._exact(text, folded))
        return [*exact, *self._by_key(text, known, exact)]

    def _exact(self, text: str, folded: Folded) -> Iterator[OwnHit]:
        words = folded.text
        for first in {word for word in words.split() if word in self._openings}:
            lengths = self._openings.get(first, {})
            start = words.find(f" {first} ")
            while start >= 0:
                end, passed = start, 0
                for length in sorted(lengths):
                    while passed < length and end >= 0:
                        end = words.find(" ", end + 1)
                        passed += 1
                    if end < 0:
                        break
                    rows = self._patterns.get(words[start : end + 1])
                    if rows and (hit := _hit(text, folded.span(start + 1, end), rows)):
                        yield hit
                start = words.find(f" {first} ", start + 1)

    def _by_key(self, text: str, known: Known, exact: list[OwnHit]) -> Iterator[OwnHit]:
        if not self._wanted:
            return
        for surface, spans in Heard(text, self._wanted).surfaces():
            free = [s for s in spans if not known.covers(*s) and not any(_overlap(hit, s) for hit in exact)]
            meanings = tuple(self._sounding(sounds_of(surface))) if free else ()
            if meanings and not _is_word(surface):
                yield from (OwnHit(start, end, meanings) for start, end in free)

    def _sounding(self, heard: Iterable[tuple[Trigger, str]]) -> Iterator[Meaning]:
        nearest: dict[str, Spelled] = {}
        for trigger, reading in heard:
            rows, consonants = self._keys.get(trigger, ()), len(trigger[1])
            most = limit(consonants, len(rows))
            for own, name_id in rows:
                apart = distance(own, reading, trigger[0])
                is_sure = apart <= most
                is_near = is_sure or (consonants >= LONG and apart <= most + SLACK)
                if is_near and (name_id not in nearest or apart < nearest[name_id].distance):
                    nearest[name_id] = Spelled(0, apart, consonants, is_sure)
        for name_id, spelled in sorted(nearest.items(), key=lambda pair: (pair[1].distance, pair[0])):
            rows_of = self._of.get(name_id)
            if rows_of is not None:
                thing = rows_of.thing
                yield Meaning(KEY | CASED | DESK, place=thing.place, actor=thing.actor, doubt=spelled.doubt)


def _spelled(name: Name, thing: Meaning) -> Iterator[tuple[str, Meaning]]:
    """Every spelling in every form, as strict as the desk writes it; equal meanings are one object."""
    of_flags: dict[int, Meaning] = {}
    for listed in name.spellings:
        for spelling in (*further_spellings(listed), *forms(listed)):
            yield spelling, _with_flags(spelling_flags(spelling) | DESK, thing, of_flags)
    for spelling in name.ambiguous:
        yield spelling, _with_flags(spelling_flags(spelling) | AMBIGUOUS | DESK, thing, of_flags)


def _with_flags(flags: int, thing: Meaning, of_flags: dict[int, Meaning]) -> Meaning:
    return of_flags.setdefault(flags, Meaning(flags, place=thing.place, actor=thing.actor))


def _keys(name: Name, thing: Meaning) -> Iterator[tuple[Trigger, str]]:
    """Keys in the families of its countries' languages; in all of them where no country is known."""
    countries = (thing.place.country,) if thing.place else thing.actor.countries if thing.actor else ()
    known = [country for country in countries if country]
    families = {FAMILY_OF[country] for country in known if country in FAMILY_OF} if known else set(FAMILIES)
    fewest = MIN_ACTOR_CONSONANTS if thing.actor else 0
    for spelling in name.spellings:
        if families and is_spelling(spelling):
            for trigger, reading in keyed(spelling):
                if trigger[0] in families and len(trigger[1]) >= fewest:
                    yield trigger, reading


def _hit(text: str, span: tuple[int, int], rows: tuple[tuple[str, Meaning], ...]) -> OwnHit | None:
    start, end = span[0], end_with_marks(text, span[1])
    return None if splits_syllable(text, start, end) else OwnHit(start, end, tuple(meaning for _, meaning in rows))


def _overlap(hit: OwnHit, span: tuple[int, int]) -> bool:
    return hit.start < span[1] and span[0] < hit.end


def _is_word(surface: str) -> bool:
    return surface.casefold() in words_not_names() or is_all_common(surface)
