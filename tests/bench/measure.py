"""How a cost is measured, and how it is printed."""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

ROUNDS = 9


def once_us(work: Callable[[Any], object], items: Iterable[Any]) -> float:
    """Processor time for one item, in microseconds, the first time that they are seen."""
    items = list(items)
    started = time.process_time()
    for item in items:
        work(item)
    return (time.process_time() - started) / len(items) * 1e6


def per_item_us(work: Callable[[Any], object], items: Iterable[Any]) -> float:
    """The same once it has been seen, in its quickest round: others at work only ever slow a round down."""
    return side_by_side_us((work,), items)[0]


def side_by_side_us(works: Sequence[Callable[[Any], object]], items: Iterable[Any]) -> list[float]:
    """The same for works that are to be compared: in every round each item goes to all of them in turn."""
    items = list(items)
    quickest = [[math.inf] * len(items) for _ in works]
    for _ in range(ROUNDS):
        for number, item in enumerate(items):
            for work, of_work in zip(works, quickest, strict=True):
                of_work[number] = min(of_work[number], once_us(work, [item]))
    return [sum(of_work) / len(items) for of_work in quickest]


def row(name: str, value: float, unit: str, beside: str = "") -> None:
    """One line of the table."""
    print(f"{name:<44} {value:>10,.1f} {unit:<10} {beside}")
