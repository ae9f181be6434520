"""The state of configured items, folded from the history of their edits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.events import ConfigChanged


@dataclass(frozen=True, slots=True)
class Item:
    """A configured item as it stands. ``written`` is the body as its author wrote it, where that is another."""

    id: str
    version: int
    owner: str
    created_at: datetime
    changed_at: datetime
    body: Mapping[str, Any]
    place: str = ""
    by: str = ""
    written: Mapping[str, Any] | None = None

    @property
    def text(self) -> Mapping[str, Any]:
        """The body as people read and edit it."""
        return self.body if self.written is None else self.written


@dataclass
class History:
    """Items in force, and the version at which each id, removed ones included, stands.

    ``edited`` has the id of every edit that was applied, in their order: readers of the topic agree on it.
    """

    items: dict[str, Item] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    edited: list[str] = field(default_factory=list)

    def apply(self, change: ConfigChanged) -> bool:
        """Applies an edit that is based on the item's present version; any other lost a race and changes nothing.

        Returns whether it was applied. Every reader of the topic decides alike, so all agree on the winner.
        """
        if change.based_on != self.versions.get(change.id, 0):
            return False
        version = self.versions[change.id] = change.based_on + 1
        if change.body is None:
            self.items.pop(change.id, None)
        else:
            self.items[change.id] = Item(
                id=change.id,
                version=version,
                owner=change.owner,
                created_at=change.created_at,
                changed_at=change.changed_at,
                body=change.body,
                place=change.place,
                by=change.by,
                written=change.written,
            )
        self.edited.append(change.id)
        return True


@dataclass
class Chronicle(History):
    """A history that forgets nothing: every version of every id, for those who compare, restore and judge conflicts."""

    changes: dict[str, list[ConfigChanged]] = field(default_factory=dict)

    def apply(self, change: ConfigChanged) -> bool:
        """As ``History.apply``."""
        applied = super().apply(change)
        if applied:
            self.changes.setdefault(change.id, []).append(change)
        return applied

    def at(self, item_id: str, version: int) -> ConfigChanged | None:
        """The edit that made this version; None where there is none, as for version 0."""
        made = self.changes.get(item_id, ())
        return made[version - 1] if 0 < version <= len(made) else None

    def was_adopted_from(self, owner: str, item_id: str) -> bool:
        """Whether the item was taken over from this owner and not given back, be it changed or removed since."""
        for change in reversed(self.changes.get(item_id, ())):
            if change.owner.startswith("file:"):
                return change is not self.changes[item_id][-1] and change.owner == owner and change.body is not None
        return False


def text_of(change: ConfigChanged | None) -> Mapping[str, Any] | None:
    """The body of a version as people read and edit it; None where the version removed the item, or never was."""
    if change is None or change.body is None:
        return None
    return change.body if change.written is None else change.written
