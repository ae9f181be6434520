"""The state of configured items, folded from the history of their edits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.events import ConfigChanged


@dataclass(frozen=True, slots=True)
class Item:
    """A configured item as it stands."""

    id: str
    version: int
    owner: str
    created_at: datetime
    changed_at: datetime
    body: Mapping[str, Any]
    place: str = ""


@dataclass(slots=True)
class History:
    """Items in force, and the version at which each id, removed ones included, stands."""

    items: dict[str, Item] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

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
            )
        return True
