"""Blocks that a source repeats on its pages, which no rule on their words can tell from a report. Pure.

A paragraph is furniture where most of its source's recent stories hold it, word for word, and where it stands at the
edge of the page: with nothing of the report before it, or nothing after it. Within a report a repeated paragraph is
background, and stays.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from services.extractor.passages import digests
from services.extractor.plain import Paragraph, paragraphs
from services.extractor.zones import ZoneIndex
from shared.events import Actor, Demonym, Location, Report, ZoneSpan

WHY = "repeated"
RECENT_TEXTS = 40
MIN_STORIES = 4
MIN_SHARE = 0.25

M = TypeVar("M", Location, Actor, Demonym)


class _Text(NamedTuple):
    article_id: str
    story_id: str
    passages: tuple[str, ...]


class Repeats:
    """The passages of each source's last texts."""

    def __init__(self) -> None:
        self._recent: dict[str, deque[_Text]] = {}

    def remember(self, source_id: str, article_id: str, story_id: str, passages: tuple[str, ...]) -> None:
        """Takes in a text."""
        texts = self._recent.setdefault(source_id, deque(maxlen=RECENT_TEXTS))
        texts.append(_Text(article_id, story_id, passages))

    def forget(self, source_id: str, article_id: str) -> None:
        """Lets go of a text, the oldest of its source that is remembered."""
        texts = self._recent.get(source_id)
        if texts and texts[0].article_id == article_id:
            texts.popleft()
        if not texts:
            self._recent.pop(source_id, None)

    def among(self, source_id: str, passages: Iterable[str]) -> frozenset[str]:
        """Those of the passages that the source's stories hold again and again."""
        # A story counts once, however often the source publishes it.
        stories = {text.story_id: text.passages for text in self._recent.get(source_id, ())}
        fewest = max(MIN_STORIES, MIN_SHARE * len(stories))
        if len(stories) < fewest:
            return frozenset()
        held = Counter(passage for of_story in stories.values() for passage in of_story)
        return frozenset(passage for passage in passages if held[passage] >= fewest)


def without_blocks(report: Report, known: frozenset[str]) -> tuple[Report, tuple[str, ...]]:
    """The report with its furniture set aside as boilerplate, and the passages that went; ``known`` may be furniture.

    A report that is nothing else stays as it is.
    """
    blocks = _blocks_at_edges(report, known)
    if not blocks:
        return report, ()
    gone = digests([block.text for block in blocks])
    zones = _with_lead(_zones_without(report.zones, blocks), report)
    index = ZoneIndex(zones)
    shorter = msgspec.structs.replace(
        report,
        zones=zones,
        locations=_kept(report.locations, index),
        actors=_kept(report.actors, index),
        demonyms=_kept(report.demonyms, index),
        passages=tuple(p for p in report.passages if p not in gone),
    )
    return shorter, gone


def _blocks_at_edges(report: Report, known: frozenset[str]) -> list[Paragraph]:
    index = ZoneIndex(report.zones)
    found = [p for p in paragraphs(report.text) if index.at(p.start) not in ("title", "boilerplate")]
    said = [digests([p.text]) for p in found]
    own = [number for number, of_block in enumerate(said) if not known.issuperset(of_block)]
    if not own:
        return []
    return [p for number, p in enumerate(found) if said[number] and not own[0] <= number <= own[-1]]


def _zones_without(zones: Sequence[ZoneSpan], blocks: Sequence[Paragraph]) -> list[ZoneSpan]:
    cut = [ZoneSpan(zone="boilerplate", start=block.start, end=block.end, why=WHY) for block in blocks]
    inside = ZoneIndex(cut)
    return sorted([*cut, *(z for z in zones if inside.at(z.start) != "boilerplate")], key=lambda zone: zone.start)


def _with_lead(zones: Sequence[ZoneSpan], report: Report) -> tuple[ZoneSpan, ...]:
    """The first paragraph that is left is the lead now, if the one that was has gone."""
    first = next((z for z in zones if z.zone in ("lead", "body", "quote")), None)
    if first is None or first.zone == "lead":
        return tuple(zones)
    end = next(p.end for p in paragraphs(report.text) if p.start <= first.start < p.end)
    others = [z for z in zones if not first.start <= z.start < end]
    return tuple(sorted([*others, ZoneSpan(zone="lead", start=first.start, end=end)], key=lambda zone: zone.start))


def _kept(mentions: Sequence[M], index: ZoneIndex) -> tuple[M, ...]:
    placed = (msgspec.structs.replace(mention, zone=index.at(mention.start)) for mention in mentions)
    return tuple(mention for mention in placed if mention.zone != "boilerplate")
