"""The actor lexicon: reading it, and what is part of what."""

from collections.abc import Iterable, Mapping

import msgspec

from shared.names import data_files
from shared.names.forces import with_forces
from shared.names.records import LexiconActor

FILE = "actors.yaml"


def load() -> tuple[LexiconActor, ...]:
    """The lexicon that comes with Tocsin, with the states' forces. Raises msgspec.ValidationError for a wrong entry."""
    return with_forces(listed())


def listed() -> tuple[LexiconActor, ...]:
    """The actors of ``data/actors.yaml`` alone."""
    return msgspec.convert(data_files.read_yaml(FILE), tuple[LexiconActor, ...])


def with_ancestors(actors: Iterable[LexiconActor]) -> Mapping[str, frozenset[str]]:
    """For each actor id: itself and every actor that it is part of, however many steps up."""
    parents = {actor.id: actor.parents for actor in actors}

    def climb(actor_id: str, seen: frozenset[str]) -> frozenset[str]:
        for parent in parents.get(actor_id, ()):
            if parent not in seen:
                seen = climb(parent, seen | {parent})
        return seen

    return {actor_id: climb(actor_id, frozenset({actor_id})) for actor_id in parents}


def with_parts(actors: Iterable[LexiconActor]) -> Mapping[str, frozenset[str]]:
    """For each actor id: itself and every actor that is part of it, however many steps down."""
    parts: dict[str, set[str]] = {}
    for actor_id, ancestors in with_ancestors(actors).items():
        for ancestor in ancestors:
            parts.setdefault(ancestor, set()).add(actor_id)
    return {actor_id: frozenset(members) for actor_id, members in parts.items()}
