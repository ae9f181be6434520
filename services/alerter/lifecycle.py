"""The lifecycle step: which matches make an alert. It owns the alerts of its watches.

What makes an alert done is its record on ``alerts.raised``, written only after its notifications were requested. A kill
in between repeats the requests, under the same ids. A silenced alert is raised and written down like any other, and
those whom a silence covers are not told.
"""

from collections import defaultdict
from collections.abc import Sequence

from services.alerter.silencing import ActiveSilences, silenced
from shared import ids, kafka, log, metrics
from shared.config.silences import Silence
from shared.delivery import Message, Output, Result, Stage
from shared.events import AlertRaised, NotificationRequested, ReportMatched
from shared.rebuild import decoded
from shared.times import Clock
from shared.topics import ALERTS_RAISED, NOTIFICATIONS_REQUESTED, REPORTS_MATCHED

STAGE = Stage("lifecycle", REPORTS_MATCHED, ReportMatched)


def raise_alert(match: ReportMatched, now: Clock, silences: Sequence[Silence] = ()) -> AlertRaised:
    """The alert that a first match makes while these silences hold."""
    alert = AlertRaised(
        alert_id=ids.alert_id(match.watch.id, match.story_id),
        revision=1,
        change="raised",
        watch=match.watch,
        story_id=match.story_id,
        report=match.report,
        evidence=match.evidence,
        also=match.also,
        copies=match.copies,
        raised_at=now(),
    )
    return silenced(alert, silences) if silences else alert


def requests_for(alert: AlertRaised) -> list[NotificationRequested]:
    """One request for each receiver of the watch that is to be told."""
    return [
        NotificationRequested(
            notification_id=ids.notification_id(alert.alert_id, alert.revision, receiver_id),
            receiver_id=receiver_id,
            alert=alert,
            requested_at=alert.raised_at,
        )
        for receiver_id in dict.fromkeys(alert.watch.notify)
        if receiver_id not in alert.silenced_receivers
    ]


class Lifecycle:
    """Handles one match after the other. ``alerts.raised`` has the partitions and key of ``reports.matched``."""

    def __init__(self, bootstrap: str, now: Clock, silences: ActiveSilences | None = None) -> None:
        self._bootstrap, self._now = bootstrap, now
        self._silences = silences or ActiveSilences()
        self._raised: dict[int, set[str]] = defaultdict(set)
        self._log = log.get("tocsin.lifecycle")

    async def rebuild(self, partition: int) -> None:
        """Learns which alerts of a partition were raised."""
        records = kafka.read_all(self._bootstrap, ALERTS_RAISED.name, [partition])
        raised = {alert.alert_id async for alert in decoded(records, AlertRaised)}
        self._raised[partition] = raised
        self._log.info("rebuilt", partition=partition, alerts=len(raised))

    def drop(self, partition: int) -> None:
        """Forgets a partition that went elsewhere."""
        self._raised.pop(partition, None)

    def safe_offset(self, partition: int, consumed: int) -> int:
        """All that was handled is finished."""
        del partition
        return consumed

    async def __call__(self, match: ReportMatched, message: Message) -> Result:
        """Raises an alert for a match's (watch, story), unless it was raised before."""
        alert_id = ids.alert_id(match.watch.id, match.story_id)
        note: dict[str, object] = {"article_id": match.report.article_id, "alert_id": alert_id}
        raised = self._raised[message.partition]
        if alert_id in raised:
            return Result(note={**note, "known": True})
        alert = raise_alert(match, self._now, self._silences.at(self._now()))
        if alert.silenced_by:
            note["silenced_by"] = alert.silenced_by

        def confirmed() -> None:
            raised.add(alert_id)
            metrics.ALERTS_RAISED.labels(match.watch.severity).inc()

        return Result(
            events=tuple(Output(NOTIFICATIONS_REQUESTED, r.receiver_id, r) for r in requests_for(alert)),
            marks=(Output(ALERTS_RAISED, alert.watch.id, alert),),
            note=note,
            confirmed=confirmed,
        )
