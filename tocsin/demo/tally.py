"""What was delivered against what was expected. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tocsin.newsroom.content import ExpectedAlert, Newsroom


@dataclass(frozen=True, slots=True)
class Heard:
    """One delivery: who heard it, under which id, of which watch and article."""

    receiver: str
    webhook_id: str
    watch: str
    article: str  # site/slug


@dataclass(slots=True)
class Tally:
    """The count so far."""

    newsroom: Newsroom
    receiver: str
    heard: list[Heard] = field(default_factory=list)

    def pairs(self) -> Counter[ExpectedAlert]:
        """How often each (story, watch) was heard by the receiver that the table speaks of."""
        of_receiver = (h for h in self.heard if h.receiver == self.receiver)
        return Counter(ExpectedAlert(self.newsroom.story_of(h.article).key, h.watch) for h in of_receiver)

    @property
    def expected(self) -> frozenset[ExpectedAlert]:
        """The table."""
        return self.newsroom.notifications_expected(self.receiver)

    def missing(self) -> list[ExpectedAlert]:
        """Expected and not heard yet."""
        return sorted(self.expected - self.pairs().keys())

    def unexpected(self) -> list[ExpectedAlert]:
        """Heard and not expected."""
        return sorted(self.pairs().keys() - self.expected)

    def duplicates(self) -> int:
        """Deliveries of an alert beyond its first."""
        return sum(count - 1 for count in self.pairs().values())

    def delivered(self) -> int:
        """Expected alerts that were heard."""
        return len(self.expected & self.pairs().keys())


def summary(tally: Tally, articles: int, seconds: float) -> Mapping[str, object]:
    """The last line of ``tocsin demo --once --json``."""
    return {
        "articles": articles,
        "alerts_expected": len(tally.expected),
        "alerts_delivered": tally.delivered(),
        "unexpected": len(tally.unexpected()),
        "duplicates": tally.duplicates(),
        "seconds": round(seconds, 1),
    }


def listed(pairs: Iterable[ExpectedAlert]) -> str:
    """Pairs for a person to read."""
    return ", ".join(f"{pair.watch} <- {pair.story}" for pair in pairs)
