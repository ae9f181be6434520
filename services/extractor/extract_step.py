"""The extract step: Faust over ``articles.fetched``, the reader in a thread beside the event loop."""

import asyncio
import time

from services.extractor.read import Reader
from shared import metrics
from shared.delivery import Message, Output, Result, Stage
from shared.events import ArticleFetched, Report, ReportExtracted
from shared.times import utc_now
from shared.topics import ARTICLES_FETCHED, REPORTS_EXTRACTED

STAGE = Stage("extract", ARTICLES_FETCHED, ArticleFetched)


def to_result(report: Report, seconds: float) -> Result:
    """The event for a report, and what the log says of it."""
    event = ReportExtracted(report=report, extracted_at=utc_now())
    note: dict[str, object] = {
        "article_id": report.article_id,
        "source_id": report.source_id,
        "language": report.language,
        "characters": len(report.text),
        "locations": len(report.locations),
        "actors": len(report.actors),
        "extract_ms": round(seconds * 1000, 1),
    }
    return Result(events=(Output(REPORTS_EXTRACTED, report.article_id, event),), note=note)


class Extract:
    """Handles one article."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def __call__(self, article: ArticleFetched, _: Message) -> Result:
        """The report of an article. Any error is this article's own: it goes to the dead letters."""
        started = time.perf_counter()
        report = await asyncio.to_thread(self._reader.read_article, article)
        seconds = time.perf_counter() - started
        metrics.EXTRACT_SECONDS.observe(seconds)
        metrics.MENTIONS.labels("location").inc(len(report.locations))
        metrics.MENTIONS.labels("actor").inc(len(report.actors))
        return to_result(report, seconds)
