"""The queue of one receiver against a plain model of it, and what it costs."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerter.dispatch.attempt import Tries
from services.alerter.dispatch.due_queue import DueQueue, Pending
from tests.unit.alerter.samples import request, revised

FOR_EVER = 10.0**9
REQUESTS = [request("deir", str(number)) for number in range(4)]


def pending(alert: int, order: int, due: float = 0.0, *, held: bool = False) -> Pending:
    return Pending(REQUESTS[alert], order, arrived=0.0, due=due, expires=FOR_EVER, tries=Tries(), held=held)


STEP = st.one_of(
    st.tuples(st.just("add"), st.integers(0, 3), st.integers(0, 5), st.booleans()),
    st.tuples(st.just("take"), st.integers(0, 6)),
    st.tuples(st.just("land"), st.integers(0, 3), st.integers(0, 9), st.booleans()),
    st.tuples(st.just("release")),
    st.tuples(st.just("withdraw"), st.integers(0, 3)),
)


@settings(max_examples=300)
@given(st.lists(STEP, max_size=40))
def test_it_behaves_as_a_list_that_is_searched(steps: list[tuple]) -> None:
    queue, waiting, flying, replaced = DueQueue(), {}, {}, set()
    for order, (name, *rest) in enumerate(steps):
        if name == "add":
            made = pending(rest[0], order, rest[1], held=rest[2])
            assert queue.add(made) is waiting.get(made.alert_id)
            waiting[made.alert_id] = made
            replaced |= {made.alert_id} & flying.keys()
        elif name == "take":
            free = [p for p in waiting.values() if p.alert_id not in flying and p.due <= rest[0]]
            found = min(free, key=lambda p: (p.due, p.order), default=None)
            assert queue.take(rest[0]) is found
            if found is not None:
                flying[found.alert_id] = waiting.pop(found.alert_id)
        elif name == "land":
            landed = flying.pop(REQUESTS[rest[0]].alert.alert_id, None)
            if landed is not None:
                assert landed.replaced is (landed.alert_id in replaced)  # whatever became of the newer one
                replaced.discard(landed.alert_id)
                if rest[2] and not landed.replaced:
                    landed.due = rest[1]
                    queue.put_back(landed)
                    waiting[landed.alert_id] = landed
                queue.landed(landed)
        elif name == "release":
            queue.release()
            assert all(p.due == 0 for p in waiting.values() if p.held is False and p.due == p.arrived)
        else:
            gone = waiting.pop(REQUESTS[rest[0]].alert.alert_id, None)
            assert queue.withdraw(lambda p, gone=gone: p is gone) == ([gone] if gone else [])
        free = [p.due for p in waiting.values() if p.alert_id not in flying]
        assert queue.next_due() == min(free, default=None)
        assert len(queue) == len(waiting)


def test_what_was_held_goes_first_and_in_the_order_of_its_arrival() -> None:
    queue = DueQueue()
    for alert, order, due, held in ((0, 3, 900.0, True), (1, 1, 300.0, True), (2, 9, 5.0, False), (3, 2, 700.0, False)):
        queue.add(pending(alert, order, due, held=held))
    queue.release()
    taken = [queue.take(10**6) for _ in range(4)]
    assert [p.order for p in taken if p] == [1, 3, 9, 2]


def test_revisions_by_the_thousand_leave_nothing_behind() -> None:
    queue = DueQueue()
    for revision in range(1, 5000):
        newer = revised(REQUESTS[0], revision)
        queue.add(Pending(newer, revision, arrived=0.0, due=1e6 + revision, expires=FOR_EVER, tries=Tries()))
    assert len(queue) == 1
    assert len(queue._heap) < 200


def _seconds_for(count: int) -> float:
    asked = [request("deir", f"story {number}") for number in range(count)]
    began, queue = time.thread_time(), DueQueue()
    for order, one in enumerate(asked):
        queue.add(Pending(one, order, arrived=0.0, due=3600.0, expires=FOR_EVER, tries=Tries(), held=True))
        queue.next_due()
    queue.release()
    for turn in range(2):
        for _ in range(count if turn else count // 2):
            found = queue.take(10.0)
            queue.next_due()
            if found is not None:
                if not turn:
                    queue.put_back(found)
                queue.landed(found)
    assert len(queue) == 0
    return time.thread_time() - began


def test_ten_times_as_many_cost_about_ten_times_as_much() -> None:
    few, many = min(_seconds_for(5_000) for _ in range(3)), _seconds_for(50_000)
    print(f"5,000: {1000 * few:.0f} ms; 50,000: {1000 * many:.0f} ms")
    assert many < 40 * few
