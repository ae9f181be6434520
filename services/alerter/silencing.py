"""Silences as the lifecycle step sees them: which hold now, and who is not told of an alert because of them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from pydantic import ValidationError

from shared import log
from shared.config.silences import Silence
from shared.events import AlertRaised, ConfigChanged


def silenced(alert: AlertRaised, active: Sequence[Silence]) -> AlertRaised:
    """The alert, with the receivers that these silences cover, and the silences that cover one."""
    receivers = tuple(dict.fromkeys(alert.watch.notify))
    covered = {silence.id: [r for r in receivers if silence.covers(alert, r)] for silence in active}
    return msgspec.structs.replace(
        alert,
        silenced_by=tuple(silence_id for silence_id, ids in covered.items() if ids),
        silenced_receivers=tuple(r for r in receivers if any(r in ids for ids in covered.values())),
    )


class ActiveSilences:
    """The silences in force, kept in step with their topic. They expire by themselves."""

    def __init__(self) -> None:
        self._silences: dict[str, Silence] = {}

    def apply(self, change: ConfigChanged) -> None:
        """Takes an edit into force; one that cannot be read silences nothing."""
        self._silences.pop(change.id, None)
        if change.body is None:
            return
        try:
            self._silences[change.id] = Silence.model_validate(change.body)
        except ValidationError:
            log.get("tocsin.lifecycle").error("silence_unreadable", silence_id=change.id)

    def at(self, now: datetime) -> list[Silence]:
        """Those that hold at this moment, by id."""
        return [silence for _, silence in sorted(self._silences.items()) if silence.is_active(now)]
