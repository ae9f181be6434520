"""A statistical recogniser that somebody plugs in: its word on a text is further evidence. Off by default."""

import bisect
import pkgutil
from collections.abc import Callable, Iterable

from shared.settings import SettingsError

# Start, end (offsets into the text) and label: "place", or anything else for persons, bodies and works.
Recognised = tuple[int, int, str]
Recogniser = Callable[[str], Iterable[Recognised]]
PLACE = "place"


def load(path: str) -> Recogniser | None:
    """The function that ``module:function`` names; None for an empty path. Raises SettingsError alone."""
    if not path:
        return None
    try:
        function = pkgutil.resolve_name(path)
    except Exception as error:
        raise SettingsError(f"TOCSIN_RECOGNISER: {path} cannot be loaded: {type(error).__name__}: {error}") from error
    if not callable(function):
        raise SettingsError(f"TOCSIN_RECOGNISER: {path} is no function. Write it as module:function")
    return function  # type: ignore[no-any-return]


class Stretches:
    """What a recogniser said of one text. Of stretches that hold another the inner one is believed."""

    def __init__(self, recognised: Iterable[Recognised] = ()) -> None:
        # Outer ones first: of those that begin alike the longer.
        self._recognised = sorted(recognised, key=lambda one: (one[0], -one[1]))
        self._starts = [start for start, _, _ in self._recognised]

    def label(self, start: int, end: int) -> str:
        """Of the innermost stretch that holds [start, end); empty where none does."""
        before = bisect.bisect_right(self._starts, start)
        return next((label for _, last, label in reversed(self._recognised[:before]) if last >= end), "")
