"""The events that say what became of a notification. Pure."""

from datetime import datetime, timedelta

import msgspec

from services.alerter.dispatch.attempt import MAX_UNKNOWN, Attempt, Ending, Tries
from shared.events import NotificationRequested, NotificationSent

MAX_ERROR = 500


def begun(request: NotificationRequested, before: Tries, now: datetime) -> NotificationSent:
    """The event that stands before an attempt whose end may never be known."""
    return _record(request, "sending", Tries(before.made + 1, before.spared, before.unknown), now)


def ended(request: NotificationRequested, attempt: Attempt, ending: Ending, now: datetime) -> NotificationSent:
    """The event for an attempt: final, or due again."""
    due = None if ending.pause_seconds is None else now + timedelta(seconds=ending.pause_seconds)
    sent = _record(request, ending.outcome, ending.tries, now, attempt.error)
    return msgspec.structs.replace(sent, status=attempt.status, next_attempt_at=due)


def superseded(request: NotificationRequested, tries: Tries, now: datetime) -> NotificationSent:
    """The event for one that is not sent (again), for a newer revision of its alert took its place."""
    error = "an attempt may have arrived; a newer revision took its place" if tries.unknown else ""
    return _record(request, "superseded", tries, now, error)


def lost(request: NotificationRequested, tries: Tries, now: datetime) -> NotificationSent:
    """The event for a send that began, and whose end went with the process that made it."""
    repeat = tries.unknown < MAX_UNKNOWN
    sent = _record(request, "unknown" if repeat else "ambiguous", tries, now, "stopped while it was sent")
    return msgspec.structs.replace(sent, next_attempt_at=now if repeat else None)


def expired(request: NotificationRequested, tries: Tries, now: datetime) -> NotificationSent:
    """The event for one that waited too long."""
    days = (now - request.requested_at).days
    return _record(request, "failed", tries, now, f"given up: its receiver took nothing for {days} days")


def _record(
    request: NotificationRequested, outcome: str, tries: Tries, now: datetime, error: str = ""
) -> NotificationSent:
    return NotificationSent(
        notification_id=request.notification_id,
        receiver_id=request.receiver_id,
        alert_id=request.alert.alert_id,
        revision=request.alert.revision,
        outcome=outcome,  # type: ignore[arg-type]
        attempt=tries.made,
        sent_at=now,
        error=error[:MAX_ERROR],
        resend=request.resend,
        spared=tries.spared,
        unknowns=tries.unknown,
    )
