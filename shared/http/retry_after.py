"""The Retry-After header (RFC 9110, section 10.2.3)."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

DAY = 86_400.0


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
    return min(max(seconds, 0.0), DAY) if math.isfinite(seconds) else None
