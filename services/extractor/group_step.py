"""The group step: one ordered consumer of ``reports.extracted``, whose state is rebuilt from its own output."""

from collections.abc import AsyncIterator
from datetime import timedelta

from services.extractor.stories import Stories, Text, Trace
from shared import kafka, log, metrics
from shared.delivery import Message, Output, Result, Stage
from shared.events import ReportExtracted
from shared.rebuild import decoded
from shared.times import Clock
from shared.topics import REPORTS_EXTRACTED, REPORTS_GROUPED

STAGE = Stage("group", REPORTS_EXTRACTED, ReportExtracted)


class Group:
    """Handles one report after the other, and owns the stories."""

    def __init__(self, bootstrap: str, memory_days: float, now: Clock) -> None:
        self._bootstrap, self._memory, self._now = bootstrap, timedelta(days=memory_days), now
        self._stories = Stories()
        self._log = log.get("tocsin.group")

    async def rebuild(self, partition: int) -> None:
        """Builds the stories from what was grouped within memory. ``partition`` is the only one there is."""
        del partition
        stories = Stories()
        for text in sorted([text async for text in self._grouped_before()], key=lambda text: text.grouped_at):
            stories.remember(text)
        self._stories = stories
        self._log.info("rebuilt", articles=len(stories.articles), stories=len(stories.copies))

    async def _grouped_before(self) -> AsyncIterator[Text]:
        records = kafka.read_all(self._bootstrap, REPORTS_GROUPED.name, since=self._now() - self._memory)
        async for trace in decoded(records, Trace):
            yield Text.of(trace)

    def drop(self, partition: int) -> None:
        """Forgets the stories: another process owns them now."""
        del partition
        self._stories = Stories()

    def safe_offset(self, partition: int, consumed: int) -> int:
        """All that was handled is finished."""
        del partition
        return consumed

    async def __call__(self, event: ReportExtracted, _: Message) -> Result:
        """The report's place among the stories; nothing where its article was grouped before."""
        now = self._now()
        self._stories.forget_before(now - self._memory)
        grouped = self._stories.group(event.report, now)
        note: dict[str, object] = {"article_id": event.report.article_id}
        if grouped is None:
            return Result(note={**note, "repeat": True})
        # Remembered before it is confirmed: where publishing fails the process ends, and its memory with it.
        self._stories.remember(Text.of(grouped))
        metrics.REPORTS_GROUPED.labels(grouped.joined_by).inc()
        note |= {"story_id": grouped.story_id, "joined_by": grouped.joined_by, "copies": grouped.copies}
        return Result(events=(Output(REPORTS_GROUPED, grouped.story_id, grouped),), note=note)
