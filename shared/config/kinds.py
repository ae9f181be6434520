"""The kinds of configured items: what people write of each, and what travels."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from shared.config import areas
from shared.config.beside import Beside
from shared.config.items import ItemModel, find_place
from shared.config.names import Name
from shared.config.receivers import Receiver
from shared.config.silences import Silence, starting_now
from shared.config.sources import Source
from shared.config.watches import Watch
from shared.config.yaml_file import ConfigError, load
from shared.topics import NAMES_CHANGED, RECEIVERS_CHANGED, SILENCES_CHANGED, SOURCES_CHANGED, WATCHES_CHANGED, Topic


@dataclass(frozen=True, slots=True)
class Body:
    """What travels of an item, and remarks for its author."""

    value: dict[str, Any]
    notes: list[str] = field(default_factory=list)


def _as_it_is(row: Mapping[str, Any], _: datetime) -> Mapping[str, Any]:
    return row


def _nothing_to_refuse(_: Any) -> None:
    """Most kinds hold no secrets."""


def _nobody_to_tell_of(_: str, __: Beside) -> list[str]:
    """Most kinds are used by nobody else."""
    return []


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. ``to_body`` raises ValueError where an item cannot be published as it is, and ``refuse`` where it may
    come from a file alone. ``begin`` completes what is asked for at a moment. ``keeps_written``: the author's own words
    travel beside the body, which holds more than he wrote. ``about_removal``: who uses an item that is to go.
    ``judged_by``: keys of the kinds that ``to_body`` and ``about_removal`` look at. ``further_keys``: what its file may
    hold beside its items.
    """

    name: str
    key: str
    model: type[ItemModel]
    topic: Topic
    to_body: Callable[[Any, Beside], Body]
    refuse: Callable[[Any], None] = _nothing_to_refuse
    begin: Callable[[Mapping[str, Any], datetime], Mapping[str, Any]] = _as_it_is
    keeps_written: bool = False
    about_removal: Callable[[str, Beside], list[str]] = _nobody_to_tell_of
    judged_by: tuple[str, ...] = ()
    further_keys: tuple[str, ...] = ()

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

    def body(self, item: ItemModel, beside: Beside, place: str) -> Body:
        """What travels of a valid item. Raises ConfigError with this place."""
        try:
            return self.to_body(item, beside)
        except ValueError as error:
            raise fault(place, item.id, error) from error

    def written(self, row: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any] | None:
        """The author's own words, where they travel and say less than the body."""
        return dict(row) if self.keeps_written and dict(row) != dict(body) else None


def fault(place: str, item_id: str, error: ValueError) -> ConfigError:
    """An error whose text is a problem and its remedy, at its place."""
    problem, _, remedy = str(error).partition(". ")
    return ConfigError(place, f"{item_id}: {problem}", remedy)


def _source(source: Source, beside: Beside) -> Body:
    if source.beat is not None and source.beat.region:
        from shared.names.beats import area_of

        area_of(source.beat.country, source.beat.region, beside.names())
    return Body(source.model_dump(mode="json", exclude_defaults=True))


def _receiver(receiver: Receiver, _: Beside) -> Body:
    return Body(receiver.public_body())


def _refuse_secrets(receiver: Receiver) -> None:
    receiver.refuse_literal_secrets()


def _watch(watch: Watch, beside: Beside) -> Body:
    from shared.names.pin import pin

    pinned = pin(watch, beside)
    notes = [*pinned.notes, *_about_receivers(watch, beside)]
    return Body(pinned.watch.model_dump(mode="json", exclude_defaults=True), notes)


def _about_receivers(watch: Watch, beside: Beside) -> Iterator[str]:
    known = beside.items_of("receivers")
    for receiver in watch.notify if known is not None else ():
        if known is not None and receiver not in known.items:
            yield f"no receiver '{receiver}' is configured: it is told nothing until it is"


def _name(name: Name, beside: Beside) -> Body:
    from shared.names.pin_own import pin_name

    pinned, notes = pin_name(name, beside)
    return Body(pinned.model_dump(mode="json", exclude_defaults=True), notes)


def _about_name(name_id: str, beside: Beside) -> list[str]:
    from shared.names.pin_own import about_removal

    return about_removal(name_id, beside)


def _silence(silence: Silence, _: Beside) -> Body:
    return Body(silence.body())


# In the order in which they are published: a watch's receivers and names before the watch, and sources last of all.
KINDS = (
    Kind("receiver", "receivers", Receiver, RECEIVERS_CHANGED, _receiver, refuse=_refuse_secrets),
    Kind("silence", "silences", Silence, SILENCES_CHANGED, _silence, begin=starting_now),
    Kind(
        "name",
        "names",
        Name,
        NAMES_CHANGED,
        _name,
        keeps_written=True,
        about_removal=_about_name,
        judged_by=("names", "watches"),
    ),
    Kind(
        "watch",
        "watches",
        Watch,
        WATCHES_CHANGED,
        _watch,
        keeps_written=True,
        judged_by=("names", "receivers"),
        further_keys=(areas.KEY,),
    ),
    Kind("source", "sources", Source, SOURCES_CHANGED, _source),
)
BY_KEY = {kind.key: kind for kind in KINDS}
BY_NAME = {kind.name: kind for kind in KINDS}
