"""What follows from an attempt: the schedule of Standard Webhooks, whose fault it was, and the record of each."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerter.dispatch import records
from services.alerter.dispatch.attempt import (
    FINAL,
    MAX_RETRY_AFTER,
    Attempt,
    Tries,
    Verdict,
    ending,
    tries_on_record,
)
from tests.unit.alerter.samples import NOW, request

NONE = Tries()
AGAIN, DELIVERED, GONE, NEVER, UNKNOWN = Verdict.AGAIN, Verdict.DELIVERED, Verdict.GONE, Verdict.NEVER, Verdict.UNKNOWN


NONE = Tries()


def end(attempt: Attempt, before: Tries = NONE, **given: Any) -> Any:
    return ending(attempt, before, **({"outage": False, "replaced": False, "jitter": 0.0} | given))


def test_the_schedule_is_that_of_standard_webhooks() -> None:
    hours = 3600
    expected = [5, 300, 1800, 2 * hours, 5 * hours, 10 * hours, 14 * hours, 20 * hours, 24 * hours, None]
    assert [end(Attempt(AGAIN, 500), Tries(made)).pause_seconds for made in range(10)] == expected


@given(
    tries=st.integers(0, 30).flatmap(lambda made: st.builds(Tries, st.just(made), st.integers(0, made))),
    status=st.none() | st.integers(300, 599),
    retry_after=st.none() | st.floats(0, 10**7),
    jitter=st.floats(0, 1, exclude_max=True),
    outage=st.booleans(),
)
def test_a_pause_is_never_shorter_than_asked_nor_longer_than_a_day_and_jitter(
    tries: Tries, status: int | None, retry_after: float | None, jitter: float, outage: bool
) -> None:
    attempt = Attempt(AGAIN, status, retry_after_seconds=retry_after)
    found = end(attempt, tries, jitter=jitter, outage=outage)
    assert (found.pause_seconds is None) is (found.outcome in FINAL)
    assert found.tries.made == tries.made + 1
    if found.pause_seconds is not None:
        assert max(5, min(retry_after or 0, MAX_RETRY_AFTER)) <= found.pause_seconds <= MAX_RETRY_AFTER * 1.2


@pytest.mark.parametrize(
    ("verdict", "before", "outcome", "pause"),
    [
        (DELIVERED, Tries(), "delivered", None),
        (NEVER, Tries(), "failed", None),
        (GONE, Tries(), "failed", None),
        (AGAIN, Tries(), "retrying", 5),
        (UNKNOWN, Tries(), "unknown", 5),
        (AGAIN, Tries(8), "retrying", 24 * 3600),
        (AGAIN, Tries(9), "failed", None),
        (AGAIN, Tries(9, spared=1), "retrying", 24 * 3600),
        (UNKNOWN, Tries(1, unknown=1), "ambiguous", None),
        (AGAIN, Tries(1, unknown=1), "retrying", 300),
    ],
)
def test_the_record_names_the_outcome_and_when_the_next_attempt_is_due(
    verdict: Verdict, before: Tries, outcome: str, pause: float | None
) -> None:
    asked, attempt = request(), Attempt(verdict, 500, "HTTP 500")
    found = end(attempt, before)
    sent = records.ended(asked, attempt, found, NOW)
    assert (sent.outcome, sent.attempt, sent.status, sent.sent_at) == (outcome, before.made + 1, 500, NOW)
    assert sent.next_attempt_at == (None if pause is None else NOW + timedelta(seconds=pause))
    assert (sent.notification_id, sent.alert_id) == (asked.notification_id, asked.alert.alert_id)
    assert tries_on_record(sent) == found.tries


@pytest.mark.parametrize(
    ("status", "internal", "spared"),
    [(None, False, 1), (500, False, 1), (302, False, 1), (401, False, 1), (404, False, 1), (408, False, 1),
     (400, False, 0), (413, False, 0), (422, False, 0), (None, True, 0)],
)  # fmt: skip
def test_in_an_outage_what_speaks_of_the_receiver_does_not_count_against_the_notification(
    status: int | None, internal: bool, spared: int
) -> None:
    attempt = Attempt(AGAIN, status, internal=internal)
    assert end(attempt, outage=True).tries == Tries(1, spared)
    assert end(attempt, outage=False).tries == Tries(1, 0)


def test_a_day_of_outage_uses_nothing_up() -> None:
    tries = Tries(3)
    for _ in range(500):
        found = end(Attempt(AGAIN), tries, outage=True)
        assert found.outcome == "retrying"
        assert 5 <= found.pause_seconds <= 300
        tries = found.tries
    assert tries.own == 3


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_that_says_when_to_come_back_is_obeyed_and_nothing_counts(status: int) -> None:
    found = end(Attempt(AGAIN, status, retry_after_seconds=3600.0))
    assert (found.tries.own, found.pause_seconds) == (0, 3600)
    assert end(Attempt(AGAIN, 429)).tries.own == 0


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [(DELIVERED, "delivered"), (NEVER, "failed"), (AGAIN, "superseded"), (UNKNOWN, "superseded")],
)
def test_what_a_newer_revision_replaced_is_not_tried_again(verdict: Verdict, outcome: str) -> None:
    found = end(Attempt(verdict), replaced=True)
    assert (found.outcome, found.pause_seconds) == (outcome, None)


def test_errors_are_cut() -> None:
    attempt = Attempt(AGAIN, 429, "x" * 9999)
    assert len(records.ended(request(), attempt, end(attempt), NOW).error) == 500


@pytest.mark.parametrize(("unknown", "outcome"), [(0, "unknown"), (1, "ambiguous")])
def test_a_send_that_a_kill_cut_off_may_have_arrived_and_is_repeated_once(unknown: int, outcome: str) -> None:
    asked = request()
    tries = tries_on_record(records.begun(asked, Tries(unknown, 0, unknown), NOW))
    assert tries == Tries(unknown + 1, 0, unknown + 1)
    sent = records.lost(asked, tries, NOW)
    assert (sent.outcome, sent.attempt, sent.unknowns) == (outcome, unknown + 1, unknown + 1)
    assert tries_on_record(sent) == tries
