"""What ``notifications.sent`` says of one partition. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from services.alerter.dispatch.attempt import FINAL
from shared.events import NotificationRequested, NotificationSent

# More than the clocks of two hosts ever differ, or one clock jumps.
CLOCK_MARGIN = timedelta(days=2)


class Standing(Enum):
    """What a request is to the dispatcher."""

    NEW = "new"
    REPEAT = "repeat"  # it is done
    OUTDATED = "outdated"  # a newer revision of its alert was requested


def reaches_back_to(request: NotificationRequested) -> datetime:
    """From when on every record that bears on this request was written.

    An alert is raised after its report was fetched, and told of after that; the same holds where the request is
    repeated days later, from the same match or out of a dead letter, for it then carries the same report. A newer
    revision is requested after an older one. So nothing before this bears on the request, however long the topic is.
    """
    alert = request.alert
    return min(alert.report.fetched_at, alert.raised_at, request.requested_at) - CLOCK_MARGIN


@dataclass(slots=True)
class Ledger:
    """Notifications that are done, the last record of each other, and how receivers fared. It knows all ``since``.

    Of what is done only the id is kept, with the ``resend`` that was done last.
    """

    since: datetime
    done: dict[str, int] = field(default_factory=dict)
    last: dict[str, NotificationSent] = field(default_factory=dict)
    newest: dict[tuple[str, str], int] = field(default_factory=dict)
    receivers: dict[str, NotificationSent] = field(default_factory=dict)

    def note_requested(self, request: NotificationRequested) -> None:
        """Takes note of a request's revision: older ones of its alert are not sent any more."""
        self._note_revision(request.receiver_id, request.alert.alert_id, request.alert.revision)

    def note_sent(self, sent: NotificationSent) -> None:
        """Takes an attempt in. What is done stays done, whatever a late record of another process says."""
        self.receivers[sent.receiver_id] = sent
        self._note_revision(sent.receiver_id, sent.alert_id, sent.revision)
        if sent.outcome in FINAL:
            self._finish(sent.notification_id, sent.resend)
        else:
            self._note_last(sent)

    def under(self, newer: "Ledger") -> "Ledger":
        """This ledger with a newer one on top of it."""
        for sent in newer.last.values():
            self._note_last(sent)
        for notification_id, resend in newer.done.items():
            self._finish(notification_id, resend)
        for (receiver_id, alert_id), revision in newer.newest.items():
            self._note_revision(receiver_id, alert_id, revision)
        self.receivers |= newer.receivers
        return self

    def standing(self, request: NotificationRequested) -> Standing:
        """What this request is."""
        if self.done.get(request.notification_id, -1) >= request.resend:
            return Standing.REPEAT
        newest = self.newest.get((request.receiver_id, request.alert.alert_id), 0)
        return Standing.OUTDATED if newest > request.alert.revision else Standing.NEW

    def last_of(self, request: NotificationRequested) -> NotificationSent | None:
        """The last attempt at what this request asks for."""
        last = self.last.get(request.notification_id)
        return last if last is not None and last.resend == request.resend else None

    def _note_last(self, sent: NotificationSent) -> None:
        """A late record of what was asked for before says nothing of what is asked for now."""
        last = self.last.get(sent.notification_id)
        if sent.resend > self.done.get(sent.notification_id, -1) and (last is None or sent.resend >= last.resend):
            self.last[sent.notification_id] = sent

    def _finish(self, notification_id: str, resend: int) -> None:
        self.done[notification_id] = max(resend, self.done.get(notification_id, 0))
        last = self.last.get(notification_id)
        if last is not None and last.resend <= resend:
            del self.last[notification_id]

    def _note_revision(self, receiver_id: str, alert_id: str, revision: int) -> None:
        key = receiver_id, alert_id
        self.newest[key] = max(revision, self.newest.get(key, 0))
