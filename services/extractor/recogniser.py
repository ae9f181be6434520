"""A statistical recogniser that somebody plugs in: its word on a text is further evidence. Off by default."""

import bisect
from collections.abc import Callable, Iterable

# Start, end (offsets into the text) and label: "place", or anything else for persons, bodies and works.
Recognised = tuple[int, int, str]
Recogniser = Callable[[str], Iterable[Recognised]]
PLACE = "place"


class Stretches:
    """What a recogniser said of one text. Of stretches that overlap the one that begins last is believed."""

    def __init__(self, recognised: Iterable[Recognised] = ()) -> None:
        self._recognised = sorted(recognised)
        self._starts = [start for start, _, _ in self._recognised]

    def label(self, start: int, end: int) -> str:
        """Of the stretch that holds [start, end); empty where none does."""
        position = bisect.bisect_right(self._starts, start) - 1
        if position < 0 or self._recognised[position][1] < end:
            return ""
        return self._recognised[position][2]
