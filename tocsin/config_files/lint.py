"""Checking files without publishing them."""

from collections.abc import Mapping
from pathlib import Path

from shared.config.beside import Beside, Listed
from shared.config.edits import next_change
from shared.config.history import Chronicle, History
from shared.config.kinds import BY_NAME, KINDS, Kind
from shared.times import utc_now
from tocsin.config_files.plan import FilePlan, plan_file


def lint(folder: Path, kind: Kind, listed: Listed, in_force: Mapping[str, History] | None = None) -> FilePlan:
    """What is wrong with a folder's items of one kind, and remarks: judged beside all that the folder holds.

    ``in_force``, by key: items of other owners are beside it too.
    """
    return plan_file(folder, kind, Chronicle(), Beside(listed, chronicles(folder, listed, in_force), folder), utc_now())


def chronicles(folder: Path, listed: Listed, in_force: Mapping[str, History] | None = None) -> dict[str, Chronicle]:
    """A folder's items by key of their kind, as if they had just been published upon what others own."""
    made = {kind.key: _of_others(kind, (in_force or {}).get(kind.key)) for kind in KINDS}
    beside = Beside(listed, made, folder)
    for kind in KINDS:
        for edit in plan_file(folder, kind, made[kind.key], beside, utc_now()).edits:
            made[kind.key].apply(edit)
    return made


def own_names(folder: Path, listed: Listed) -> Chronicle:
    """The own names of a folder, as if they had just been published."""
    found = Chronicle()
    for edit in plan_file(folder, BY_NAME["name"], found, Beside(listed, {"names": found}, folder), utc_now()).edits:
        found.apply(edit)
    return found


def _of_others(kind: Kind, history: History | None) -> Chronicle:
    found = Chronicle()
    for item in history.items.values() if history else ():
        if item.owner != kind.owner:
            body = dict(item.body)
            found.apply(next_change(found, item.id, body, owner=item.owner, by=item.by, now=item.created_at))
    return found
