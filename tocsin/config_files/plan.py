"""What a file's content changes: edits to publish, and what is wrong. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from shared.config.areas import KEY as AREAS
from shared.config.areas import areas_of
from shared.config.beside import Beside
from shared.config.edits import fitting, next_change
from shared.config.history import Chronicle, Item
from shared.config.items import Entry, ItemModel, parse_items
from shared.config.kinds import Kind
from shared.config.yaml_file import ConfigError, Document, load
from shared.events import ConfigChanged


@dataclass(slots=True)
class FilePlan:
    """The outcome for one file. ``bodies``: every valid item by id, for what comes after.

    ``sensitive``: ids of items of which logs tell nothing else.
    """

    edits: list[ConfigChanged] = field(default_factory=list)
    errors: list[ConfigError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    sensitive: set[str] = field(default_factory=set)

    def for_logs(self, told: str) -> str:
        """An error or a note, without what a sensitive watch looks for."""
        place, item_id, *rest = told.split(": ", 2)
        if rest and item_id in self.sensitive:
            return f"{place}: {item_id}: is sensitive, so this log says no more: see 'tocsin watch lint'"
        return told


def plan_file(folder: Path, kind: Kind, chronicle: Chronicle, beside: Beside, now: datetime) -> FilePlan:
    """What the file of this kind changes. A file that cannot be read as a whole changes nothing."""
    plan = FilePlan()
    try:
        document = load(folder / kind.file)
        parsed = parse_items(document, kind.key, kind.model)
    except ConfigError as error:
        plan.errors.append(error)
        return plan
    if document.value is None:  # missing, or empty: a slip or a save under way, more often than a wish to remove all
        if any(item.owner == kind.owner for item in list(chronicle.items.values())):
            plan.notes.append(
                f"{kind.file} is missing or empty: nothing is removed. To remove all write '{kind.key}: []'"
            )
        return plan
    plan.errors.extend(parsed.errors)
    _unknown_keys(document, kind, plan)
    plan.sensitive.update(_sensitive_ids(document, kind))
    kept = set(parsed.refused_ids)
    areas = areas_of(document, folder) if AREAS in kind.further_keys else None
    plan.errors.extend(areas.errors if areas else ())
    beside = beside.together_with((entry.model.id for entry in parsed.entries), areas)
    for entry in parsed.entries:
        kept.add(entry.model.id)
        _plan_entry(entry, kind, chronicle, beside, now, plan)
    for item in list(chronicle.items.values()):  # a follower may change it meanwhile
        if item.owner == kind.owner and item.id not in kept:
            plan.notes.extend(f"{kind.file}: {item.id} is gone: {note}" for note in kind.about_removal(item.id, beside))
            plan.edits.append(next_change(chronicle, item.id, None, owner=kind.owner, by="", now=now, place=kind.file))
    return plan


def _unknown_keys(document: Document, kind: Kind, plan: FilePlan) -> None:
    if isinstance(document.value, Mapping):
        for key in document.value.keys() - {kind.key, *kind.further_keys}:
            place = document.place((str(key),))
            plan.errors.append(
                ConfigError(place, f"'{key}' is not a known key", f"This file holds '{kind.key}:' alone")
            )


def _sensitive_ids(document: Document, kind: Kind) -> Iterator[str]:
    """Read from what is written, so that entries that are wrong are among them."""
    for row in (document.value.get(kind.key) if isinstance(document.value, Mapping) else None) or ():
        if isinstance(row, Mapping) and row.get("sensitive"):
            yield str(row.get("id", "?"))


def _plan_entry(
    entry: Entry[ItemModel], kind: Kind, chronicle: Chronicle, beside: Beside, now: datetime, plan: FilePlan
) -> None:
    try:
        body = kind.body(entry.model, beside, entry.place)
        plan.notes.extend(f"{entry.place}: {entry.model.id}: {note}" for note in body.notes)
        plan.bodies[entry.model.id] = body.value
        if chronicle.was_adopted_from(kind.owner, entry.model.id):
            plan.notes.append(f"{entry.place}: {entry.model.id}: {_about_adopted(kind, entry.model.id, chronicle)}")
        elif _differs(entry, body.value, kind, chronicle):
            written = kind.written(entry.written, body.value)
            change = next_change(
                chronicle, entry.model.id, body.value, owner=kind.owner, by="", now=now, written=written,
                place=entry.place,
            )  # fmt: skip
            plan.edits.append(fitting(kind, change, entry.place))
    except ConfigError as error:
        plan.errors.append(error)


def _differs(entry: Entry[ItemModel], body: dict[str, Any], kind: Kind, chronicle: Chronicle) -> bool:
    """Whether the entry says something new. Raises ConfigError where the item is another's."""
    present = chronicle.items.get(entry.model.id)
    if present is not None and present.owner != kind.owner:
        remedy = f"Give this one another id, or remove the other first: tocsin {kind.name} remove {present.id}"
        raise ConfigError(entry.place, f"{present.id}: belongs to {present.owner}", remedy)
    return present is None or (dict(present.body) != body and not _only_lost_a_pin(present, entry, body))


def _only_lost_a_pin(present: Item, entry: Entry[ItemModel], body: Mapping[str, Any]) -> bool:
    """Whether the author says what he said, and a name in it is merely no longer known: its pin is kept."""
    return dict(present.text) == dict(entry.written) and _count_unknown(body) > _count_unknown(present.body)


def _count_unknown(body: Any) -> int:
    inner = body.values() if isinstance(body, Mapping) else body if isinstance(body, (list, tuple)) else ()
    return sum(map(_count_unknown, inner)) + (isinstance(body, Mapping) and body.get("unknown") is True)


def _about_adopted(kind: Kind, item_id: str, chronicle: Chronicle) -> str:
    item = chronicle.items.get(item_id)
    if item is not None and _reads_secret_from_file(item.body):
        return (
            f"adopted, and its secret is still read from this entry. Give it another with "
            f"'tocsin {kind.name} edit {item_id}', or 'tocsin {kind.name} release {item_id}' gives it back to the file"
        )
    return (
        f"adopted{'' if item else ', then removed'}: its entry here has no effect. Remove it, or "
        f"'tocsin {kind.name} release {item_id}' gives it back to the file"
    )


def _reads_secret_from_file(body: Mapping[str, Any]) -> bool:
    return any(isinstance(value, Mapping) and "config" in value for value in body.values())
