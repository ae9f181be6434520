"""The clocks that services are given; tests give them others."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
Ticks = Callable[[], float]
"""Seconds of a clock that nobody sets: for pauses, which a jump of the wall clock must neither end nor prolong."""


def utc_now() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)
