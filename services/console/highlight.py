"""Quotes with the matched words marked. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict

from shared.events import Evidence

MAX_QUOTE = 600


class Part(BaseModel):
    """A stretch of a quote; ``hit`` where it is what a watch matched."""

    model_config = ConfigDict(frozen=True)

    text: str
    hit: bool


class Quote(BaseModel):
    """A sentence of a report, and what in it made the watch fire."""

    model_config = ConfigDict(frozen=True)

    parts: tuple[Part, ...]
    zone: str
    why: tuple[str, ...]


def quotes_of(evidence: Sequence[Evidence]) -> tuple[Quote, ...]:
    """One quote for each sentence, in the order of the evidence."""
    by_quote: dict[str, list[Evidence]] = {}
    for item in evidence:
        by_quote.setdefault(item.quote, []).append(item)
    return tuple(
        Quote(
            parts=tuple(_parts(quote[:MAX_QUOTE], sorted(_spans(quote, items)))),
            zone=items[0].zone,
            why=tuple(dict.fromkeys(item.why for item in items)),
        )
        for quote, items in by_quote.items()
    )


def _spans(quote: str, evidence: Sequence[Evidence]) -> Iterator[tuple[int, int]]:
    """Where the matched words stand in the quote; nothing for those that are not in it."""
    base = _base(quote, evidence)
    for item in evidence:
        start = item.start - base if base is not None else -1
        if start < 0 or quote[start : start + len(item.text)] != item.text:
            start = quote.find(item.text)
        if start >= 0 and item.text:
            yield start, start + len(item.text)


def _base(quote: str, evidence: Sequence[Evidence]) -> int | None:
    """The offset in the report at which the quote begins: the one on which most of the evidence agrees."""
    votes = Counter(item.start - position for item in evidence for position in _occurrences(quote, item.text))
    best = votes.most_common(1)
    return best[0][0] if best else None


def _occurrences(quote: str, text: str) -> Iterator[int]:
    position = quote.find(text) if text else -1
    while position >= 0:
        yield position
        position = quote.find(text, position + 1)


def _parts(quote: str, spans: Sequence[tuple[int, int]]) -> Iterator[Part]:
    position = 0
    for start, end in spans:
        if end <= position or start >= len(quote):
            continue
        if start > position:
            yield Part(text=quote[position:start], hit=False)
        yield Part(text=quote[max(start, position) : end], hit=True)
        position = end
    if position < len(quote):
        yield Part(text=quote[position:], hit=False)
