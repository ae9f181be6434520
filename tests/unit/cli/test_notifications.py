"""What a notification is said to be, and which may be sent again."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from shared.events import NotificationRequested, NotificationSent
from tests.unit.alerter.samples import NOW, request, revised
from tocsin.notifications import NotResendableError, fold, resend_of


def sent(asked: NotificationRequested, outcome: Any) -> NotificationSent:
    return NotificationSent(
        notification_id=asked.notification_id, receiver_id=asked.receiver_id, alert_id=asked.alert.alert_id,
        revision=asked.alert.revision, outcome=outcome, attempt=1, sent_at=NOW, resend=asked.resend,
    )  # fmt: skip


AGAIN = msgspec.structs.replace(request(), resend=1, requested_at=NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("rounds", "outcome"),
    [
        ([(request(), [])], "pending"),
        ([(request(), ["sending"])], "pending"),
        ([(request(), ["retrying", "unknown"])], "pending"),
        ([(request(), ["retrying", "delivered"])], "delivered"),
        ([(request(), ["unknown", "ambiguous"])], "ambiguous"),
        ([(request(), ["failed"]), (AGAIN, [])], "pending"),
        ([(request(), ["failed"]), (AGAIN, ["delivered"])], "delivered"),
        ([(request(), ["delivered", "retrying"])], "delivered"),  # of a process that was late
    ],
)
def test_the_outcome_is_that_of_the_last_time_it_was_asked_for(rounds: list[Any], outcome: str) -> None:
    records = [sent(asked, each) for asked, outcomes in rounds for each in outcomes]
    (one,) = fold([asked for asked, _ in rounds], records)
    assert one.outcome == outcome
    assert one.subject == ("desk", request().alert.alert_id)


@pytest.mark.parametrize("outcome", ["failed", "ambiguous"])
def test_what_failed_or_is_ambiguous_is_sent_again_under_its_id(outcome: str) -> None:
    (one,) = fold([request()], [sent(request(), outcome)])
    again = resend_of(one, [], NOW + timedelta(days=1))
    assert again == AGAIN
    (one,) = fold([request(), again], [sent(request(), outcome), sent(again, outcome)])
    assert resend_of(one, [one], NOW).resend == 2


@pytest.mark.parametrize("outcome", ["retrying", "delivered", "superseded"])
def test_nothing_else_is(outcome: str) -> None:
    (one,) = fold([request()], [sent(request(), outcome)])
    with pytest.raises(NotResendableError, match="only what failed or is ambiguous"):
        resend_of(one, [], NOW)


def test_what_a_newer_revision_tells_better_is_not_sent_again() -> None:
    newer, other = revised(request(), 2), request("deir", "other")
    found = fold([request(), newer, other], [sent(request(), "failed"), sent(newer, "delivered")])
    with pytest.raises(NotResendableError, match="there is revision 2"):
        resend_of(found[0], found, NOW)


def test_a_request_that_is_no_longer_kept_cannot_be_sent_again() -> None:
    (one,) = fold([], [sent(request(), "failed")])
    with pytest.raises(NotResendableError, match="no longer kept"):
        resend_of(one, [], NOW)
