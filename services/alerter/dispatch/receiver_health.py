"""How a receiver fares and when it may be asked next: its failures and its pace, carried on by the records."""

import math
from datetime import datetime, timedelta

import msgspec

from services.alerter.dispatch.attempt import MAX_RETRY_AFTER, Attempt, Verdict
from services.alerter.dispatch.breaker import Breaker
from shared.events import NotificationSent
from shared.times import Clock, Ticks


class ReceiverHealth:
    """Failures and pace of one receiver, measured in ticks; ``last`` is its last record, from which they go on."""

    def __init__(self, now: Clock, ticks: Ticks, spacing_seconds: float, last: NotificationSent | None) -> None:
        self._now, self._ticks = now, ticks
        self._breaker, self._next_start, self._closed_version = Breaker(), -math.inf, 0
        if last is not None:
            self._go_on_from(last, spacing_seconds)

    def _go_on_from(self, last: NotificationSent, spacing_seconds: float) -> None:
        now, ticks = self._now(), self._ticks()
        self._breaker.failures, self._closed_version = last.receiver_failures, last.closed_version
        self._breaker.rest(seconds_left(last.receiver_rests_until, last.sent_at, now), ticks)
        paced = last.sent_at + timedelta(seconds=spacing_seconds)
        self._next_start = ticks + seconds_left(paced, last.sent_at, now)

    @property
    def is_down(self) -> bool:
        """Whether it fails as a whole."""
        return self._breaker.is_open

    @property
    def not_before(self) -> float:
        """When the next send may begin."""
        return max(self._next_start, self._breaker.rests_until)

    def is_closed_at(self, version: int) -> bool:
        """Whether it has said, at this version of its configuration or a later one, that it is gone."""
        return 0 < version <= self._closed_version

    def started(self, spacing_seconds: float) -> None:
        """A send begins."""
        self._next_start = self._ticks() + spacing_seconds

    def note(self, notification_id: str, attempt: Attempt, begun: float) -> bool:
        """Takes the end of an attempt in. Returns whether an outage is over."""
        ticks, was_down = self._ticks(), self._breaker.is_open
        if attempt.blames_receiver:
            self._breaker.failed(notification_id, answered=attempt.status is not None, begun=begun, now=ticks)
            self._breaker.rest(min(attempt.retry_after_seconds or 0.0, MAX_RETRY_AFTER), ticks)
        elif not attempt.internal:
            self._breaker.worked()
        if attempt.verdict is Verdict.GONE:
            self._closed_version = attempt.version
        return was_down and not self._breaker.is_open

    def reset(self) -> None:
        """Its configuration is another: what was known of its failures says nothing any more."""
        self._breaker.reset()
        self._closed_version = 0

    def stamped(self, sent: NotificationSent) -> NotificationSent:
        """The record with the receiver's state, from which the next owner goes on."""
        rest = self._breaker.rests_until - self._ticks()
        return msgspec.structs.replace(
            sent,
            receiver_failures=self._breaker.failures,
            receiver_rests_until=sent.sent_at + timedelta(seconds=rest) if rest > 0 else None,
            closed_version=self._closed_version,
        )


def seconds_left(until: datetime | None, recorded_at: datetime, now: datetime) -> float:
    """Seconds of a recorded pause that are left, never more than it had, however the wall clock was set since."""
    if until is None:
        return 0.0
    whole = (until - recorded_at).total_seconds()
    return min(max((until - now).total_seconds(), 0.0), max(whole, 0.0))
