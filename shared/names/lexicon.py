"""The actor lexicon: reading it, and what is part of what."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from shared.names import forces
from shared.names.data_files import read_yaml
from shared.names.records import LexiconActor

FILE = "actors.yaml"


def load() -> tuple[LexiconActor, ...]:
    """The lexicon that comes with Tocsin, with the states' forces. Raises msgspec.ValidationError for a wrong entry."""
    return forces.with_forces(listed())


def listed() -> tuple[LexiconActor, ...]:
    """The actors of ``data/actors.yaml`` alone."""
    return msgspec.convert(read_yaml(FILE), tuple[LexiconActor, ...])


def parents() -> dict[str, tuple[str, ...]]:
    """What each actor of ``load`` is part of, by id; far quicker to have than their names."""
    return forces.parents() | {actor.id: actor.parents for actor in listed()}


class ActorParts:
    """What is part of what, as it stands: the lexicon, and a desk's own actors."""

    def __init__(self, parents: Mapping[str, Iterable[str]]) -> None:
        self._parents: dict[str, tuple[str, ...]] = {}
        self._parts: dict[str, set[str]] = {}
        for actor_id, above in parents.items():
            self.put(actor_id, above)

    def put(self, actor_id: str, parents: Iterable[str]) -> frozenset[str]:
        """Says what an actor is part of now. Returns those whose parts may have changed by that."""
        before = self._above(actor_id)
        for parent in self._parents.pop(actor_id, ()):
            self._parts[parent].discard(actor_id)
        if parents := tuple(parents):
            self._parents[actor_id] = parents
        for parent in parents:
            self._parts.setdefault(parent, set()).add(actor_id)
        after = self._above(actor_id)
        return before | after if before != after else frozenset()

    def of(self, actor_id: str) -> frozenset[str]:
        """The actor and every actor that is part of it, however many steps down."""
        return _reached(actor_id, lambda one: self._parts.get(one, ()))

    def _above(self, actor_id: str) -> frozenset[str]:
        return _reached(actor_id, lambda one: self._parents.get(one, ())) - {actor_id}


def _reached(start: str, steps: Callable[[str], Iterable[str]]) -> frozenset[str]:
    found, due = {start}, [start]
    while due:
        new = [one for one in steps(due.pop()) if one not in found]
        found.update(new)
        due += new
    return frozenset(found)
