"""The actor lexicon: reading it, and what is part of what."""

from collections.abc import Iterable, Mapping

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


def with_ancestors(parents: Mapping[str, Iterable[str]]) -> Mapping[str, frozenset[str]]:
    """For each actor id: itself and every actor that it is part of, however many steps up."""

    def climb(actor_id: str, seen: frozenset[str]) -> frozenset[str]:
        for parent in parents.get(actor_id, ()):
            if parent not in seen:
                seen = climb(parent, seen | {parent})
        return seen

    return {actor_id: climb(actor_id, frozenset({actor_id})) for actor_id in parents}


def with_parts(parents: Mapping[str, Iterable[str]]) -> Mapping[str, frozenset[str]]:
    """For each actor id: itself and every actor that is part of it, however many steps down."""
    parts: dict[str, set[str]] = {}
    for actor_id, ancestors in with_ancestors(parents).items():
        for ancestor in ancestors:
            parts.setdefault(ancestor, set()).add(actor_id)
    return {actor_id: frozenset(members) for actor_id, members in parts.items()}
