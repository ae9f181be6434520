"""All names that texts are read with: the compiled ones, and the desk's own as they stand."""

from collections.abc import Iterator

from msgspec.structs import replace

from shared.config.history import History, Item
from shared.config.names import Name
from shared.names.gazetteer import Gazetteer, Hit, Meaning, Named
from shared.names.name_spans import Known
from shared.names.own import OwnHit, OwnNames, thing_of
from shared.names.records import OWN_PREFIX, LexiconActor, Place

Refused = dict[str, str]  # by id of the name, why


class LiveNames:
    """Names of places and actors. One thread edits; any may look names up meanwhile."""

    def __init__(self, listed: Gazetteer, history: History | None = None) -> None:
        self.listed, self.own = listed, OwnNames()
        self._history = History() if history is None else history
        self._taken = 0
        self.sync()

    @property
    def version(self) -> str:
        """Which names these are: the compiled ones' version, and how many edits of own names there ever were."""
        return f"{self.listed.version}+own-{self._taken}" if self._taken else self.listed.version

    def sync(self) -> Refused:
        """Takes over every edit since the last time. Returns why some names cannot be taken."""
        edited = self._history.edited[self._taken :]
        refused: Refused = {}
        added = []
        for name_id in dict.fromkeys(edited):
            item = self._history.items.get(name_id)
            try:
                if item is not None:
                    added.append(self._judged(item))
                    continue
            except ValueError as error:
                refused[name_id] = str(error)
            self.own.remove(name_id)
        self.own.put(added)
        self._taken += len(edited)
        return refused

    def _judged(self, item: Item) -> tuple[Name, Meaning]:
        name = Name.model_validate(item.body)
        return name, thing_of(name, self.listed)

    # ---------------------------------------------------------------- looking up

    def find(self, text: str) -> list[Hit]:
        """Every name in the text, nested and overlapping ones too."""
        seen = self.listed.look(text)
        if not len(self.own):
            return seen.hits
        spans = [(hit.start, hit.end) for hit in seen.hits if not hit.named.spelled]
        own = self.own.find(text, seen.folded, Known.of(spans))
        return list(_merged(seen.hits, own)) if own else seen.hits

    def meanings(self, named: Named) -> list[Meaning]:
        """What a name may stand for: own names first, then as listed."""
        return [*named.own, *self.listed.meanings(named)]

    def lookup(self, name: str) -> list[Meaning]:
        """What a name as a whole may stand for: own names, then listed ones, then by key; empty if nothing knows it."""
        own = self.own.meanings(name)
        return [*own, *self.listed.lookup(name), *(() if own else self.own.meanings_by_sound(name))]

    def place_by_id(self, place_id: str) -> Place | None:
        """The place with this id."""
        thing = self._own_thing(place_id)
        return thing.place if thing else self.listed.place_by_id(place_id)

    def actor_by_id(self, actor_id: str) -> LexiconActor | None:
        """The actor with this id."""
        thing = self._own_thing(actor_id)
        return thing.actor if thing else self.listed.actor_of.get(actor_id)

    def _own_thing(self, thing_id: str) -> Meaning | None:
        if not thing_id.startswith(OWN_PREFIX):
            return None
        thing = self.own.thing(thing_id.removeprefix(OWN_PREFIX))
        named = thing and (thing.place or thing.actor)
        return thing if named and named.id == thing_id else None


def _merged(hits: list[Hit], own: list[OwnHit]) -> Iterator[Hit]:
    """One hit a span, whatever stands for it."""
    left: dict[tuple[int, int], tuple[Meaning, ...]] = {}
    for found in own:
        span = found.start, found.end
        left[span] = (*left.get(span, ()), *found.meanings)
    for hit in hits:
        meanings = left.pop((hit.start, hit.end), None)
        yield Hit(hit.start, hit.end, replace(hit.named, own=meanings)) if meanings else hit
    for (start, end), meanings in left.items():
        yield Hit(start, end, Named(own=meanings))
