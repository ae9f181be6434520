"""When a source is due again. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

HOUR = 3600.0
DAY = 86_400.0
MAX_BACKOFF_SECONDS = 6 * HOUR
GONE_PAUSE_SECONDS = 7 * DAY
TOO_MANY_PAUSE_SECONDS = 30.0


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """A Retry-After header, in seconds or as an HTTP-date, capped at a day; None where it is absent or unreadable."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(seconds, 0.0), DAY) if seconds == seconds else None  # noqa: PLR0124 - not a number


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a source is polled: its interval, and its failures in a row."""

    interval_seconds: float
    failures: int = 0


def pause_seconds(rhythm: Rhythm, status: int | None, retry_after: float | None, jitter: float) -> float:
    """Seconds until the next poll. ``jitter`` in [0, 1) spreads sources that would otherwise go in step.

    A failing source slows down, to a quarter of a day at most; one that is gone (410) is asked once a week.
    """
    if status == 410:
        return GONE_PAUSE_SECONDS
    pause = rhythm.interval_seconds
    if rhythm.failures:
        pause = min(pause * 2 ** min(rhythm.failures, 20), max(MAX_BACKOFF_SECONDS, pause))
    if status == 429:
        pause = max(pause, TOO_MANY_PAUSE_SECONDS)
    return max(pause * (0.95 + 0.1 * jitter), retry_after or 0.0)
