"""The books: what was published, what was heard, and what follows from both. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from shared.delivery import PUBLISH_SECONDS
from tests.chaos.workload import Article, Table

# So long may the record of a delivery wait for a broker that is away; what is on record is never sent again.
UNRECORDED_SECONDS = PUBLISH_SECONDS


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """One thing that must be heard: a receiver is told by a watch of a story."""

    receiver: str
    watch: str
    story: int


@dataclass(frozen=True, slots=True)
class Heard:
    """One accepted delivery. ``webhook_id`` is empty for Slack, which has none. ``at`` in seconds of a steady clock."""

    due: Due
    webhook_id: str
    at: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something done to the stack, and how many deliveries were due at that moment."""

    what: str
    target: str
    at: float
    in_flight: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """A delivery that came again, and the trouble in between that accounts for it; none where nothing does."""

    due: Due
    after_seconds: float
    trouble: Trouble | None


@dataclass(slots=True)
class Ledger:
    """Everything that was published and heard, in order."""

    table: Table
    due_since: dict[Due, float] = field(default_factory=dict)
    heard: dict[Due, list[Heard]] = field(default_factory=lambda: defaultdict(list))
    troubles: list[Trouble] = field(default_factory=list)

    def published(self, article: Article, at: float) -> None:
        """Notes what must come of an article."""
        for watch in article.subject.watches:
            for receiver in self.table.receivers_of(watch):
                self.due_since.setdefault(Due(receiver, watch, article.story), at)

    def arrived(self, heard: Heard) -> None:
        """Notes a delivery."""
        self.heard[heard.due].append(heard)

    def troubled(self, what: str, target: str, at: float) -> Trouble:
        """Notes what was done, with what was in flight."""
        self.troubles.append(Trouble(what, target, at, self.in_flight()))
        return self.troubles[-1]

    # ------------------------------------------------------------ questions

    def pairs_expected(self) -> int:
        """(story, watch) pairs that must be heard."""
        return len({(due.watch, due.story) for due in self.due_since})

    def lost(self) -> list[Due]:
        """Due and not heard."""
        return sorted(self.due_since.keys() - self.heard.keys())

    def in_flight(self) -> int:
        """How many are due and not heard."""
        return len(self.due_since.keys() - self.heard.keys())

    def unexpected(self) -> list[Due]:
        """Heard and not due."""
        return sorted(self.heard.keys() - self.due_since.keys())

    def doubled_ids(self) -> list[Due]:
        """Heard under more than one webhook-id."""
        return sorted(due for due, every in self.heard.items() if len({one.webhook_id for one in every}) > 1)

    def repeats(self) -> Iterator[Repeat]:
        """Deliveries beyond the first of each."""
        for due, every in sorted(self.heard.items()):
            for before, again in pairwise(every):
                yield Repeat(due, again.at - before.at, self._trouble_between(before.at, again.at))

    def _trouble_between(self, first: float, last: float) -> Trouble | None:
        """The first one that may have cut off the record of the first delivery."""
        until = min(last, first + UNRECORDED_SECONDS)
        return next((trouble for trouble in self.troubles if first - 1 < trouble.at < until), None)

    def delays(self) -> list[float]:
        """Seconds from publication to first delivery."""
        return [every[0].at - self.due_since[due] for due, every in self.heard.items() if due in self.due_since]

    def recoveries(self) -> list[float]:
        """For each trouble: seconds until all that was in flight at it had arrived."""
        return [self._recovery(trouble) for trouble in self.troubles]

    def _recovery(self, trouble: Trouble) -> float:
        ends = [
            every[0].at
            for due, every in self.heard.items()
            if self.due_since.get(due, trouble.at + 1) <= trouble.at < every[0].at
        ]
        return max(ends, default=trouble.at) - trouble.at


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of all do not exceed; 0 where there are none."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0


def count_by(troubles: Sequence[Trouble], what: str) -> Counter[str]:
    """How often each target had this done to it."""
    return Counter(trouble.target for trouble in troubles if trouble.what == what)
