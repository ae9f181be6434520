"""What an item is judged by: the names, and what else is configured."""

import copy
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from shared.config.areas import Area, Areas, areas_in
from shared.config.history import History

if TYPE_CHECKING:
    from shared.names.gazetteer import Gazetteer
    from shared.names.live import LiveNames

Index = TypeVar("Index")

# Loaded when the first item asks: it takes 0.3 s and 300 MB.
Listed = Callable[[], "Gazetteer"]


class Beside:
    """Compiled names, and the items in force by key of their kind; a kind that is not known here is not among them.

    ``folder``: where files lie that items name. ``coming``: ids of items of the same kind that are judged together with
    it, and may refer to one another.
    """

    def __init__(
        self, listed: Listed, histories: Mapping[str, History] | None = None, folder: Path | None = None
    ) -> None:
        self._listed, self._histories, self.folder = listed, histories or {}, folder
        self._live: list[LiveNames] = []  # shared with its copies, and so are these
        self._indexes: dict[str, tuple[int, object]] = {}
        self.coming: frozenset[str] = frozenset()
        self._areas: Areas | None = None

    def together_with(self, ids: Iterable[str], areas: Areas | None = None) -> "Beside":
        """The same, for items that are judged together, and with areas that were read with them."""
        joined = copy.copy(self)
        joined.coming, joined._areas = frozenset(ids), areas
        return joined

    def areas(self) -> Mapping[str, Area]:
        """The areas that watches may name."""
        if self._areas is None and self.folder is not None:
            return areas_in(self.folder).by_id
        return self._areas.by_id if self._areas else {}

    def items_of(self, key: str) -> History | None:
        """What is in force of a kind; None where that is not known."""
        return self._histories.get(key)

    def index_of(self, key: str, make: Callable[[History], Index]) -> Index | None:
        """What ``make`` makes of a kind's items, made anew after each edit; None where the kind is not known."""
        history = self.items_of(key)
        if history is None:
            return None
        edits, index = self._indexes.get(key, (-1, None))
        if edits != len(history.edited):
            edits, index = len(history.edited), make(history)
            self._indexes[key] = edits, index
        return cast("Index", index)

    def names(self) -> "LiveNames":
        """The listed names, and the desk's own as they stand now."""
        from shared.names.live import LiveNames

        if not self._live:
            self._live.append(LiveNames(self._listed(), self.items_of("names")))
        self._live[0].sync()
        return self._live[0]
