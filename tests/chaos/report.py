"""A run in figures: a table for people, a line for scripts, and whether it was good."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from tests.chaos import plan
from tests.chaos.ledger import Ledger, Repeat, Trouble, count_by, percentile

MOST_LISTED = 40


@dataclass(frozen=True, slots=True)
class Summary:
    """The line for scripts."""

    broker: str
    articles: int
    expected: int
    kills: int
    terms: int
    lost: int
    unexpected: int
    doubled_ids: int
    repeated_sends: int
    unexplained_repeats: int
    recover_p50_seconds: float
    recover_p95_seconds: float
    delay_p50_seconds: float
    delay_p95_seconds: float

    @property
    def is_good(self) -> bool:
        """Nothing lost, nothing too much, and every repeat accounted for."""
        return not (self.lost or self.unexpected or self.doubled_ids or self.unexplained_repeats)

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def summarise(broker: str, articles: int, ledger: Ledger) -> Summary:
    """The figures of a run."""
    repeats = list(ledger.repeats())
    recoveries, delays = ledger.recoveries(), ledger.delays()
    return Summary(
        broker=broker,
        articles=articles,
        expected=ledger.pairs_expected(),
        kills=sum(count_by(ledger.troubles, plan.KILL).values()),
        terms=sum(count_by(ledger.troubles, plan.TERM).values()),
        lost=len(ledger.lost()),
        unexpected=len(ledger.unexpected()),
        doubled_ids=len(ledger.doubled_ids()),
        repeated_sends=len(repeats),
        unexplained_repeats=sum(repeat.trouble is None for repeat in repeats),
        recover_p50_seconds=round(percentile(recoveries, 0.5), 2),
        recover_p95_seconds=round(percentile(recoveries, 0.95), 2),
        delay_p50_seconds=round(percentile(delays, 0.5), 2),
        delay_p95_seconds=round(percentile(delays, 0.95), 2),
    )


def show(console: Console, summary: Summary, ledger: Ledger) -> None:
    """Prints the tables."""
    table = Table(title=f"Chaos on {summary.broker}", title_justify="left", show_header=False)
    for name, value in summary.as_dict().items():
        table.add_row(name.replace("_", " "), f"{value:,}" if isinstance(value, int) else str(value))
    console.print(table)
    console.print(_troubles(ledger))
    for line in _details(ledger):
        console.print(line)


def _troubles(ledger: Ledger) -> Table:
    table = Table("program", "SIGKILL", "SIGTERM", "other", title="What was done", title_justify="left")
    kills, terms = count_by(ledger.troubles, plan.KILL), count_by(ledger.troubles, plan.TERM)
    for target in sorted({trouble.target for trouble in ledger.troubles}):
        other = [t.what for t in ledger.troubles if t.target == target and t.what not in (plan.KILL, plan.TERM)]
        table.add_row(target, str(kills[target]), str(terms[target]), ", ".join(other))
    return table


def _details(ledger: Ledger) -> Iterator[str]:
    for name, rows in (("lost", ledger.lost()), ("unexpected", ledger.unexpected()), ("two ids", ledger.doubled_ids())):
        for due in rows[:MOST_LISTED]:
            yield f"{name}: {due.receiver} {due.watch} item {due.story}"
    for repeat in ledger.repeats():
        yield f"repeated: {_repeat(repeat)}"
    slowest = sorted(zip(ledger.recoveries(), ledger.troubles, strict=True), key=lambda pair: -pair[0])[:5]
    for seconds, trouble in slowest:
        yield f"slow to recover: {seconds:.1f} s after {_trouble(trouble)}"


def _repeat(repeat: Repeat) -> str:
    due = repeat.due
    cause = _trouble(repeat.trouble) if repeat.trouble else "nothing that was done accounts for it"
    return f"{due.receiver} {due.watch} item {due.story} after {repeat.after_seconds:.1f} s; {cause}"


def _trouble(trouble: Trouble) -> str:
    return f"{trouble.what} {trouble.target} ({trouble.in_flight} in flight)"
