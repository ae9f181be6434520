"""Checking files without publishing them."""

from pathlib import Path

from shared.config.history import Chronicle
from shared.config.kinds import BY_NAME, Kind, Names
from shared.times import utc_now
from tocsin.config_files.plan import FilePlan, plan_file


def lint(folder: Path, kind: Kind, names: Names) -> FilePlan:
    """What is wrong with a folder's items of one kind; of watches, receivers that no file defines too."""
    plan = plan_file(folder, kind, Chronicle(), names, utc_now())
    if kind.name == "watch":
        _note_receivers(folder, names, plan)
    return plan


def _note_receivers(folder: Path, names: Names, plan: FilePlan) -> None:
    known = set(lint(folder, BY_NAME["receiver"], names).bodies)
    for watch_id, body in plan.bodies.items():
        for receiver in body["notify"]:
            if receiver not in known:
                plan.notes.append(f"watches.yaml: {watch_id}: no receiver '{receiver}' is in receivers.yaml")
