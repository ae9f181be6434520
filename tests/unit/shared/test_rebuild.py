"""Rebuilding a state: what cannot be decoded is left out, and the rest is there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from shared import codec
from shared.events import SourcePolled
from shared.rebuild import decoded


@dataclass
class Record:
    """The part of a broker's record that counts here."""

    value: bytes | None
    topic: str = "sources.polled"
    offset: int = 0


async def _records(*values: bytes | None) -> AsyncIterator[Record]:
    for value in values:
        yield Record(value)


async def test_a_record_that_cannot_be_decoded_stops_nobody() -> None:
    polls = [SourcePolled(source_id=i, polled_at=datetime(2026, 1, 1, tzinfo=UTC), outcome="ok") for i in "ab"]
    first, last = map(codec.encode, polls)
    assert [poll async for poll in decoded(_records(first, b"{", None, b"\xff", last), SourcePolled)] == polls  # type: ignore[arg-type]
