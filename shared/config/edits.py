"""One edit of one item, judged before it is published: by the command line and the console's API alike. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from shared import codec
from shared.config.beside import Beside
from shared.config.difference import Difference, compare
from shared.config.history import Chronicle, Item, text_of
from shared.config.items import is_deeper_than, validate
from shared.config.kinds import Body, Kind, fault
from shared.config.yaml_bounds import MAX_DEPTH
from shared.config.yaml_file import ConfigError, Path_
from shared.events import ConfigChanged

# Owns what is made and edited anywhere but in files.
DESK = "desk"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants of an item: ``written`` as he writes it, None to remove it.

    ``based_on`` is the version that he saw; None takes whatever stands now. ``place`` says where his words stand, and
    ``expects`` whether there has to be such an item already.
    """

    id: str
    written: Mapping[str, Any] | None
    by: str
    based_on: int | None = None
    place: Callable[[Path_], str] = lambda _: "the request"
    expects: Literal["anything", "none", "one"] = "anything"


@dataclass(frozen=True, slots=True)
class Draft:
    """An edit that may be published, and remarks for its author."""

    change: ConfigChanged
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else's edit came first. ``fields``: by dotted name the value in the version that the edit is based on,
    the one wanted, and the one found. Nothing was changed.
    """

    kind: str
    id: str
    based_on: int
    found: int
    by: str
    owner: str
    at: datetime | None
    removed: bool
    fields: Difference


class EditRefusedError(ValueError):
    """An edit was refused and changed nothing; the message says why, and what to do."""


class ConflictError(EditRefusedError):
    """The item is at another version than the edit is based on."""

    def __init__(self, conflict: Conflict) -> None:
        self.conflict = conflict
        who = f" by {conflict.by or conflict.owner}" if conflict.by or conflict.owner else ""
        state = f"was removed{who}" if conflict.removed else f"is at version {conflict.found}{who}"
        super().__init__(f"{conflict.kind} {conflict.id} {state}; this edit is based on version {conflict.based_on}")


class FileOwnedError(EditRefusedError):
    """The item belongs to a file."""

    def __init__(self, kind: Kind, item: Item, place: str = "") -> None:
        self.kind, self.item = kind, item
        where = place or item.place or kind.file
        super().__init__(
            f"{kind.name} {item.id} belongs to {kind.file}: edit {where}, or 'tocsin {kind.name} adopt {item.id}'"
        )


class ExistingItemError(EditRefusedError):
    """There is such an item already."""


class MissingItemError(EditRefusedError):
    """There is no such item, or no such version of it."""


class UnchangedError(EditRefusedError):
    """The edit asks for what is in force already."""

    def __init__(self, told: str, version: int) -> None:
        self.version = version
        super().__init__(told)


def draft(kind: Kind, chronicle: Chronicle, wanted: Wanted, beside: Beside, now: datetime) -> Draft:
    """The event that does what is wanted. Raises EditRefusedError, or ConfigError where what is written is wrong."""
    present = chronicle.items.get(wanted.id)
    if present is not None and present.owner == kind.owner:
        raise FileOwnedError(kind, present)
    asked = _asked(kind, wanted, beside, now)
    if wanted.based_on not in (None, chronicle.versions.get(wanted.id, 0)):
        raise ConflictError(conflict_of(kind, chronicle, wanted.id, wanted.based_on or 0, asked.text))
    _check_expected(kind, present, wanted)
    if present is not None and present.body == asked.body:
        raise UnchangedError(f"{kind.name} {wanted.id} is so already, at version {present.version}", present.version)
    change = next_change(chronicle, wanted.id, asked.body, owner=DESK, by=wanted.by, now=now, written=asked.written)
    return Draft(fitting(kind, change, wanted.place(())), asked.notes)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for, judged; body and words None where a removal is."""

    body: dict[str, Any] | None = None
    written: dict[str, Any] | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def text(self) -> Mapping[str, Any] | None:
        return self.body if self.written is None else self.written


def _asked(kind: Kind, wanted: Wanted, beside: Beside, now: datetime) -> _Asked:
    if wanted.written is None:
        return _Asked(notes=kind.about_removal(wanted.id, beside))
    if is_deeper_than(MAX_DEPTH, wanted.written):
        raise ConfigError(wanted.place(()), f"{wanted.id}: more than {MAX_DEPTH} levels deep", "Take some of them away")
    row = _with_id(kind.begin(wanted.written, now), wanted)
    body = _body(kind, row, wanted, beside)
    return _Asked(body.value, kind.written(row, body.value), body.notes)


def _check_expected(kind: Kind, present: Item | None, wanted: Wanted) -> None:
    if present is None and (wanted.expects == "one" or wanted.written is None):
        raise MissingItemError(f"there is no {kind.name} {wanted.id}")
    if present is not None and wanted.expects == "none":
        raise ExistingItemError(f"there is a {kind.name} {wanted.id} already, at version {present.version}: edit that")


def _with_id(row: Mapping[str, Any], wanted: Wanted) -> Mapping[str, Any]:
    if row.get("id", wanted.id) != wanted.id:
        remedy = f"Keep 'id: {wanted.id}', or remove that one and add another"
        raise ConfigError(wanted.place(("id",)), f"{wanted.id}: an id stays as it is", remedy)
    return {"id": wanted.id, **row}


def _body(kind: Kind, row: Mapping[str, Any], wanted: Wanted, beside: Beside) -> Body:
    item = validate(row, kind.model, wanted.place)
    place = wanted.place(())
    try:
        kind.refuse(item)
    except ValueError as error:
        raise fault(place, item.id, error) from error
    return kind.body(item, beside, place)


def restored(kind: Kind, chronicle: Chronicle, item_id: str, version: int) -> Mapping[str, Any]:
    """What an item looked like at a version, to be wanted again. Raises MissingItemError."""
    text = text_of(chronicle.at(item_id, version))
    if text is None:
        last = chronicle.versions.get(item_id, 0)
        raise MissingItemError(
            f"{kind.name} {item_id} has no version {version} to restore"
            + (f": see 'tocsin {kind.name} history {item_id}'" if last else "")
        )
    return text


def handed_over(
    kind: Kind, chronicle: Chronicle, item_id: str, owner: str, by: str, now: datetime, place: str = ""
) -> Draft:
    """Gives an item, as it is, to another owner; ``place`` is its place in a file. Raises EditRefusedError."""
    item = chronicle.items.get(item_id)
    last = chronicle.at(item_id, chronicle.versions.get(item_id, 0))
    if last is None or (item is None and owner == DESK):
        raise MissingItemError(f"there is no {kind.name} {item_id}")
    if last.owner == owner:
        raise UnchangedError(f"{kind.name} {item_id} belongs to {owner} already", last.based_on + 1)
    change = next_change(chronicle, item_id, last.body, owner=owner, by=by, now=now, written=last.written, place=place)
    return Draft(change)


def next_change(
    history: Chronicle,
    item_id: str,
    body: dict[str, Any] | None,
    *,
    owner: str,
    by: str,
    now: datetime,
    written: dict[str, Any] | None = None,
    place: str = "",
) -> ConfigChanged:
    """The event that makes the next version of an item."""
    present = history.items.get(item_id)
    return ConfigChanged(
        id=item_id,
        based_on=history.versions.get(item_id, 0),
        owner=owner,
        changed_at=now,
        created_at=present.created_at if present else now,
        body=body,
        place=place,
        by=by,
        written=written,
    )


def fitting(kind: Kind, change: ConfigChanged, place: str) -> ConfigChanged:
    """The event, which its topic takes. Raises ConfigError."""
    most = kind.topic.max_event_bytes
    try:
        size = len(codec.encode(change))
    except (ValueError, OverflowError) as error:
        raise ConfigError(
            place, f"{change.id}: cannot be written as JSON", "Look for a number of endless digits"
        ) from error
    if size > most:
        raise ConfigError(place, f"{change.id}: {size:,} bytes, of at most {most:,}", "Split it into several")
    return change


def conflict_of(
    kind: Kind, chronicle: Chronicle, item_id: str, based_on: int, wanted: Mapping[str, Any] | None
) -> Conflict:
    """What stands in the way of an edit of that version."""
    found = chronicle.versions.get(item_id, 0)
    last = chronicle.at(item_id, found)
    base = text_of(chronicle.at(item_id, based_on))
    return Conflict(
        kind=kind.name,
        id=item_id,
        based_on=based_on,
        found=found,
        by=last.by if last else "",
        owner=last.owner if last else "",
        at=last.changed_at if last else None,
        removed=last is not None and last.body is None,
        fields=compare(base, wanted, text_of(last)),
    )
