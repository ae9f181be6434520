"""Which story a report belongs to. Pure: decided from what was grouped before, in order.

For now a story is one text: the same canonical URL (one article, then), or the same sentences on another site.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from shared.events import Report, ReportGrouped

# Sites add a standfirst, drop a paragraph, leak a line of their own; two tellings of one event share no sentence.
SAME_TEXT_SHARE = 0.6
MIN_SHARED = 3


@dataclass(slots=True)
class Stories:
    """What was grouped so far: articles, the passages of each text, and the number of copies of each story."""

    articles: set[str] = field(default_factory=set)
    copies: Counter[str] = field(default_factory=Counter)
    _texts: list[tuple[str, int]] = field(default_factory=list)  # story, number of passages
    _texts_with: dict[str, list[int]] = field(default_factory=dict)  # passage -> rows of _texts

    def remember(self, grouped: ReportGrouped) -> None:
        """Takes in a record that was published. The first record of an article wins."""
        report = grouped.report
        if report.article_id in self.articles:
            return
        self.articles.add(report.article_id)
        self.copies[grouped.story_id] += 1
        row = len(self._texts)
        self._texts.append((grouped.story_id, len(report.passages)))
        for passage in report.passages:
            self._texts_with.setdefault(passage, []).append(row)

    def group(self, report: Report, grouped_at: datetime) -> ReportGrouped | None:
        """The record for a report, not yet remembered; None where its article was grouped before."""
        if report.article_id in self.articles:
            return None
        story_id = self._story_of_same_text(report.passages)
        joined_by: Literal["first", "same_text"] = "same_text" if story_id else "first"
        story_id = story_id or report.article_id
        return ReportGrouped(
            story_id=story_id,
            report=report,
            grouped_at=grouped_at,
            joined_by=joined_by,
            copies=self.copies[story_id] + 1,
        )

    def _story_of_same_text(self, passages: tuple[str, ...]) -> str | None:
        shared = Counter(row for passage in passages for row in self._texts_with.get(passage, ()))
        for row, count in sorted(shared.items(), key=lambda pair: (-pair[1], pair[0])):
            story_id, length = self._texts[row]
            longer = max(length, len(passages))
            if count >= SAME_TEXT_SHARE * longer and count >= min(MIN_SHARED, longer):
                return story_id
        return None
