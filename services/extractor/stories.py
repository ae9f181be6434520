"""Which story a report belongs to. Pure: decided from what was grouped before, in order.

For now a story is one text: the same canonical URL (one article, then), or the same sentences on another site. What a
source repeats on its pages is set aside first, for it is no part of the text.
"""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from services.extractor.repeats import Repeats, without_blocks
from shared.events import Event, Report, ReportGrouped

# Sites add a standfirst, drop a paragraph, leak a line of their own; two tellings of one event share no sentence.
SAME_TEXT_SHARE = 0.6
MIN_SHARED = 3


class ReportTrace(Event, frozen=True, kw_only=True):
    """The part of ``Report`` that a story is remembered by."""

    article_id: str
    source_id: str
    passages: tuple[str, ...] = ()


class Trace(Event, frozen=True, kw_only=True):
    """The part of ``ReportGrouped`` that a story is remembered by: a rebuild need not hold weeks of full texts."""

    story_id: str
    grouped_at: datetime
    report: ReportTrace
    repeated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A report's text, as far as it is remembered."""

    grouped_at: datetime
    article_id: str
    source_id: str
    story_id: str
    passages: tuple[str, ...]
    repeated: tuple[str, ...] = ()

    @staticmethod
    def of(grouped: ReportGrouped | Trace) -> "Text":
        """What is remembered of a record, whole or in part."""
        report = grouped.report
        return Text(
            grouped.grouped_at,
            report.article_id,
            report.source_id,
            grouped.story_id,
            report.passages,
            grouped.repeated,
        )


@dataclass(slots=True)
class Stories:
    """What was grouped so far: articles, the passages of each text, and the number of copies of each story."""

    articles: set[str] = field(default_factory=set)
    copies: Counter[str] = field(default_factory=Counter)
    _texts: deque[Text] = field(default_factory=deque)  # in the order in which they were grouped
    _forgotten: int = 0  # the row of the first of _texts
    _texts_with: dict[str, list[int]] = field(default_factory=dict)  # passage -> rows, in order
    _remembered: Counter[str] = field(default_factory=Counter)  # texts of each story
    _repeats: Repeats = field(default_factory=Repeats)

    def remember(self, text: Text) -> None:
        """Takes in the text of a record that was published. The first record of an article wins."""
        if text.article_id in self.articles:
            return
        self.articles.add(text.article_id)
        self.copies[text.story_id] += 1
        self._remembered[text.story_id] += 1
        row = self._forgotten + len(self._texts)
        self._texts.append(text)
        for passage in text.passages:
            self._texts_with.setdefault(passage, []).append(row)
        self._repeats.remember(text.source_id, text.article_id, text.story_id, text.passages + text.repeated)

    def forget_before(self, moment: datetime) -> None:
        """Lets go of what was grouped before ``moment``, as a rebuild from then on would never know it."""
        while self._texts and self._texts[0].grouped_at < moment:
            text = self._texts.popleft()
            self._forgotten += 1
            self.articles.discard(text.article_id)
            for passage in text.passages:
                rows = self._texts_with[passage]
                del rows[0]
                if not rows:
                    del self._texts_with[passage]
            self._repeats.forget(text.source_id, text.article_id)
            self._remembered[text.story_id] -= 1
            if not self._remembered[text.story_id]:
                del self._remembered[text.story_id], self.copies[text.story_id]

    def group(self, report: Report, grouped_at: datetime) -> ReportGrouped | None:
        """The record for a report, not yet remembered; None where its article was grouped before."""
        if report.article_id in self.articles:
            return None
        report, repeated = without_blocks(report, self._repeats.among(report.source_id, report.passages))
        story_id = self._story_of_same_text(report.passages)
        joined_by: Literal["first", "same_text"] = "same_text" if story_id else "first"
        story_id = story_id or report.article_id
        return ReportGrouped(
            story_id=story_id,
            report=report,
            grouped_at=grouped_at,
            joined_by=joined_by,
            copies=self.copies[story_id] + 1,
            repeated=repeated,
        )

    def _story_of_same_text(self, passages: tuple[str, ...]) -> str | None:
        shared = Counter(row for passage in passages for row in self._texts_with.get(passage, ()))
        for row, count in sorted(shared.items(), key=lambda pair: (-pair[1], pair[0])):
            text = self._texts[row - self._forgotten]
            longer = max(len(text.passages), len(passages))
            if count >= SAME_TEXT_SHARE * longer and count >= min(MIN_SHARED, longer):
                return text.story_id
        return None
