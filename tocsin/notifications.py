"""Notifications: what became of each, and sending one again by hand."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import msgspec

from services.alerter.dispatch.attempt import FINAL
from shared import kafka
from shared.delivery import Output, publish
from shared.events import Event, NotificationRequested, NotificationSent
from shared.rebuild import decoded
from shared.topics import NOTIFICATIONS_REQUESTED, NOTIFICATIONS_SENT, Topic

E = TypeVar("E", bound=Event)
PENDING = "pending"
RESENDABLE = frozenset({"failed", "ambiguous"})
UNDELIVERED = (PENDING, "failed", "ambiguous")


class NotResendableError(ValueError):
    """A notification cannot be sent again; the message says why."""


@dataclass(slots=True)
class Notification:
    """One notification: the last request for it, where it was read, and every record of it, in order."""

    id: str
    request: NotificationRequested | None = None
    records: list[NotificationSent] = field(default_factory=list)

    @property
    def resend(self) -> int:
        """How often it was asked for by hand."""
        asked = self.request.resend if self.request else 0
        return max([asked, *(record.resend for record in self.records)])

    @property
    def last(self) -> NotificationSent | None:
        """The last record; None where nothing was tried yet."""
        return self.records[-1] if self.records else None

    @property
    def outcome(self) -> str:
        """How it ended, or that it is pending."""
        ends = [r.outcome for r in self.records if r.resend == self.resend and r.outcome in FINAL]
        return ends[0] if ends else PENDING

    @property
    def subject(self) -> tuple[str, str]:
        """Receiver and alert: revisions of these replace each other."""
        known = self.last
        if known is not None:
            return known.receiver_id, known.alert_id
        return (self.request.receiver_id, self.request.alert.alert_id) if self.request else ("", "")

    @property
    def revision(self) -> int:
        """The alert's revision that it tells."""
        known = self.last
        return known.revision if known else self.request.alert.revision if self.request else 0

    @property
    def at(self) -> datetime | None:
        """When something last happened to it."""
        known = self.last
        return known.sent_at if known else self.request.requested_at if self.request else None


def fold(requests: Iterable[NotificationRequested], records: Iterable[NotificationSent]) -> list[Notification]:
    """Notifications in the order in which they were requested."""
    found: dict[str, Notification] = {}
    for request in requests:
        one = found.setdefault(request.notification_id, Notification(request.notification_id))
        if one.request is None or request.resend > one.request.resend:
            one.request = request
    for record in records:
        found.setdefault(record.notification_id, Notification(record.notification_id)).records.append(record)
    return list(found.values())


async def since(bootstrap: str, moment: datetime) -> list[Notification]:
    """Everything that was requested or tried since then. Raises DependencyDownError."""
    requests = [event async for event in _read(bootstrap, NOTIFICATIONS_REQUESTED, NotificationRequested, moment)]
    records = [event async for event in _read(bootstrap, NOTIFICATIONS_SENT, NotificationSent, moment)]
    return fold(requests, records)


async def of_alerts_of(bootstrap: str, ids: Collection[str]) -> list[Notification]:
    """These notifications, and all others of their alerts, however old. Raises DependencyDownError."""
    by_alert = defaultdict(list)
    async for record in _read(bootstrap, NOTIFICATIONS_SENT, NotificationSent):
        by_alert[record.alert_id].append(record)
    alerts = {record.alert_id for rows in by_alert.values() for record in rows if record.notification_id in ids}
    requests = [
        request
        async for request in _read(bootstrap, NOTIFICATIONS_REQUESTED, NotificationRequested)
        if request.notification_id in ids or request.alert.alert_id in alerts
    ]
    alerts |= {request.alert.alert_id for request in requests}
    return fold(requests, [record for alert_id in alerts for record in by_alert[alert_id]])


def resend_of(one: Notification, others: Iterable[Notification], now: datetime) -> NotificationRequested:
    """The request that sends it again, under the same id. Raises NotResendableError."""
    if one.request is None:
        raise NotResendableError(f"{one.id}: its request is no longer kept")
    if one.outcome not in RESENDABLE:
        raise NotResendableError(f"{one.id} is {one.outcome}: only what failed or is ambiguous is sent again")
    newest = max(other.revision for other in (one, *others) if other.subject == one.subject)
    if newest > one.revision:
        raise NotResendableError(f"{one.id} tells revision {one.revision} of its alert: there is revision {newest}")
    return msgspec.structs.replace(one.request, resend=one.resend + 1, requested_at=now)


async def request_again(bootstrap: str, requests: Sequence[NotificationRequested]) -> None:
    """Publishes them. Doing it twice sends once: a dispatcher knows each ``resend``. Raises DependencyDownError."""
    async with kafka.running_producer(bootstrap) as producer:
        await publish(producer, [Output(NOTIFICATIONS_REQUESTED, r.receiver_id, r) for r in requests])


def _read(bootstrap: str, topic: Topic, kind: type[E], moment: datetime | None = None) -> AsyncIterator[E]:
    return decoded(kafka.read_all(bootstrap, topic.name, since=moment), kind)
