"""What a dispatcher holds of one partition."""

from dataclasses import dataclass, field

from services.alerter.dispatch.attempt import FINAL
from services.alerter.dispatch.lane import Lane
from services.alerter.dispatch.ledger import Ledger
from shared.events import NotificationSent


@dataclass(slots=True)
class Owned:
    """What is known of the partition, the offsets of what is pending, a lane for each receiver."""

    ledger: Ledger
    pending: dict[str, int] = field(default_factory=dict)
    lanes: dict[str, Lane] = field(default_factory=dict)

    def note(self, sent: NotificationSent) -> None:
        """Takes a record in that was confirmed."""
        self.ledger.note_sent(sent)
        if sent.outcome in FINAL:
            self.pending.pop(sent.notification_id, None)
