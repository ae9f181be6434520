"""What one attempt came to, and what follows from it. Pure; the schedule is that of Standard Webhooks."""

from dataclasses import dataclass
from enum import Enum

from services.alerter.dispatch.breaker import rest_seconds
from shared.events import NotificationSent

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
# Seconds from one attempt to the next (https://www.standardwebhooks.com, "retries"); then it is given up.
RETRY_PAUSES = (5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
MAX_RETRY_AFTER = DAY
JITTER = 0.2
# Whatever it waited for: nobody wants to be alarmed by what is a month old.
GIVE_UP_AFTER = 30 * DAY
MAX_UNKNOWN = 2  # the attempt whose end nobody knows, and one repeat
FINAL = frozenset({"delivered", "failed", "superseded", "ambiguous"})
# Client errors that are not this request's: of the address, the key, the time, the rate.
_OF_THE_RECEIVER = frozenset({401, 403, 404, 407, 408, 425, 429})


class Verdict(Enum):
    """How an attempt ended."""

    DELIVERED = "delivered"
    AGAIN = "again"  # it did not arrive, and may the next time
    UNKNOWN = "unknown"  # it may have arrived: nobody can say
    NEVER = "never"  # the receiver will not take it, however often it is sent
    GONE = "gone"  # the receiver will take nothing any more


@dataclass(frozen=True, slots=True)
class Attempt:
    """The end of one attempt. ``internal``: it failed inside Tocsin. ``version``: of the receiver's configuration."""

    verdict: Verdict
    status: int | None = None
    error: str = ""
    retry_after_seconds: float | None = None
    internal: bool = False
    version: int = 0

    @property
    def blames_receiver(self) -> bool:
        """Whether this failure speaks of the receiver as a whole, not of this notification alone."""
        failed = self.verdict in (Verdict.AGAIN, Verdict.UNKNOWN)
        return failed and not self.internal and is_of_receiver(self.status)

    @property
    def asks_to_wait(self) -> bool:
        """Whether the receiver has said that it comes too soon."""
        return self.status == 429 or self.retry_after_seconds is not None


@dataclass(frozen=True, slots=True)
class Tries:
    """Attempts at one notification: all, those put down to the receiver's outage, those of unknown end."""

    made: int = 0
    spared: int = 0
    unknown: int = 0

    @property
    def own(self) -> int:
        """Those that count against the notification."""
        return self.made - self.spared


@dataclass(frozen=True, slots=True)
class Ending:
    """What follows from an attempt. ``pause_seconds`` until the next one; None where ``outcome`` is final."""

    outcome: str
    tries: Tries
    pause_seconds: float | None = None


def is_of_receiver(status: int | None) -> bool:
    """Whether a failure with this status (None: no answer) speaks of the receiver as a whole."""
    return status is None or status not in range(400, 500) or status in _OF_THE_RECEIVER


def tries_on_record(last: NotificationSent | None) -> Tries:
    """What was tried, from the last record. An attempt that began and has no end on record may have arrived."""
    if last is None:
        return Tries()
    return Tries(last.attempt, last.spared, last.unknowns + (last.outcome == "sending"))


def ending(attempt: Attempt, before: Tries, *, outage: bool, replaced: bool, jitter: float) -> Ending:
    """What follows from an attempt; ``jitter`` in [0, 1).

    ``outage``: the receiver fails as a whole, so that this failure does not count against the notification.
    ``replaced``: a newer revision waits, so that this one is not tried again.
    """
    spared = attempt.blames_receiver and (outage or attempt.asks_to_wait)
    tries = Tries(before.made + 1, before.spared + spared, before.unknown + (attempt.verdict is Verdict.UNKNOWN))
    outcome = _outcome(attempt.verdict, tries, replaced=replaced)
    if outcome in FINAL:
        return Ending(outcome, tries)
    pause = rest_seconds(2 + tries.spared) if spared else RETRY_PAUSES[tries.own - 1]
    waited = max(pause, min(attempt.retry_after_seconds or 0.0, MAX_RETRY_AFTER))
    return Ending(outcome, tries, waited * (1 + JITTER * jitter))


def _outcome(verdict: Verdict, tries: Tries, *, replaced: bool) -> str:
    if verdict is Verdict.DELIVERED:
        return "delivered"
    if verdict in (Verdict.NEVER, Verdict.GONE):
        return "failed"
    if replaced:
        return "superseded"
    if verdict is Verdict.UNKNOWN and tries.unknown >= MAX_UNKNOWN:
        return "ambiguous"
    if tries.own > len(RETRY_PAUSES):
        return "failed"
    return "unknown" if verdict is Verdict.UNKNOWN else "retrying"
