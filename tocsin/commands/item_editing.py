"""``tocsin watch|source|receiver|silence|name add|edit|remove|restore|adopt|release``: edits, each a new version."""

import shlex
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.commands.options import CONFIG, DATA, Config, Data, Json, broker_address, fail, print_json, run
from tocsin.commands.refusals import (
    BasedOn,
    By,
    ItemId,
    author,
    end_in_conflict,
    kind_of,
    refusals,
)

if TYPE_CHECKING:
    from shared.config.edits import Draft, Wanted
    from shared.config.history import Chronicle, Item
    from shared.config.kinds import Kind
    from shared.config_writer import Writer
    from tocsin.config_items.given import Given

Pairs = Annotated[
    list[str] | None, typer.Argument(metavar="KEY=VALUE", help="Fields, with dots into them: severity=high.")
]
File = Annotated[str, typer.Option("--file", "-f", help="YAML of the item; '-' reads stdin.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def add(
    context: typer.Context,
    pairs: Pairs = None,
    file: File = "",
    by: By = "",
    config: Config = CONFIG,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Add one: from KEY=VALUE pairs, or YAML. Names in a watch are looked up, and ambiguous ones refused."""
    from shared.config.edits import Wanted
    from tocsin.config_items import given

    kind, address = kind_of(context), broker_address(data)
    with refusals(config, as_json=as_json):
        item = given.only_row(given.document(file), kind) if file else given.with_pairs({}, _some(pairs), config)
        wanted = Wanted(item.id, item.row, author(by), place=item.place, expects="none")
        _tell(kind, _write(address, kind, wanted, config), as_json=as_json)


def _some(pairs: list[str] | None) -> list[str]:
    if not pairs:
        fail("give KEY=VALUE pairs, or --file FILE ('-' for stdin)", 2)
    return pairs


def edit(
    context: typer.Context,
    item_id: ItemId,
    pairs: Pairs = None,
    file: File = "",
    based_on: BasedOn = None,
    by: By = "",
    config: Config = CONFIG,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Edit one: with KEY=VALUE pairs, with YAML, or with neither in $EDITOR. Whoever was faster is not overwritten.

    Exit 3 where another edit came first: what differs is shown, and your draft is kept.
    """
    from tocsin.config_items import given
    from tocsin.config_items.session import read

    kind, address = kind_of(context), broker_address(data)
    with refusals(config, as_json=as_json):
        chronicle = run(read(address, kind), address)
        item = _editable(kind, chronicle, item_id)
        if file:
            whole = given.only_row(given.document(file), kind)
            _publish(address, kind, item_id, whole, based_on, author(by), _path_of(file), config, as_json=as_json)
        elif pairs:
            base = chronicle.versions[item_id] if based_on is None else based_on
            changed = given.with_pairs(item.text, pairs, config)
            _publish(address, kind, item_id, changed, base, author(by), None, config, as_json=as_json)
        else:
            _edit_by_hand(address, kind, item, author(by), config, as_json=as_json)


def _editable(kind: "Kind", chronicle: "Chronicle", item_id: str) -> "Item":
    from shared.config.edits import FileOwnedError, MissingItemError

    item = chronicle.items.get(item_id)
    if item is None:
        raise MissingItemError(f"there is no {kind.name} {item_id}: see 'tocsin {kind.name} list'")
    if item.owner == kind.owner:
        raise FileOwnedError(kind, item)
    return item


def _path_of(file: str) -> Path | None:
    return None if file == "-" else Path(file)


def _edit_by_hand(address: str, kind: "Kind", item: "Item", by: str, config: Path, *, as_json: bool) -> None:
    from shared.config.yaml_file import ConfigError
    from tocsin.config_items import editor, given
    from tocsin.config_items.yaml_text import item_yaml

    head = f"# {kind.name} {item.id}, version {item.version}. Save it to publish it, or leave it as it is."
    text = f"{head}\n{item_yaml(item.text)}"
    draft = editor.keep_draft(kind.name, item.id, text)
    try:
        editor.edit(draft)
        if draft.read_text(encoding="utf-8") == text:
            draft.unlink()
            print("nothing was changed")
            return
        whole = given.only_row(given.document(str(draft), config), kind)
        _publish(address, kind, item.id, whole, item.version, by, draft, config, as_json=as_json)
    except OSError as error:
        fail(f"{error}. Set EDITOR, or give --file")
    except ConfigError as error:
        fail(f"{error}\n{_retry(kind, item.id, draft, item.version)}")
    draft.unlink(missing_ok=True)


def _retry(kind: "Kind", item_id: str, draft: Path, version: int) -> str:
    return f"tocsin {kind.name} edit {item_id} --file {shlex.quote(str(draft))} --based-on {version}"


def _publish(
    address: str,
    kind: "Kind",
    item_id: str,
    item: "Given",
    based_on: int | None,
    by: str,
    draft: Path | None,
    config: Path,
    *,
    as_json: bool,
) -> None:
    """Publishes an edit. Where another came first, what was wanted is kept as a draft."""
    from shared.config.edits import ConflictError, Wanted
    from tocsin.config_items import editor
    from tocsin.config_items.yaml_text import item_yaml

    wanted = Wanted(item_id, item.row, by, based_on, item.place, expects="one")
    try:
        _tell(kind, _write(address, kind, wanted, config), as_json=as_json)
    except ConflictError as error:
        kept = draft or editor.keep_draft(kind.name, item_id, item_yaml(item.row))
        end_in_conflict(error, as_json=as_json, draft=kept, retry=_retry(kind, item_id, kept, error.conflict.found))


def remove(
    context: typer.Context,
    item_id: ItemId,
    yes: Yes = False,
    based_on: BasedOn = None,
    by: By = "",
    config: Config = CONFIG,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Remove one. Its history stays, and 'restore' brings it back."""
    from shared.config.edits import Wanted

    kind, address = kind_of(context), broker_address(data)
    if not (yes or as_json):
        typer.confirm(f"Remove {kind.name} {item_id}?", abort=True)
    with refusals(config, as_json=as_json):
        _tell(kind, _write(address, kind, Wanted(item_id, None, author(by), based_on), config), as_json=as_json)


def restore(
    context: typer.Context,
    item_id: ItemId,
    version: Annotated[int, typer.Argument(min=1, help="The version to bring back, as 'history' shows it.")],
    based_on: BasedOn = None,
    by: By = "",
    config: Config = CONFIG,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Bring back a version, of a removed one too: a new edit that says what the old one said."""
    from shared.config.edits import Wanted, restored

    kind, address = kind_of(context), broker_address(data)

    async def work(writer: "Writer", chronicle: "Chronicle") -> "Draft":
        text = restored(kind, chronicle, item_id, version)
        return await writer.write(kind, Wanted(item_id, text, author(by), based_on))

    with refusals(config, as_json=as_json):
        _tell(kind, _with_writer(address, kind, config, work), as_json=as_json)


def adopt(
    context: typer.Context,
    item_id: ItemId,
    by: By = "",
    config: Config = CONFIG,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Take one over from its file, to edit it here. Its entry in the file then has no effect; files are not written."""
    from shared.config.edits import DESK

    _hand_over(kind_of(context), item_id, DESK, by, config, data, "", as_json=as_json)


def release(
    context: typer.Context,
    item_id: ItemId,
    yes: Yes = False,
    by: By = "",
    config: Config = CONFIG,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Give one back to its file, whose entry takes effect again at once."""
    kind = kind_of(context)
    place = kind.place_in(config, item_id)
    if not (yes or place):
        fail(
            f"{config / kind.file} has no entry {item_id}: it would be removed. Write one, use "
            f"'tocsin {kind.name} remove {item_id}', or give --yes where the file is on another machine"
        )
    _hand_over(kind, item_id, kind.owner, by, config, data, place or kind.file, as_json=as_json)


def _hand_over(
    kind: "Kind", item_id: str, owner: str, by: str, config: Path, data: Path, place: str, *, as_json: bool
) -> None:
    from shared.config.edits import handed_over
    from shared.times import utc_now

    async def work(writer: "Writer", chronicle: "Chronicle") -> "Draft":
        made = handed_over(kind, chronicle, item_id, owner, author(by), utc_now(), place)
        await writer.publish_one(kind, made.change)
        return made

    address = broker_address(data)
    with refusals(config, as_json=as_json):
        _tell(kind, _with_writer(address, kind, config, work), as_json=as_json)


def _write(address: str, kind: "Kind", wanted: "Wanted", config: Path) -> "Draft":
    return _with_writer(address, kind, config, lambda writer, _: writer.write(kind, wanted))


def _with_writer(
    address: str, kind: "Kind", config: Path, work: "Callable[[Writer, Chronicle], Awaitable[Draft]]"
) -> "Draft":
    from tocsin.config_items.session import writing

    async def session() -> Any:
        async with writing(address, kind, config) as (writer, chronicle):
            return await work(writer, chronicle)

    made: Draft = run(session(), address)
    return made


def _tell(kind: "Kind", made: "Draft", *, as_json: bool) -> None:
    change = made.change
    version = change.based_on + 1
    if as_json:
        removed = change.body is None
        print_json(
            {"id": change.id, "version": version, "owner": change.owner, "removed": removed, "notes": made.notes}
        )
        return
    for note in made.notes:
        print(f"note   {note}")
    done = "was removed" if change.body is None else f"is at version {version}, owned by {change.owner}"
    print(f"{kind.name} {change.id} {done}")
