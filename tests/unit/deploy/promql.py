"""Just enough of PromQL to see which metrics and labels an expression uses."""

import re
from dataclasses import dataclass, field

_GROUPING = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\b\s*(?:\(([^)]*)\))?")
_SELECTOR = re.compile(r'(?<![\w$."])([a-zA-Z_:][\w:]*)(?!\w)\s*(\{[^}]*\})?(?!\s*\()')
_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_KEYWORDS = frozenset({"and", "or", "unless", "offset", "bool"})
_AGGREGATION = re.compile(r"\b(sum|max|min|avg|count|histogram_quantile)\b")


@dataclass(frozen=True)
class Selector:
    """One metric of an expression, with its matchers: label, and the values that it is compared with."""

    metric: str
    matchers: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Expression:
    """``kept`` are the labels that stand behind "by"; ``grouped`` those of every clause."""

    selectors: tuple[Selector, ...]
    kept: frozenset[str]
    grouped: frozenset[str]
    aggregated: bool = field(default=False)


def parse(text: str) -> Expression:
    """What the expression uses."""
    kept: set[str] = set()
    grouped: set[str] = set()
    for clause, labels in _GROUPING.findall(text):
        names = {label.strip() for label in labels.split(",")} - {""}
        grouped |= names
        if clause == "by":
            kept |= names
    bare = _GROUPING.sub(" ", text)
    selectors = tuple(
        Selector(metric, tuple(_matchers(braces)))
        for metric, braces in _SELECTOR.findall(bare)
        if metric not in _KEYWORDS
    )
    return Expression(selectors, frozenset(kept), frozenset(grouped), bool(_AGGREGATION.search(bare)))


def _matchers(braces: str) -> list[tuple[str, tuple[str, ...]]]:
    found = _MATCHER.findall(braces)
    return [(label, tuple(value.split("|")) if "~" in operator else (value,)) for label, operator, value in found]
