"""What follows from an attempt: the schedule of Standard Webhooks, and the record of each."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerter.dispatch.attempt import MAX_RETRY_AFTER, RETRY_PAUSES, Attempt, Verdict, pause_after, record
from tests.unit.alerter.samples import NOW, request


def test_the_schedule_is_that_of_standard_webhooks() -> None:
    hours = 3600
    expected = [5, 300, 1800, 2 * hours, 5 * hours, 10 * hours, 14 * hours, 20 * hours, 24 * hours, None]
    assert [pause_after(number, None, 0.0) for number in range(1, 11)] == expected


@given(
    number=st.integers(1, 30),
    retry_after=st.none() | st.floats(0, 10**7),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_a_pause_is_never_shorter_than_asked_nor_longer_than_a_day_and_jitter(
    number: int, retry_after: float | None, jitter: float
) -> None:
    pause = pause_after(number, retry_after, jitter)
    if number > len(RETRY_PAUSES):
        assert pause is None
    else:
        assert pause is not None
        assert max(RETRY_PAUSES[number - 1], min(retry_after or 0, MAX_RETRY_AFTER)) <= pause <= MAX_RETRY_AFTER * 1.2


@pytest.mark.parametrize(
    ("verdict", "number", "outcome", "pause"),
    [
        (Verdict.DELIVERED, 1, "delivered", None),
        (Verdict.NEVER, 1, "failed", None),
        (Verdict.AGAIN, 1, "retrying", 5),
        (Verdict.UNKNOWN, 1, "unknown", 5),
        (Verdict.AGAIN, 9, "retrying", 24 * 3600),
        (Verdict.AGAIN, 10, "failed", None),
        (Verdict.UNKNOWN, 10, "failed", None),
    ],
)
def test_the_record_names_the_outcome_and_when_the_next_attempt_is_due(
    verdict: Verdict, number: int, outcome: str, pause: float | None
) -> None:
    asked = request()
    sent = record(asked, number, Attempt(verdict, 500, "HTTP 500"), NOW, 0.0)
    assert (sent.outcome, sent.attempt, sent.status, sent.sent_at) == (outcome, number, 500, NOW)
    assert sent.next_attempt_at == (None if pause is None else NOW + timedelta(seconds=pause))
    assert (sent.notification_id, sent.alert_id) == (asked.notification_id, asked.alert.alert_id)


def test_retry_after_wins_where_it_is_longer_and_errors_are_cut() -> None:
    sent = record(request(), 1, Attempt(Verdict.AGAIN, 429, "x" * 9999, retry_after_seconds=90.0), NOW, 0.0)
    assert sent.next_attempt_at == NOW + timedelta(seconds=90)
    assert len(sent.error) == 500
