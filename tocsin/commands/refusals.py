"""Whose edits the commands on configured items make, and how they end where one is refused."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.commands.options import fail, print_json

if TYPE_CHECKING:
    from shared.config.edits import Conflict, ConflictError, FileOwnedError
    from shared.config.kinds import Kind

CONFLICT = 3
By = Annotated[str, typer.Option("--by", help="Who makes the edit, for the history; else your login name.")]
ItemId = Annotated[str, typer.Argument(metavar="ID", help="Its id, as 'list' shows it.")]
BasedOn = Annotated[
    int | None, typer.Option("--based-on", min=0, help="Refuse the edit where the item is at any other version.")
]


def kind_of(context: typer.Context) -> "Kind":
    """The kind that the group of commands is about."""
    from shared.config.kinds import BY_NAME

    return BY_NAME[context.obj]


def author(by: str) -> str:
    """Who is said to have made an edit."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "command line"


@contextmanager
def refusals(config: Path, *, as_json: bool = False) -> Iterator[None]:
    """Says why an edit was refused, and leaves: 0 where it changes nothing, 3 where another came first, 1 else."""
    from shared.config.edits import ConflictError, EditRefusedError, FileOwnedError, UnchangedError
    from shared.config.yaml_file import ConfigError

    try:
        yield
    except UnchangedError as error:
        print_json({"unchanged": str(error)}) if as_json else print(f"nothing to do: {error}")
        raise typer.Exit from None
    except FileOwnedError as error:
        fail(str(with_place(error, config)))
    except ConflictError as error:
        end_in_conflict(error, as_json=as_json)
    except (EditRefusedError, ConfigError) as error:
        fail(str(error))


def with_place(error: "FileOwnedError", config: Path) -> "FileOwnedError":
    """The refusal with the line at which the entry stands now, where the file can be read."""
    from shared.config.edits import FileOwnedError

    return FileOwnedError(error.kind, error.item, error.kind.place_in(config, error.item.id))


def end_in_conflict(error: "ConflictError", *, as_json: bool, draft: Path | None = None, retry: str = "") -> None:
    """Shows what differs, says where the draft is and how to try again, and leaves with 3."""
    from shared.config.told import conflict_row

    if as_json:
        print_json({"conflict": conflict_row(error.conflict), "draft": str(draft or ""), "retry": retry})
    fail("\n".join(_conflict_told(error.conflict, str(error), draft, retry)), CONFLICT)


def _conflict_told(conflict: "Conflict", problem: str, draft: Path | None, retry: str) -> Iterator[str]:
    from tocsin.config_items.shown import conflict_lines

    yield f"{problem}. Nothing was changed"
    yield from conflict_lines(conflict)
    if draft:
        yield f"your draft is kept in {draft}"
    if retry:
        yield f"to set yours in place of theirs: {retry}"
