"""What is done to the stack, and when. Pure: a seed makes a plan."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CORE = ("broker", "valkey")
LEAST_SECONDS, MOST_SECONDS = 6.0, 10.0

KILL, TERM, FLUSH, SNAPSHOT, RESTORE = "SIGKILL", "SIGTERM", "FLUSHALL", "snapshot", "old snapshot"


@dataclass(frozen=True, slots=True)
class Step:
    """After a pause, one thing is done to one target."""

    pause_seconds: float
    what: str
    target: str


def make_plan(kills: int, terms: int, services: Sequence[str], seed: int) -> list[Step]:
    """So many SIGKILLs, evenly over services, broker and Redis in random order, the SIGTERMs of services between them.

    Redis is flushed twice, and once set back to an old snapshot, where there are kills enough to do it between.
    """
    rng = random.Random(seed)
    killed, asked = _rounds([*services, *CORE], rng), _rounds(services, rng)
    steps: list[Step] = []
    for number in range(kills):
        pause = rng.uniform(LEAST_SECONDS, MOST_SECONDS)
        due = (number + 1) * terms // kills - number * terms // kills
        for _ in range(due):
            pause /= 2
            steps.append(Step(pause, TERM, next(asked)))
        steps.append(Step(pause, KILL, next(killed)))
        if kills >= 5 and number in _redis_steps(kills):
            steps.append(Step(1.0, _redis_steps(kills)[number], "valkey"))
    return steps


def _redis_steps(kills: int) -> dict[int, str]:
    """After which kills something is done to Redis: an hour-old memory is worse than none, so it comes last."""
    shares = {0.2: FLUSH, 0.4: SNAPSHOT, 0.6: FLUSH, 0.8: RESTORE}
    return {int(share * kills): what for share, what in shares.items()}


def _rounds(targets: Sequence[str], rng: random.Random) -> Iterator[str]:
    while True:
        yield from rng.sample(targets, len(targets))
