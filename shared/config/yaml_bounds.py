"""How much a YAML text may come to, checked on its events before anything is built.

libyaml's composer overflows the C stack on deep nesting, and a few aliases of aliases come to billions of values, so
both are counted first: in one pass, in memory that grows with the depth and the number of anchors alone.
"""

from dataclasses import dataclass
from typing import Any

import yaml

MAX_BYTES = 10_000_000
MAX_DEPTH = 50
MAX_VALUES = 300_000  # aliases counted as what they stand for: some 20,000 watches


class BoundError(ValueError):
    """The text comes to too much, at a 1-based line."""

    def __init__(self, line: int, problem: str, remedy: str) -> None:
        self.line, self.problem, self.remedy = line, problem, remedy
        super().__init__(f"line {line}: {problem}. {remedy}")


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet. ``height`` is how deep it goes below itself so far."""

    anchor: str | None
    values_before: int
    height: int = 0


def check(text: str, loader: type[Any]) -> None:
    """Raises BoundError where the text comes to too much, and what the loader raises where it is no YAML."""
    if len(text) > MAX_BYTES:
        raise BoundError(1, f"more than {MAX_BYTES:,} bytes", "Remove what is not in use")
    count = _Count()
    for event in yaml.parse(text, Loader=loader):
        count.take(event)


class _Count:
    def __init__(self) -> None:
        self._values = 0
        self._open: list[_Open] = []
        self._known: dict[str, tuple[int, int]] = {}  # anchor -> values, height

    def take(self, event: yaml.Event) -> None:
        """Counts one event in."""
        match event:
            case yaml.AliasEvent():
                self._repeat(event)
            case yaml.ScalarEvent():
                self._values += 1
                self._close(event.anchor, 1, 0)
            case yaml.CollectionStartEvent():
                self._open.append(_Open(event.anchor, self._values))
                self._values += 1
                self._check_depth(0, event)
            case yaml.CollectionEndEvent():
                ended = self._open.pop()
                self._close(ended.anchor, self._values - ended.values_before, ended.height)
        if self._values > MAX_VALUES:
            raise _at(event, f"more than {MAX_VALUES:,} values, aliases included", "Write fewer, or use fewer aliases")

    def _repeat(self, event: yaml.AliasEvent) -> None:
        if any(parent.anchor == event.anchor for parent in self._open):
            raise _at(event, f"the alias '*{event.anchor}' stands within what it refers to", "Write it out")
        values, height = self._known.get(str(event.anchor), (0, 0))  # the composer refuses an alias that is not known
        self._values += values
        self._check_depth(height, event)
        self._close(None, values, height)

    def _close(self, anchor: str | None, values: int, height: int) -> None:
        if anchor is not None:
            self._known[anchor] = values, height
        if self._open:
            self._open[-1].height = max(self._open[-1].height, height + 1)

    def _check_depth(self, height: int, event: yaml.Event) -> None:
        if len(self._open) + height > MAX_DEPTH:
            raise _at(event, f"nested more than {MAX_DEPTH} deep", "Check brackets and indentation")


def _at(event: yaml.Event, problem: str, remedy: str) -> BoundError:
    return BoundError(event.start_mark.line + 1 if event.start_mark else 1, problem, remedy)
