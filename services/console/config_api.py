"""Configured items over HTTP: read, made, edited, removed and restored, by the rules that hold on the command line.

A version is an ETag: whoever edits says in ``If-Match`` (or ``based_on``) which one he saw, and is answered 409 with
the difference where somebody else was faster.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.console.edit_answers import answered
from services.console.read_model import ReadModel
from services.console.views import View
from shared.config.edits import Draft, UnchangedError, Wanted, restored
from shared.config.history import Chronicle, Item
from shared.config.kinds import BY_KEY, Kind
from shared.config.told import version_row
from shared.config_writer import Writer

MAX_AUTHOR = 100
_ETAG = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')
CONSOLE = "console"  # who is said to have made an edit that names nobody
Author = Annotated[str, Field(min_length=1, max_length=MAX_AUTHOR)]


class ItemView(View):
    """An item as its author wrote it."""

    id: str
    version: int
    owner: str
    by: str
    place: str
    at: datetime
    item: Mapping[str, Any]


class VersionView(View):
    """A version. ``changes``: by dotted field, its value in the version before and in this one."""

    version: int
    at: datetime
    by: str
    owner: str
    place: str
    removed: bool
    changes: Mapping[str, tuple[Any, Any]]
    item: Mapping[str, Any] | None


class Written(View):
    """What an edit came to; ``changed`` is false where the item was so already."""

    id: str
    version: int
    changed: bool = True
    removed: bool = False
    notes: tuple[str, ...] = ()


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")

    based_on: Annotated[int, Field(ge=0)] | None = None
    by: Author = CONSOLE


class Edit(_Request):
    """An item as somebody writes it."""

    item: dict[str, Any]


class Restore(_Request):
    """A version to bring back."""

    version: Annotated[int, Field(ge=1)]


def kind_named(key: str) -> Kind:
    """The kind of this key. Answers 404 where there is none."""
    if key not in BY_KEY:
        raise HTTPException(404, f"there is no '{key}': there are {', '.join(BY_KEY)}")
    return BY_KEY[key]


def seen_version(if_match: Annotated[str | None, Header()] = None) -> int | Literal["*"] | None:
    """The version in ``If-Match``; ``*`` for any. Answers 400 where it is neither."""
    if if_match is None:
        return None
    if if_match == "*":
        return "*"
    found = _ETAG.fullmatch(if_match)
    if found is None:
        raise HTTPException(400, 'If-Match is a version as ETag gave it: "3"')
    return int(found[1])


Chosen = Annotated[Kind, Depends(kind_named)]
Seen = Annotated[int | Literal["*"] | None, Depends(seen_version)]


def create_config_api(model: ReadModel, writer: Writer, folder: Path | None) -> APIRouter:
    """The routes under ``/api/{key}``. ``folder``: the configuration directory, where it can be read from here."""

    def ready() -> None:
        if not model.caught_up:
            raise HTTPException(503, "still reading what is configured: try again in a moment")

    api = APIRouter(prefix="/api", dependencies=[Depends(ready)])
    _add_reading(api, model.chronicles())
    _add_writing(api, model.chronicles(), writer, folder)
    return api


def _add_reading(api: APIRouter, chronicles: Mapping[str, Chronicle]) -> None:
    @api.get("/{key}")
    async def items(kind: Chosen) -> list[ItemView]:
        """Everything of a kind."""
        return [_item_view(item) for item in chronicles[kind.key].items.values()]

    @api.get("/{key}/{item_id}")
    async def item(kind: Chosen, item_id: str, answer: Response) -> ItemView:
        """One item; 404 where there is none."""
        found = chronicles[kind.key].items.get(item_id)
        if found is None:
            raise HTTPException(404, f"there is no {kind.name} {item_id}")
        answer.headers["ETag"] = _etag(found.version)
        return _item_view(found)

    @api.get("/{key}/{item_id}/history")
    async def history(kind: Chosen, item_id: str) -> list[VersionView]:
        """Every version, the first one first, of a removed item too."""
        last = chronicles[kind.key].versions.get(item_id, 0)
        if not last:
            raise HTTPException(404, f"there never was a {kind.name} {item_id}")
        return [VersionView(**version_row(chronicles[kind.key], item_id, number)) for number in range(1, last + 1)]


def _add_writing(api: APIRouter, chronicles: Mapping[str, Chronicle], writer: Writer, folder: Path | None) -> None:
    async def write(kind: Kind, wanted: Wanted, answer: Response) -> Written:
        with answered(folder):
            try:
                written = _written(await writer.write(kind, wanted))
            except UnchangedError as error:
                written = Written(id=wanted.id, version=error.version, changed=False)
        answer.headers["ETag"] = _etag(written.version)
        return written

    @api.post("/{key}", status_code=201)
    async def add(kind: Chosen, given: Edit, answer: Response) -> Written:
        """Makes an item; 409 where there is one of its id."""
        item_id = str(given.item.get("id", ""))
        made = await write(kind, Wanted(item_id, given.item, given.by, given.based_on, expects="none"), answer)
        answer.headers["Location"] = f"/api/{kind.key}/{made.id}"
        return made

    @api.put("/{key}/{item_id}")
    async def edit(kind: Chosen, item_id: str, given: Edit, seen: Seen, answer: Response) -> Written:
        """Replaces an item; 409 with the difference where it is at another version than was seen."""
        based_on = _based_on(seen, given.based_on)
        return await write(kind, Wanted(item_id, given.item, given.by, based_on, expects="one"), answer)

    @api.delete("/{key}/{item_id}")
    async def remove(
        kind: Chosen,
        item_id: str,
        seen: Seen,
        answer: Response,
        based_on: Annotated[int | None, Query(ge=0)] = None,
        by: Annotated[str, Query(min_length=1, max_length=MAX_AUTHOR)] = CONSOLE,
    ) -> Written:
        """Removes an item; its history stays."""
        return await write(kind, Wanted(item_id, None, by, _based_on(seen, based_on)), answer)

    @api.post("/{key}/{item_id}/restore")
    async def restore(kind: Chosen, item_id: str, given: Restore, seen: Seen, answer: Response) -> Written:
        """Brings back a version, of a removed item too: a new edit that says what the old one said."""
        based_on = _based_on(seen or "*", given.based_on)
        with answered(folder):
            text = restored(kind, chronicles[kind.key], item_id, given.version)
        return await write(kind, Wanted(item_id, text, given.by, based_on), answer)


def _based_on(seen: int | Literal["*"] | None, given: int | None) -> int | None:
    if seen is None and given is None:
        raise HTTPException(
            428, "say which version you saw: If-Match with the ETag, or based_on. If-Match: * takes any"
        )
    if isinstance(seen, int) and given is not None and seen != given:
        raise HTTPException(400, f"If-Match says version {seen}, based_on says {given}")
    return seen if isinstance(seen, int) else given


def _written(made: Draft) -> Written:
    change, notes = made.change, tuple(made.notes)
    return Written(id=change.id, version=change.based_on + 1, removed=change.body is None, notes=notes)


def _etag(version: int) -> str:
    return f'"{version}"'


def _item_view(item: Item) -> ItemView:
    return ItemView(
        id=item.id,
        version=item.version,
        owner=item.owner,
        by=item.by,
        place=item.place,
        at=item.changed_at,
        item=item.text,
    )
