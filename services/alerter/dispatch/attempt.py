"""What one attempt came to, and what follows from it. Pure; the schedule is that of Standard Webhooks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import msgspec

from shared.events import NotificationRequested, NotificationSent

MINUTE, HOUR = 60.0, 3600.0
# Seconds from one attempt to the next (https://www.standardwebhooks.com, "retries"); then it is given up.
RETRY_PAUSES = (5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
MAX_RETRY_AFTER = 24 * HOUR
JITTER = 0.2


class Verdict(Enum):
    """How an attempt ended."""

    DELIVERED = "delivered"
    AGAIN = "again"  # it did not arrive, and may the next time
    UNKNOWN = "unknown"  # it may have arrived: nobody can say
    NEVER = "never"  # the receiver will not take it, however often it is sent


@dataclass(frozen=True, slots=True)
class Attempt:
    """The end of one attempt."""

    verdict: Verdict
    status: int | None = None
    error: str = ""
    retry_after_seconds: float | None = None


def pause_after(attempt_number: int, retry_after: float | None, jitter: float) -> float | None:
    """Seconds until the next attempt, ``jitter`` in [0, 1); None where there is no next one."""
    if attempt_number > len(RETRY_PAUSES):
        return None
    pause = RETRY_PAUSES[attempt_number - 1] * (1 + JITTER * jitter)
    return max(pause, min(retry_after or 0.0, MAX_RETRY_AFTER))


def begun(request: NotificationRequested, number: int, now: datetime) -> NotificationSent:
    """The event that stands before an attempt whose end may never be known."""
    return NotificationSent(
        notification_id=request.notification_id,
        receiver_id=request.receiver_id,
        alert_id=request.alert.alert_id,
        revision=request.alert.revision,
        outcome="sending",
        attempt=number,
        sent_at=now,
    )


def record(
    request: NotificationRequested, number: int, attempt: Attempt, now: datetime, jitter: float
) -> NotificationSent:
    """The event for an attempt: delivered, given up, or due again."""
    sent = msgspec.structs.replace(
        begun(request, number, now), outcome="delivered", status=attempt.status, error=attempt.error[:500]
    )
    if attempt.verdict is Verdict.DELIVERED:
        return sent
    pause = None if attempt.verdict is Verdict.NEVER else pause_after(number, attempt.retry_after_seconds, jitter)
    if pause is None:
        return _changed(sent, "failed")
    outcome = "unknown" if attempt.verdict is Verdict.UNKNOWN else "retrying"
    return _changed(sent, outcome, now + timedelta(seconds=pause))


def _changed(sent: NotificationSent, outcome: str, due: datetime | None = None) -> NotificationSent:
    return msgspec.structs.replace(sent, outcome=outcome, next_attempt_at=due)
