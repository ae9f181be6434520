"""Noticing that the wall clock was set back: times in Redis then lie further ahead than anybody meant."""

import time
from collections.abc import Callable

TOLERANCE_SECONDS = 5.0


class ClockWatch:
    """Compares the wall clock with one that only ever goes forward."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall, self._steady = wall, steady
        self._ahead = wall() - steady()

    def was_set_back(self) -> bool:
        """Whether it was, by more than the tolerance, since the last question."""
        before, self._ahead = self._ahead, self._wall() - self._steady()
        return self._ahead < before - TOLERANCE_SECONDS
