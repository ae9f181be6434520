"""Whether a receiver may be asked, after failures. Pure; instants are ticks of a clock that nobody sets."""

import math
from dataclasses import dataclass

FAILURES_TO_OPEN = 3
FIRST_REST_SECONDS = 5.0
MAX_REST_SECONDS = 300.0


def rest_seconds(failures: int) -> float:
    """How long a receiver is left alone after so many failures in a row."""
    if failures < FAILURES_TO_OPEN:
        return 0.0
    doublings = min(failures - FAILURES_TO_OPEN, 10)
    return min(FIRST_REST_SECONDS * float(2**doublings), MAX_REST_SECONDS)


@dataclass(slots=True)
class Breaker:
    """Failures of a receiver in a row. While it is open one notification at a time asks, after a rest."""

    failures: int = 0
    rests_until: float = -math.inf
    _failed_at: float = -math.inf
    _failed_id: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the receiver counts as down."""
        return self.failures >= FAILURES_TO_OPEN

    def worked(self) -> None:
        """The receiver has shown that it is alive."""
        self.failures = 0

    def failed(self, notification_id: str, *, answered: bool, begun: float, now: float) -> None:
        """An attempt failed for a reason that speaks of the receiver.

        Sends side by side that one outage ends are one failure. A bad answer to the same notification time and again
        says nothing of the others; no answer at all does.
        """
        if begun >= self._failed_at and not (answered and notification_id == self._failed_id):
            self.failures += 1
            self._failed_at = now
        self._failed_id = notification_id
        self.rest(rest_seconds(self.failures), now)

    def rest(self, seconds: float, now: float) -> None:
        """Leaves the receiver alone for so long, or longer where that was asked before."""
        self.rests_until = max(self.rests_until, now + seconds)

    def reset(self) -> None:
        """Forgets everything: the receiver is another one now."""
        self.failures, self.rests_until, self._failed_at, self._failed_id = 0, -math.inf, -math.inf, ""
