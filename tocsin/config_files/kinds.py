"""The kinds of configured items that files may hold, and what travels of each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shared.config.items import ItemModel
from shared.config.receivers import Receiver
from shared.config.sources import Source
from shared.config.watches import Watch
from shared.names.gazetteer import Gazetteer
from shared.names.pin import pin
from shared.topics import RECEIVERS_CHANGED, SOURCES_CHANGED, WATCHES_CHANGED, Topic


@dataclass(frozen=True, slots=True)
class Body:
    """What travels of an item, and remarks for its author."""

    value: dict[str, Any]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. ``to_body`` raises ValueError where an item cannot be published as it is."""

    key: str
    model: type[ItemModel]
    topic: Topic
    to_body: Callable[[Any, Gazetteer], Body]

    @property
    def file(self) -> str:
        """The file that holds items of this kind."""
        return f"{self.key}.yaml"

    @property
    def owner(self) -> str:
        """The owner of items from that file."""
        return f"file:{self.file}"


def _source(source: Source, _: Gazetteer) -> Body:
    return Body(source.model_dump(mode="json", exclude_defaults=True))


def _receiver(receiver: Receiver, _: Gazetteer) -> Body:
    return Body(receiver.public_body())


def _watch(watch: Watch, names: Gazetteer) -> Body:
    pinned = pin(watch, names)
    return Body(pinned.watch.model_dump(mode="json", exclude_defaults=True), pinned.notes)


# In the order in which they are published: a watch's receivers before the watch, and sources last of all.
KINDS = (
    Kind("receivers", Receiver, RECEIVERS_CHANGED, _receiver),
    Kind("watches", Watch, WATCHES_CHANGED, _watch),
    Kind("sources", Source, SOURCES_CHANGED, _source),
)
