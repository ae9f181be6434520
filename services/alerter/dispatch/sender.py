"""One attempt at a notification, by the notifier of its receiver's kind, measured."""

from collections.abc import Mapping
from dataclasses import replace

from services.alerter.dispatch.attempt import Attempt, Verdict
from services.alerter.dispatch.notifiers import Notifier
from services.alerter.dispatch.receivers_in_force import ReceiversInForce
from shared import log, metrics
from shared.config.receivers import Receiver
from shared.events import NotificationRequested
from shared.times import Clock


class Sender:
    """Sends to receivers as they stand."""

    def __init__(self, receivers: ReceiversInForce, notifiers: Mapping[str, Notifier], now: Clock) -> None:
        self._receivers, self._notifiers, self._now = receivers, notifiers, now
        self._log = log.get("tocsin.dispatch")

    async def send(self, request: NotificationRequested) -> Attempt:
        """One attempt. Raises nothing."""
        version, receiver = self._receivers.version(request.receiver_id), self._receivers.find(request.receiver_id)
        if receiver is None:
            return Attempt(Verdict.AGAIN, error=f"no valid receiver has the id {request.receiver_id}")
        with metrics.NOTIFY_SECONDS.labels(receiver.type).time():
            attempt = await self._attempt(receiver, request)
        metrics.NOTIFICATIONS.labels(receiver.type, attempt.verdict.value).inc()
        if attempt.verdict is Verdict.DELIVERED:
            waited = (self._now() - request.alert.report.fetched_at).total_seconds()
            metrics.FETCH_TO_NOTIFY_SECONDS.observe(max(0.0, waited))
        return replace(attempt, version=version)

    async def _attempt(self, receiver: Receiver, request: NotificationRequested) -> Attempt:
        try:
            return await self._notifiers[receiver.type].send(receiver, request)
        except Exception as error:  # noqa: BLE001 - a bug must cost this notification its turn, not stop all others
            self._log.exception("notifier_failed", notification_id=request.notification_id)
            return Attempt(Verdict.AGAIN, error=f"failed inside Tocsin: {type(error).__name__}", internal=True)
