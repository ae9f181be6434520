"""Checking files without publishing them, and reading what is in force."""

from pathlib import Path

from shared import codec, kafka
from shared.config.history import History
from shared.events import ConfigChanged
from shared.names import gazetteer
from shared.times import utc_now
from tocsin.config_files.kinds import KINDS, Kind
from tocsin.config_files.plan import FilePlan, plan_file

_KIND = {kind.key: kind for kind in KINDS}


def lint_watches(folder: Path) -> FilePlan:
    """What is wrong with a folder's watches, receivers that no file defines included."""
    plan = lint(folder, _KIND["watches"])
    receivers = lint(folder, _KIND["receivers"])
    known = set(receivers.bodies)
    for watch_id, body in plan.bodies.items():
        for receiver in body["notify"]:
            if receiver not in known:
                plan.notes.append(f"watches.yaml: {watch_id}: no receiver '{receiver}' is in receivers.yaml")
    return plan


def lint(folder: Path, kind: Kind) -> FilePlan:
    """What is wrong with a folder's items of one kind."""
    return plan_file(folder, kind, History(), gazetteer.load(), utc_now())


async def read_history(bootstrap: str, topic: str) -> History:
    """The items that a configuration topic has in force. Raises DependencyDownError."""
    history = History()
    async for record in kafka.read_all(bootstrap, topic):
        history.apply(codec.decode(record.value, ConfigChanged))
    return history
