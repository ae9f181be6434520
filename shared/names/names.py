"""What names are looked up in: the compiled ones alone (``Gazetteer``), or with a desk's own (``LiveNames``)."""

from typing import Protocol

from shared.names.gazetteer import Hit, Meaning, Named


class Finder(Protocol):
    """Finds names in texts. What a name may stand for never changes: an edited one is another ``Named``."""

    def __hash__(self) -> int: ...

    def find(self, text: str) -> list[Hit]:
        """Every name in the text, nested and overlapping ones too."""
        ...

    def meanings(self, named: Named) -> list[Meaning]:
        """What a name may stand for."""
        ...


class Names(Finder, Protocol):
    """Finds names in texts, and looks one up."""

    @property
    def version(self) -> str:
        """Which names these are."""
        ...

    def lookup(self, name: str) -> list[Meaning]:
        """What a name as a whole may stand for, whatever its case; empty where nothing knows it."""
        ...
