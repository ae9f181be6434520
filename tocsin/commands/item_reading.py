"""``tocsin watch|source|receiver|silence|name list|show|history|export|lint``: looking at configured items."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.commands.options import (
    CONFIG,
    DATA,
    Config,
    Data,
    Json,
    broker_address,
    fail,
    kafka_address,
    print_json,
    run,
)
from tocsin.commands.refusals import ItemId, kind_of

if TYPE_CHECKING:
    from shared.config.history import Chronicle
    from shared.config.kinds import Kind


def list_(
    context: typer.Context,
    config: Config = CONFIG,
    data: Data = DATA,
    as_json: Json = False,
    from_files: Annotated[
        bool, typer.Option("--files", help="List what the files hold, not what is in force.")
    ] = False,
) -> None:
    """List what is in force, or what the files hold where no stack runs."""
    from shared.times import utc_now
    from tocsin.config_items.session import read
    from tocsin.config_items.shown import item_line, item_row

    kind = kind_of(context)
    address = None if from_files else kafka_address(data)
    chronicle = run(read(address, kind), address) if address else _of_files(config, kind)
    if not (address or from_files or as_json):
        print(f"no stack runs: these are the files' {kind.key}")
    for item in chronicle.items.values():
        if as_json:
            print_json(item_row(kind, item))
        else:
            print(item_line(kind, item, utc_now()))
    if not chronicle.items and not as_json:
        print(f"no {kind.key} yet: use 'tocsin {kind.name} add', or write {config}/{kind.file}")


def _of_files(config: Any, kind: "Kind") -> "Chronicle":
    """What a folder holds, as if it had just been published to an empty topic."""
    from tocsin.config_files.lint import chronicles
    from tocsin.config_items.session import listed

    return chronicles(config, listed)[kind.key]


def show(
    context: typer.Context,
    item_id: ItemId,
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="As it was at this version, not as it is.")
    ] = None,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Show one as YAML, as its author wrote it."""
    from shared.config.history import text_of
    from tocsin.config_items.yaml_text import item_yaml

    kind, chronicle = _known(context, item_id, data)
    number = chronicle.versions[item_id] if version is None else version
    made = chronicle.at(item_id, number)
    text = text_of(made)
    if made is None:
        fail(f"{kind.name} {item_id} has no version {number}: it has {chronicle.versions[item_id]}")
    if text is None:
        fail(f"{kind.name} {item_id} was removed by version {number}: see 'tocsin {kind.name} history {item_id}'")
    if as_json:
        print_json({**text, "version": number, "owner": made.owner, "place": made.place, "by": made.by})
    else:
        print(f"# {kind.name} {item_id}, version {number}, {made.place or made.owner}\n{item_yaml(text)}", end="")


def history(context: typer.Context, item_id: ItemId, data: Data = DATA, as_json: Json = False) -> None:
    """Show every version of one: when, who, and what was changed."""
    from shared.config.told import version_row
    from tocsin.config_items.shown import version_lines

    _, chronicle = _known(context, item_id, data)
    for number in range(1, chronicle.versions[item_id] + 1):
        if as_json:
            print_json(version_row(chronicle, item_id, number))
        else:
            print("\n".join(version_lines(chronicle, item_id, number)))


def _known(context: typer.Context, item_id: str, data: Any) -> "tuple[Kind, Chronicle]":
    from tocsin.config_items.session import read

    kind, address = kind_of(context), broker_address(data)
    chronicle = run(read(address, kind), address)
    if item_id not in chronicle.versions:
        fail(f"there is no {kind.name} {item_id}: see 'tocsin {kind.name} list'")
    return kind, chronicle


def export(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(help="Which ones; all without any.")] = None,
    data: Data = DATA,
    as_opml: Annotated[bool, typer.Option("--opml", help="As OPML, for feed readers: sources alone.")] = False,
    as_json: Json = False,
) -> None:
    """Print a file that 'import' takes, and the configuration directory too."""
    from tocsin.config_items.session import read
    from tocsin.config_items.yaml_text import file_yaml

    kind, address = kind_of(context), broker_address(data)
    if as_opml and kind.name != "source":
        fail("OPML lists feeds: only sources can be written so", 2)
    items = run(read(address, kind), address).items
    unknown = [item_id for item_id in ids or () if item_id not in items]
    if unknown:
        fail(f"there is no {kind.name} {', '.join(unknown)}: see 'tocsin {kind.name} list'")
    texts = [items[item_id].text for item_id in ids or items]
    if as_json:
        print_json({kind.key: texts})
    else:
        print(_as_opml(texts) if as_opml else file_yaml(kind.key, texts), end="")


def _as_opml(sources: list[Mapping[str, Any]]) -> str:
    from tocsin.config_items import opml

    return opml.write(sources)


def lint(context: typer.Context, config: Config = CONFIG, data: Data = DATA, as_json: Json = False) -> None:
    """Check the file without publishing it: errors with file, line and remedy, and remarks. Exit 1 on errors.

    Where a stack runs, what others made there is known too: names and receivers that no file holds.
    """
    from tocsin.config_files import lint as linting
    from tocsin.config_items.session import listed, read_beside

    kind = kind_of(context)
    if not (config / kind.file).exists():
        fail(f"{config / kind.file} does not exist. Give --config, or start 'tocsin up' to have one written")
    address = kafka_address(data)
    in_force = run(read_beside(address, kind), address) if address else {}
    found = linting.lint(config, kind, listed, in_force)
    if as_json:
        errors = [{"place": e.place, "problem": e.problem, "remedy": e.remedy} for e in found.errors]
        print_json({kind.key: len(found.bodies), "errors": errors, "notes": found.notes})
    else:
        for error in found.errors:
            print(f"error  {error}")
        for note in found.notes:
            print(f"note   {note}")
        print(f"{len(found.bodies)} {kind.key} are valid, {len(found.errors)} errors")
    raise typer.Exit(1 if found.errors else 0)
