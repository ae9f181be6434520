"""What a file's content changes: edits to publish, and what is wrong. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from shared.config.history import History
from shared.config.items import Entry, ItemModel, parse_items
from shared.config.yaml_file import ConfigError, Document, load
from shared.events import ConfigChanged
from shared.names.gazetteer import Gazetteer
from tocsin.config_files.kinds import Kind


@dataclass(slots=True)
class FilePlan:
    """The outcome for one file. ``bodies``: every valid item by id, for what comes after."""

    edits: list[ConfigChanged] = field(default_factory=list)
    errors: list[ConfigError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)


def plan_file(folder: Path, kind: Kind, history: History, names: Gazetteer, now: datetime) -> FilePlan:
    """What the file of this kind changes. A file that cannot be read as a whole changes nothing."""
    plan = FilePlan()
    try:
        document = load(folder / kind.file)
        parsed = parse_items(document, kind.key, kind.model)
    except ConfigError as error:
        plan.errors.append(error)
        return plan
    if document.value is None:  # missing, or empty: a slip or a save under way, more often than a wish to remove all
        if any(item.owner == kind.owner for item in list(history.items.values())):
            plan.notes.append(
                f"{kind.file} is missing or empty: nothing is removed. To remove all write '{kind.key}: []'"
            )
        return plan
    plan.errors.extend(parsed.errors)
    _unknown_keys(document, kind, plan)
    kept = set(parsed.refused_ids)
    for entry in parsed.entries:
        kept.add(entry.model.id)
        _plan_entry(entry, kind, history, names, now, plan)
    for item in list(history.items.values()):  # a follower may change it meanwhile
        if item.owner == kind.owner and item.id not in kept:
            plan.edits.append(_edit(item.id, None, kind, history, now))
    return plan


def _unknown_keys(document: Document, kind: Kind, plan: FilePlan) -> None:
    if isinstance(document.value, Mapping):
        for key in document.value.keys() - {kind.key}:
            place = document.place((str(key),))
            plan.errors.append(
                ConfigError(place, f"'{key}' is not a known key", f"This file holds '{kind.key}:' alone")
            )


def _plan_entry(
    entry: Entry[ItemModel], kind: Kind, history: History, names: Gazetteer, now: datetime, plan: FilePlan
) -> None:
    item_id = entry.model.id
    try:
        body = kind.to_body(entry.model, names)
    except ValueError as error:
        problem, _, remedy = str(error).partition(". ")
        plan.errors.append(ConfigError(entry.place, f"{item_id}: {problem}", remedy))
        return
    plan.notes.extend(f"{entry.place}: {item_id}: {note}" for note in body.notes)
    plan.bodies[item_id] = body.value
    present = history.items.get(item_id)
    if present is not None and present.owner != kind.owner:
        remedy = "Give this one another id, or remove the other first"
        plan.errors.append(ConfigError(entry.place, f"{item_id}: belongs to {present.owner}", remedy))
    elif present is None or dict(present.body) != body.value:
        plan.edits.append(_edit(item_id, body.value, kind, history, now))


def _edit(item_id: str, body: dict[str, Any] | None, kind: Kind, history: History, now: datetime) -> ConfigChanged:
    present = history.items.get(item_id)
    return ConfigChanged(
        id=item_id,
        based_on=history.versions.get(item_id, 0),
        owner=kind.owner,
        changed_at=now,
        created_at=present.created_at if present else now,
        body=body,
        place=kind.file,
    )
