"""When a source is due again. Pure."""

from dataclasses import dataclass

HOUR = 3600.0
DAY = 86_400.0
MAX_BACKOFF_SECONDS = 6 * HOUR
GONE_PAUSE_SECONDS = 7 * DAY
TOO_MANY_PAUSE_SECONDS = 30.0
# An article whose page failed must not leave a quick feed before it was tried again.
LEFT_OVER_PAUSE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a source is polled: its interval, its failures in a row, and whether articles were left for the next poll."""

    interval_seconds: float
    failures: int = 0
    has_left_over: bool = False


def pause_seconds(rhythm: Rhythm, status: int | None, retry_after: float | None, jitter: float) -> float:
    """Seconds until the next poll. ``jitter`` in [0, 1) spreads sources that would otherwise go in step.

    A failing source slows down, to a quarter of a day at most; one that is gone (410) is asked once a week.
    """
    if status == 410:
        return GONE_PAUSE_SECONDS
    pause = rhythm.interval_seconds
    if rhythm.has_left_over:
        pause = min(pause, LEFT_OVER_PAUSE_SECONDS)
    if rhythm.failures:
        pause = min(pause * 2 ** min(rhythm.failures, 20), max(MAX_BACKOFF_SECONDS, pause))
    if status == 429:
        pause = max(pause, TOO_MANY_PAUSE_SECONDS)
    return max(pause * (0.95 + 0.1 * jitter), retry_after or 0.0)
