"""What a file of items would change if it were imported. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from shared.config.beside import Beside
from shared.config.edits import DESK, Draft, EditRefusedError, FileOwnedError, UnchangedError, Wanted, draft
from shared.config.history import Chronicle
from shared.config.items import Entry, ItemModel, Parsed
from shared.config.kinds import Kind
from shared.config.yaml_file import ConfigError
from shared.events import ConfigChanged


@dataclass(slots=True)
class ImportPlan:
    """The outcome. ``unchanged`` and ``removed`` are ids."""

    added: list[Draft] = field(default_factory=list)
    changed: list[Draft] = field(default_factory=list)
    removed: list[Draft] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[ConfigError] = field(default_factory=list)

    @property
    def drafts(self) -> list[Draft]:
        """All that is to be published."""
        return [*self.added, *self.changed, *self.removed]

    @property
    def changes(self) -> list[ConfigChanged]:
        """The events to publish."""
        return [made.change for made in self.drafts]


def plan_import(
    kind: Kind, chronicle: Chronicle, parsed: Parsed[ItemModel], beside: Beside, now: datetime, *, by: str, prune: bool
) -> ImportPlan:
    """What importing these entries does: each is judged by itself. With ``prune`` items that are absent are removed."""
    plan = ImportPlan(refused=list(parsed.errors))
    beside = beside.together_with(entry.model.id for entry in parsed.entries)
    for entry in parsed.entries:
        _plan_entry(kind, chronicle, entry, beside, now, by, plan)
    if prune:
        kept = parsed.refused_ids | {entry.model.id for entry in parsed.entries}
        plan.removed.extend(_removals(kind, chronicle, kept, beside, now, by))
    return plan


def _plan_entry(
    kind: Kind, chronicle: Chronicle, entry: Entry[ItemModel], beside: Beside, now: datetime, by: str, plan: ImportPlan
) -> None:
    item_id = entry.model.id
    try:
        made = draft(kind, chronicle, Wanted(item_id, entry.written, by, place=lambda _: entry.place), beside, now)
    except UnchangedError:
        plan.unchanged.append(item_id)
    except FileOwnedError as error:
        if _is_as_filed(kind, chronicle, entry, beside):
            plan.unchanged.append(item_id)
        else:
            plan.refused.append(ConfigError(entry.place, str(error)))
    except EditRefusedError as error:
        plan.refused.append(ConfigError(entry.place, str(error)))
    except ConfigError as error:
        plan.refused.append(error)
    else:
        (plan.changed if item_id in chronicle.items else plan.added).append(made)


def _is_as_filed(kind: Kind, chronicle: Chronicle, entry: Entry[ItemModel], beside: Beside) -> bool:
    try:
        return dict(chronicle.items[entry.model.id].body) == kind.body(entry.model, beside, entry.place).value
    except ConfigError:
        return False


def _removals(
    kind: Kind, chronicle: Chronicle, kept: frozenset[str], beside: Beside, now: datetime, by: str
) -> Iterator[Draft]:
    for item in list(chronicle.items.values()):
        if item.owner == DESK and item.id not in kept:
            yield draft(kind, chronicle, Wanted(item.id, None, by), beside, now)
