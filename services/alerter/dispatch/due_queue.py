"""What waits for one receiver, by due time. Pure; at most one notification an alert waits, and one is in flight.

Taking one costs the logarithm of what waits, whatever is replaced, parked or in flight.
"""

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.alerter.dispatch.attempt import Tries
from shared.events import NotificationRequested


@dataclass(eq=False, slots=True)
class Pending:
    """A notification that is not done. Instants are ticks.

    ``order`` is the order of arrival, ``held`` says that it waits for the receiver's recovery, ``replaced`` that a
    newer revision has come while it was in flight.
    """

    request: NotificationRequested
    order: int
    arrived: float
    due: float
    expires: float
    tries: Tries
    held: bool = False
    replaced: bool = False

    @property
    def alert_id(self) -> str:
        """The alert that it tells of."""
        return self.request.alert.alert_id


class DueQueue:
    """A heap of (due, order), with what waits for its own alert's send kept out of it."""

    def __init__(self) -> None:
        self._waiting: dict[str, Pending] = {}
        self._flying: dict[str, Pending] = {}
        self._heap: list[tuple[float, int, int, Pending]] = []
        self._serial = itertools.count()

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Pending]:
        return iter(self._waiting.values())

    def add(self, pending: Pending) -> Pending | None:
        """Takes a newer revision in. Returns the older one that it replaces, where one waited."""
        flying = self._flying.get(pending.alert_id)
        if flying is not None:
            flying.replaced = True
        older = self._waiting.get(pending.alert_id)
        self._put(pending)
        return older

    def take(self, now: float) -> Pending | None:
        """What is due and first, now in flight; None where nothing is due."""
        due = self.next_due()
        if due is None or due > now:
            return None
        pending = heapq.heappop(self._heap)[-1]
        del self._waiting[pending.alert_id]
        self._flying[pending.alert_id] = pending
        return pending

    def next_due(self) -> float | None:
        """When something is due next; None where nothing is before a send ends or another notification comes."""
        while self._heap and not self._is_valid(self._heap[0]):
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def put_back(self, pending: Pending) -> None:
        """What was in flight waits again, as long as nothing has replaced it."""
        self._put(pending)

    def landed(self, pending: Pending) -> None:
        """Its send is over: what waits of the same alert may go."""
        del self._flying[pending.alert_id]
        parked = self._waiting.get(pending.alert_id)
        if parked is not None:
            self._push(parked)

    def release(self) -> None:
        """What waited for the receiver's recovery is due as if it had just come."""
        for pending in [pending for pending in self._waiting.values() if pending.held]:
            pending.due, pending.held = pending.arrived, False
            self._push(pending)

    def withdraw(self, chosen: Callable[[Pending], bool]) -> list[Pending]:
        """Takes out all that are chosen."""
        found = [pending for pending in self._waiting.values() if chosen(pending)]
        for pending in found:
            del self._waiting[pending.alert_id]
        return found

    def _put(self, pending: Pending) -> None:
        self._waiting[pending.alert_id] = pending
        self._push(pending)

    def _push(self, pending: Pending) -> None:
        if pending.alert_id in self._flying:
            return
        heapq.heappush(self._heap, (pending.due, pending.order, next(self._serial), pending))
        if len(self._heap) > 2 * len(self._waiting) + 100:  # mostly replaced ones, due far from now
            self._heap = [entry for entry in self._heap if self._is_valid(entry)]
            heapq.heapify(self._heap)

    def _is_valid(self, entry: tuple[float, int, int, Pending]) -> bool:
        due, _, _, pending = entry
        is_waiting = self._waiting.get(pending.alert_id) is pending and pending.alert_id not in self._flying
        return is_waiting and pending.due == due
