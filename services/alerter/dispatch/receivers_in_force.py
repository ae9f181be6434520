"""Receivers as they stand."""

from datetime import datetime

from pydantic import ValidationError

from shared import log
from shared.config.history import History
from shared.config.receivers import Receiver

DEFAULT_PER_SECOND = {"slack": 1.0, "webhook": 50.0}


class ReceiversInForce:
    """Looks receivers up in the history of their configuration."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._read: dict[str, tuple[int, Receiver | None]] = {}
        self._log = log.get("tocsin.dispatch")

    def version(self, receiver_id: str) -> int:
        """Its version, which a removal raises too; 0 for one that was never configured."""
        return self._history.versions.get(receiver_id, 0)

    def changed_at(self, receiver_id: str, default: datetime) -> datetime:
        """When it got this version; ``default`` where there is none."""
        item = self._history.items.get(receiver_id)
        return item.changed_at if item else default

    def find(self, receiver_id: str) -> Receiver | None:
        """The receiver as it stands; None where there is none, or none that this version of Tocsin understands."""
        version = self.version(receiver_id)
        known = self._read.get(receiver_id)
        if known is None or known[0] != version:
            known = self._read[receiver_id] = version, self._parse(receiver_id)
        return known[1]

    def spacing_seconds(self, receiver_id: str) -> float:
        """Seconds from one send to the next; none where there is nobody to send to."""
        receiver = self.find(receiver_id)
        return 1 / (receiver.per_second or DEFAULT_PER_SECOND[receiver.type]) if receiver else 0.0

    def _parse(self, receiver_id: str) -> Receiver | None:
        item = self._history.items.get(receiver_id)
        try:
            return Receiver.model_validate(item.body) if item else None
        except ValidationError:
            self._log.error("receiver_invalid", receiver_id=receiver_id)
            return None
