"""When a receiver counts as down, and how long it is left alone."""

from services.alerter.dispatch.breaker import Breaker, rest_seconds


def fail(
    breaker: Breaker, notification_id: str, now: float, *, begun: float | None = None, answered: bool = False
) -> None:
    breaker.failed(notification_id, answered=answered, begun=now if begun is None else begun, now=now)


def test_a_receiver_rests_longer_the_longer_it_fails_up_to_five_minutes() -> None:
    assert [rest_seconds(n) for n in (0, 1, 2, 3, 4, 5, 9, 10, 500)] == [0, 0, 0, 5, 10, 20, 300, 300, 300]


def test_it_opens_at_the_third_failure_in_a_row() -> None:
    breaker = Breaker()
    for now in (0.0, 1.0, 2.0):
        assert not breaker.is_open
        fail(breaker, "a", now)
    assert breaker.is_open
    assert breaker.rests_until == 7
    breaker.worked()
    assert not breaker.is_open


def test_sends_side_by_side_that_one_outage_ends_are_one_failure() -> None:
    breaker = Breaker()
    for number in range(10):
        fail(breaker, str(number), now=5.0 + number, begun=1.0)
    assert breaker.failures == 1


def test_a_bad_answer_to_one_notification_says_nothing_of_the_others_and_no_answer_does() -> None:
    poison, dead = Breaker(), Breaker()
    for now in range(9):
        fail(poison, "a", now, answered=True)
        fail(dead, "a", now)
    assert (poison.failures, dead.failures) == (1, 9)
    for now, other in enumerate("bab", start=10):
        fail(poison, other, now, answered=True)
    assert poison.is_open


def test_a_longer_rest_that_was_asked_for_is_kept() -> None:
    breaker = Breaker()
    breaker.rest(3600, now=0.0)
    fail(breaker, "a", 1.0)
    breaker.worked()
    assert breaker.rests_until == 3600
    breaker.reset()
    assert breaker.rests_until < 0
