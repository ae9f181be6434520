"""``tocsin watch|source|receiver|silence|name import``: a file's differences as edits."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.commands.options import DATA, Data, Json, broker_address, fail, print_json, run
from tocsin.commands.refusals import CONFLICT, By, author, kind_of

if TYPE_CHECKING:
    from shared.config.edits import Conflict
    from shared.config.history import Chronicle
    from shared.config.kinds import Kind
    from shared.config.yaml_file import Document
    from tocsin.config_items.imports import ImportPlan


def import_(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="YAML as 'export' prints it, or OPML for sources; '-' reads stdin.")],
    prune: Annotated[bool, typer.Option("--prune", help="Remove those made here that the file does not hold.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")] = False,
    by: By = "",
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Add what is new in a file and edit what differs. A bad entry refuses only itself; exit 1 then.

    Items that belong to the configuration directory are left alone.
    """
    kind, address = kind_of(context), broker_address(data)
    content = _content(file)
    plan, lost = run(_import(address, kind, file, content, author(by), prune=prune, dry_run=dry_run), address)
    if as_json:
        print_json(_row(plan, lost, dry_run=dry_run))
    else:
        print("\n".join(_lines(plan, lost, dry_run=dry_run)))
    raise typer.Exit(1 if plan.refused else CONFLICT if lost else 0)


def _content(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}")


async def _import(
    address: str, kind: "Kind", file: str, content: bytes, by: str, *, prune: bool, dry_run: bool
) -> "tuple[ImportPlan, list[Conflict]]":
    from shared.config.items import parse_items
    from shared.config.yaml_file import ConfigError
    from shared.times import utc_now
    from tocsin.config_items.imports import plan_import
    from tocsin.config_items.session import writing

    async with writing(address, kind) as (writer, chronicle):
        try:
            document = _document(kind, file, content, chronicle)
            if prune and document.value is None:
                fail(f"{file} is empty: write '{kind.key}: []' to remove all")
            parsed = parse_items(document, kind.key, kind.model)
        except ConfigError as error:
            fail(str(error))
        plan = plan_import(kind, chronicle, parsed, writer.beside, utc_now(), by=by, prune=prune)
        return plan, [] if dry_run else await writer.publish(kind, plan.changes)


def _document(kind: "Kind", file: str, content: bytes, chronicle: "Chronicle") -> "Document":
    """Raises ConfigError."""
    from shared.config.yaml_file import ConfigError, parse
    from tocsin.config_items import given, opml

    name = "stdin" if file == "-" else Path(file).name
    if opml.looks_like_opml(file, content):
        if kind.name != "source":
            raise ConfigError(name, "looks like OPML, which lists feeds", "Use 'tocsin source import'")
        return opml.read(content, name, [item.text for item in chronicle.items.values()])
    try:
        found = parse(content.decode("utf-8-sig"), name)
        return given.as_file(given.with_shapes(found, Path() if file == "-" else Path(file).parent), kind)
    except UnicodeDecodeError as error:
        raise ConfigError(name, "not UTF-8 text", "Save the file as UTF-8") from error


def _row(plan: "ImportPlan", lost: "list[Conflict]", *, dry_run: bool) -> dict[str, object]:
    from shared.config.told import conflict_row

    return {
        "added": [made.change.id for made in plan.added],
        "changed": [made.change.id for made in plan.changed],
        "removed": [made.change.id for made in plan.removed],
        "unchanged": plan.unchanged,
        "refused": [{"place": e.place, "problem": e.problem, "remedy": e.remedy} for e in plan.refused],
        "conflicts": [conflict_row(conflict) for conflict in lost],
        "notes": [f"{made.change.id}: {note}" for made in plan.drafts for note in made.notes],
        "dry_run": dry_run,
    }


def _lines(plan: "ImportPlan", lost: "list[Conflict]", *, dry_run: bool) -> Iterator[str]:
    from tocsin.config_items.shown import conflict_lines

    for sign, drafts in (("+", plan.added), ("~", plan.changed), ("-", plan.removed)):
        for made in drafts:
            yield f"{sign} {made.change.id}"
            yield from (f"  note   {note}" for note in made.notes)
    yield from (f"error  {error}" for error in plan.refused)
    for conflict in lost:
        yield f"conflict  {conflict.id}: another edit came first; import again to set the file's in its place"
        yield from conflict_lines(conflict)
    counts = f"{len(plan.added)} added, {len(plan.changed)} changed, {len(plan.removed)} removed"
    rest = f"{len(plan.unchanged)} unchanged, {len(plan.refused)} refused, {len(lost)} conflicts"
    yield f"{counts}, {rest}" + (" (nothing was done)" if dry_run else "")
