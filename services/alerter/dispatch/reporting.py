"""What logs and metrics say of notifications and receivers."""

import logging
from collections.abc import Collection

from services.alerter.dispatch.attempt import FINAL
from services.alerter.dispatch.owned import Owned
from services.alerter.dispatch.receivers_in_force import ReceiversInForce
from shared import log, metrics
from shared.events import NotificationSent

REMEDY_FOR_CLOSED = "correct its entry in receivers.yaml: what waits for it is sent once that has changed"


def tell(sent: NotificationSent) -> None:
    """Logs and counts a record."""
    logger = log.get("tocsin.dispatch")
    if sent.outcome in FINAL:
        metrics.NOTIFICATIONS_ENDED.labels(sent.outcome).inc()
    if sent.closed_version and sent.outcome == "failed":
        logger.error("receiver_closed", receiver_id=sent.receiver_id, status=sent.status, remedy=REMEDY_FOR_CLOSED)
    logger.log(
        logging.WARNING if sent.error else logging.INFO,
        "attempted",
        notification_id=sent.notification_id,
        alert_id=sent.alert_id,
        receiver_id=sent.receiver_id,
        outcome=sent.outcome,
        attempt=sent.attempt,
        status=sent.status,
        error=sent.error,
        next_attempt_at=sent.next_attempt_at,
    )


def measure(partitions: Collection[Owned], receivers: ReceiversInForce) -> None:
    """Sets what the gauges show."""
    down = sum(lane.is_down for owned in partitions for lane in owned.lanes.values())
    known = [last for owned in partitions for last in owned.ledger.receivers.values()]
    closed = sum(0 < receivers.version(last.receiver_id) <= last.closed_version for last in known)
    metrics.NOTIFICATIONS_PENDING.set(sum(len(owned.pending) for owned in partitions))
    metrics.RECEIVERS_DOWN.set(down)
    metrics.RECEIVERS_CLOSED.set(closed)
