"""Silences: alerts that are raised and written down, and of which nobody is told for a while."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from shared.config.items import ID_PATTERN, ItemModel
from shared.events import AlertRaised, Severity

_DURATION = re.compile(r"(?:(\d{1,4})w)?(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,4})m)?")
_LIMITS = ("watch", "receiver", "source", "severity", "story")


def duration(text: str) -> timedelta:
    """``90m``, ``8h``, ``2d``, ``1w``, or several of them from large to small. Raises ValueError."""
    found = _DURATION.fullmatch(text.strip())
    weeks, days, hours, minutes = (int(part or 0) for part in found.groups()) if found else (0, 0, 0, 0)
    span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    if not span:
        raise ValueError("not a duration. Write 90m, 8h, 2d or 1w")
    return span


def _instant(value: Any) -> datetime:
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("not a time. Write it as 2026-11-20T22:00:00Z") from None
    if found.tzinfo is None:
        raise ValueError("a time needs its zone. Write it as 2026-11-20T22:00:00Z, or with +03:00")
    return found


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Instant = Annotated[datetime, BeforeValidator(_instant)]
Ids = Annotated[tuple[str, ...], BeforeValidator(_one_or_many)]


class Silence(ItemModel):
    """What is silenced, until when, and why. Every limit that is given must hold; in a list any one does.

    ``for`` counts from ``starts``; what travels has ``until`` alone. With ``receiver`` only those are not told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: Annotated[str, StringConstraints(pattern=ID_PATTERN)]
    comment: Annotated[str, Field(min_length=1, max_length=500)]
    starts: Instant | None = None
    until: Instant | None = None
    lasting: str | None = Field(default=None, alias="for")
    watch: Ids = ()
    receiver: Ids = ()
    source: Ids = ()
    severity: Annotated[tuple[Severity, ...], BeforeValidator(_one_or_many)] = ()
    story: Ids = ()

    @field_validator("lasting")
    @classmethod
    def _is_duration(cls, value: str | None) -> str | None:
        if value is not None:
            duration(value)
        return value

    @model_validator(mode="after")
    def _is_bounded(self) -> "Silence":
        if not any(getattr(self, limit) for limit in _LIMITS):
            raise ValueError(f"it would silence everything. Add one of {', '.join(_LIMITS)}")
        if (self.until is None) == (self.lasting is None):
            raise ValueError("it needs an end. Write 'until: 2026-11-20T22:00:00Z' or 'for: 8h', one of the two")
        if self.until is not None and self.starts is not None and self.until <= self.starts:
            raise ValueError("'until' is not after 'starts'. Give a later time")
        return self

    def body(self) -> dict[str, Any]:
        """What travels. Raises ValueError for a ``for`` that counts from nothing."""
        if self.lasting is None:
            return self.model_dump(mode="json", exclude_defaults=True, by_alias=True)
        if self.starts is None:
            raise ValueError("in a file 'for' needs 'starts', or it would begin anew at every reading. Add 'starts'")
        ended = self.model_copy(update={"until": self.starts + duration(self.lasting), "lasting": None})
        return ended.model_dump(mode="json", exclude_defaults=True, by_alias=True)

    def is_active(self, now: datetime) -> bool:
        """Whether it holds now."""
        return (self.starts is None or self.starts <= now) and self.until is not None and now < self.until

    def covers(self, alert: AlertRaised, receiver_id: str) -> bool:
        """Whether this receiver is not to be told of the alert, as long as the silence is active."""
        found = {
            "watch": alert.watch.id,
            "receiver": receiver_id,
            "source": alert.report.source_id,
            "severity": alert.watch.severity,
            "story": alert.story_id,
        }
        return all(found[limit] in wanted for limit in _LIMITS if (wanted := getattr(self, limit)))


def starting_now(row: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
    """A silence that somebody asks for at this moment: its ``for`` counts from now, unless it says ``starts``."""
    if "for" in row and "starts" not in row:
        return {**row, "starts": now.replace(microsecond=0).isoformat()}
    return row
