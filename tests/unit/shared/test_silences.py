"""What a silence may say, and how long it holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from shared.config.silences import Silence, duration, starting_now

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
GOOD = {"id": "s", "comment": "drill", "watch": "w", "until": "2026-11-20T22:00:00Z"}


@pytest.mark.parametrize(
    ("text", "hours"), [("90m", 1.5), ("8h", 8), ("2d", 48), ("1w", 168), ("1d12h", 36), ("1h30m", 1.5)]
)
def test_durations(text: str, hours: float) -> None:
    assert duration(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "8", "h", "8 hours", "30m1h", "-8h", "0h", "8H"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="Write 90m, 8h, 2d or 1w"):
        duration(text)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"watch": ()}, "it would silence everything"),
        ({"until": None}, "it needs an end"),
        ({"for": "8h"}, "one of the two"),
        ({"until": "2026-11-20T22:00:00"}, "a time needs its zone"),
        ({"until": "2026-11-20"}, "a time needs its zone"),
        ({"until": 5}, "not a time"),
        ({"until": "tonight"}, "not a time"),
        ({"until": "1795000000"}, "not a time"),
        ({"starts": "2026-11-20T22:00:00Z"}, "is not after 'starts'"),
        ({"until": None, "for": "8 hours"}, "Write 90m, 8h, 2d or 1w"),
        ({"comment": ""}, "at least 1 character"),
        ({"severity": "grave"}, "'low', 'medium'"),
        ({"wach": "w"}, "Extra inputs"),
    ],
)
def test_what_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as fault:
        Silence.model_validate({**GOOD, **change})
    assert words in str(fault.value)


def test_for_counts_from_starts_and_what_travels_has_an_end() -> None:
    row = {"id": "s", "comment": "drill", "watch": "w", "for": "8h"}
    body = Silence.model_validate(starting_now(row, NOW)).body()
    assert (body["starts"], body["until"], body["watch"]) == ("2026-11-20T12:00:00Z", "2026-11-20T20:00:00Z", ["w"])
    assert Silence.model_validate(body).body() == body
    with pytest.raises(ValueError, match="'for' needs 'starts'"):
        Silence.model_validate(row).body()


def test_times_of_other_zones_are_the_same_moments() -> None:
    silence = Silence.model_validate({**GOOD, "until": "2026-11-20T15:00:00+03:00"})
    assert silence.is_active(NOW - timedelta(seconds=1))
    assert not silence.is_active(NOW)
