"""What the dispatcher knows from what was sent: it comes to the same in one reading and in two."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerter.dispatch.attempt import FINAL
from services.alerter.dispatch.ledger import Ledger, Standing, reaches_back_to
from shared.events import NotificationRequested, NotificationSent
from tests.unit.alerter.samples import NOW, request, revised


def sent(asked: NotificationRequested, outcome: Any, **fields: Any) -> NotificationSent:
    given = {"attempt": 1, "sent_at": NOW, "resend": asked.resend} | fields
    return NotificationSent(
        notification_id=asked.notification_id, receiver_id=asked.receiver_id, alert_id=asked.alert.alert_id,
        revision=asked.alert.revision, outcome=outcome, **given,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("outcomes", "done"),
    [
        ([], False),
        (["sending"], False),
        (["retrying", "unknown"], False),
        (["delivered"], True),
        (["failed"], True),
        (["superseded"], True),
        (["ambiguous"], True),
        (["delivered", "sending", "retrying"], True),  # another process was late with its record
    ],
)
def test_what_is_done_stays_done(outcomes: list[str], done: bool) -> None:
    ledger = Ledger(NOW)
    for outcome in outcomes:
        ledger.note_sent(sent(request(), outcome))
    assert ledger.standing(request()) is (Standing.REPEAT if done else Standing.NEW)
    assert not (done and ledger.last)


def test_of_what_is_done_only_ids_are_kept() -> None:
    ledger = Ledger(NOW)
    for number in range(50):
        ledger.note_sent(sent(request("deir", str(number)), "sending"))
        ledger.note_sent(sent(request("deir", str(number)), "delivered"))
    assert (len(ledger.done), ledger.last) == (50, {})


def test_a_newer_revision_outdates_an_older_one_of_the_same_alert_alone() -> None:
    ledger = Ledger(NOW)
    ledger.note_requested(revised(request("deir", "a"), 3))
    ledger.note_sent(sent(revised(request("deir", "b"), 2), "failed"))
    assert ledger.standing(revised(request("deir", "a"), 2)) is Standing.OUTDATED
    assert ledger.standing(revised(request("deir", "a"), 3)) is Standing.NEW
    assert ledger.standing(request("deir", "b")) is Standing.OUTDATED
    assert ledger.standing(request("deir", "c")) is Standing.NEW


def test_a_resend_is_new_until_it_is_done_itself() -> None:
    ledger = Ledger(NOW)
    ledger.note_sent(sent(request(), "failed"))
    again = msgspec.structs.replace(request(), resend=1)
    assert ledger.standing(again) is Standing.NEW
    ledger.note_sent(sent(again, "retrying"))
    assert ledger.last_of(again) is not None
    assert ledger.last_of(request()) is None
    assert ledger.standing(request()) is Standing.REPEAT
    ledger.note_sent(sent(again, "delivered"))
    assert ledger.standing(again) is Standing.REPEAT


def test_it_reaches_back_to_before_the_reports_fetch_however_late_the_request_is_repeated() -> None:
    first = request()
    again = msgspec.structs.replace(first, requested_at=NOW + timedelta(days=30))
    assert reaches_back_to(again) == reaches_back_to(first) < first.alert.report.fetched_at - timedelta(days=1)


def test_a_late_record_of_what_was_asked_for_before_hides_nothing() -> None:
    first, again = request(), msgspec.structs.replace(request(), resend=1)
    older, newer = Ledger(NOW), Ledger(NOW)
    older.note_sent(sent(first, "failed"))
    newer.note_sent(sent(again, "retrying"))
    newer.note_sent(sent(first, "retrying"))
    assert older.under(newer).last_of(again) is not None


REQUESTS = [
    msgspec.structs.replace(revised(request("deir", story), revision), resend=resend)
    for story in "ab"
    for revision in (1, 2)
    for resend in (0, 1)
]
OUTCOMES = ["sending", "retrying", "unknown", *sorted(FINAL)]
RECORD = st.builds(
    lambda asked, outcome, failures: sent(asked, outcome, receiver_failures=failures),
    st.sampled_from(REQUESTS), st.sampled_from(OUTCOMES), st.sampled_from([0, 0, 0, 1, 2]),
)  # fmt: skip


@given(st.lists(RECORD, max_size=25), st.integers(0, 25))
def test_an_older_part_read_later_comes_to_the_same(records: list[NotificationSent], cut: int) -> None:
    whole, older, newer = Ledger(NOW), Ledger(NOW), Ledger(NOW)
    for number, record in enumerate(records):
        whole.note_sent(record)
        (older if number < cut else newer).note_sent(record)
    assert older.under(newer) == whole
