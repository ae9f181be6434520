"""The kinds of configured items: what people write of each, and what travels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.config.items import ItemModel, find_place
from shared.config.receivers import Receiver
from shared.config.silences import Silence, starting_now
from shared.config.sources import Source
from shared.config.watches import Watch
from shared.config.yaml_file import ConfigError, load
from shared.topics import RECEIVERS_CHANGED, SILENCES_CHANGED, SOURCES_CHANGED, WATCHES_CHANGED, Topic

if TYPE_CHECKING:
    from shared.names.gazetteer import Gazetteer

# Loaded when the first item asks: it takes 0.3 s and 300 MB.
Names = Callable[[], "Gazetteer"]


@dataclass(frozen=True, slots=True)
class Body:
    """What travels of an item, and remarks for its author."""

    value: dict[str, Any]
    notes: list[str] = field(default_factory=list)


def _as_it_is(row: Mapping[str, Any], _: datetime) -> Mapping[str, Any]:
    return row


def _nothing_to_refuse(_: Any) -> None:
    """Most kinds hold no secrets."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. ``to_body`` raises ValueError where an item cannot be published as it is, and ``refuse`` where it may
    come from a file alone. ``begin`` completes what is asked for at a moment. ``keeps_written``: the author's own words
    travel beside the body, which holds more than he wrote.
    """

    name: str
    key: str
    model: type[ItemModel]
    topic: Topic
    to_body: Callable[[Any, Names], Body]
    refuse: Callable[[Any], None] = _nothing_to_refuse
    begin: Callable[[Mapping[str, Any], datetime], Mapping[str, Any]] = _as_it_is
    keeps_written: bool = False

    @property
    def file(self) -> str:
        """The file that holds items of this kind."""
        return f"{self.key}.yaml"

    @property
    def owner(self) -> str:
        """The owner of items from that file."""
        return f"file:{self.file}"

    def place_in(self, folder: Path | None, item_id: str) -> str:
        """Where the entry of this id stands now; empty where there is none, or no file that can be read."""
        try:
            return find_place(load(folder / self.file), self.key, item_id) if folder else ""
        except ConfigError:
            return ""

    def body(self, item: ItemModel, names: Names, place: str) -> Body:
        """What travels of a valid item. Raises ConfigError with this place."""
        try:
            return self.to_body(item, names)
        except ValueError as error:
            raise fault(place, item.id, error) from error

    def written(self, row: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any] | None:
        """The author's own words, where they travel and say less than the body."""
        return dict(row) if self.keeps_written and dict(row) != dict(body) else None


def fault(place: str, item_id: str, error: ValueError) -> ConfigError:
    """An error whose text is a problem and its remedy, at its place."""
    problem, _, remedy = str(error).partition(". ")
    return ConfigError(place, f"{item_id}: {problem}", remedy)


def _source(source: Source, names: Names) -> Body:
    if source.beat is not None and source.beat.region:
        from shared.names.beats import area_of

        area_of(source.beat.country, source.beat.region, names())
    return Body(source.model_dump(mode="json", exclude_defaults=True))


def _receiver(receiver: Receiver, _: Names) -> Body:
    return Body(receiver.public_body())


def _refuse_secrets(receiver: Receiver) -> None:
    receiver.refuse_literal_secrets()


def _watch(watch: Watch, names: Names) -> Body:
    from shared.names.pin import pin

    pinned = pin(watch, names())
    return Body(pinned.watch.model_dump(mode="json", exclude_defaults=True), pinned.notes)


def _silence(silence: Silence, _: Names) -> Body:
    return Body(silence.body())


# In the order in which they are published: a watch's receivers before the watch, and sources last of all.
KINDS = (
    Kind("receiver", "receivers", Receiver, RECEIVERS_CHANGED, _receiver, refuse=_refuse_secrets),
    Kind("silence", "silences", Silence, SILENCES_CHANGED, _silence, begin=starting_now),
    Kind("watch", "watches", Watch, WATCHES_CHANGED, _watch, keeps_written=True),
    Kind("source", "sources", Source, SOURCES_CHANGED, _source),
)
BY_KEY = {kind.key: kind for kind in KINDS}
BY_NAME = {kind.name: kind for kind in KINDS}
