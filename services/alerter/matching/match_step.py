"""The match step: Faust over ``reports.grouped``, with the watches that are in force."""

from services.alerter.matching.backlog import is_backlog
from services.alerter.matching.view import ReportView
from services.alerter.matching.watch_index import WatchIndex
from shared import log, metrics
from shared.config.history import History, Item
from shared.delivery import Message, Output, Result, Stage
from shared.events import ConfigChanged, Evidence, Report, ReportGrouped, ReportHeader, ReportMatched, WatchHeader
from shared.names.records import OWN_PREFIX
from shared.times import Clock
from shared.topics import REPORTS_GROUPED, REPORTS_MATCHED

STAGE = Stage("match", REPORTS_GROUPED, ReportGrouped)
MOST_EVIDENCE = 12
MOST_ALSO = 8


class Match:
    """Handles one report. ``sources`` are those in force, kept in step by somebody else."""

    def __init__(self, watches: WatchIndex, now: Clock, sources: History | None = None) -> None:
        self._watches, self._now = watches, now
        self._sources = History() if sources is None else sources

    def apply(self, change: ConfigChanged, history: History) -> None:
        """Takes an edit of a watch into force."""
        item: Item | None = history.items.get(change.id)
        if item is None:
            self._watches.remove(change.id)
            return
        try:
            self._watches.put(item)
        except ValueError as error:
            # The error's text would name what a sensitive watch looks for.
            log.get("tocsin.match").error("watch_invalid", watch_id=change.id, error=type(error).__name__)

    def apply_name(self, change: ConfigChanged) -> None:
        """Takes what a desk's own name says of actors' parts into force."""
        parents = (change.body or {}).get("parents", ())
        self._watches.put_actor(OWN_PREFIX + change.id, [parent for parent in parents if isinstance(parent, str)])

    async def __call__(self, event: ReportGrouped, _: Message) -> Result:
        """One match for each watch that the report fulfils; none for what was there before its source was."""
        if is_backlog(event.report, self._sources.items.get(event.report.source_id)):
            return Result(note={"article_id": event.report.article_id, "story_id": event.story_id, "backlog": True})
        view = ReportView(event.report)
        found = [
            _matched(event, header, evidence, self._now)
            for header, evidence in self._watches.matches(view, event.grouped_at)
        ]
        metrics.MATCHES.inc(len(found))
        note: dict[str, object] = {
            "article_id": event.report.article_id,
            "story_id": event.story_id,
            "watches": len(self._watches),
            "matched": len(found),
        }
        return Result(events=tuple(Output(REPORTS_MATCHED, m.watch.id, m) for m in found), note=note)


def _matched(event: ReportGrouped, header: WatchHeader, evidence: list[Evidence], now: Clock) -> ReportMatched:
    return ReportMatched(
        watch=header,
        story_id=event.story_id,
        report=_header(event.report),
        evidence=tuple(evidence[:MOST_EVIDENCE]),
        also=_also(event.report, evidence),
        copies=event.copies,
        matched_at=now(),
        grouped_at=event.grouped_at,
    )


def _header(report: Report) -> ReportHeader:
    return ReportHeader(
        article_id=report.article_id,
        source_id=report.source_id,
        url=report.url,
        title=report.title,
        language=report.language,
        fetched_at=report.fetched_at,
        sha256=report.sha256,
        published_at=report.published_at,
    )


def _also(report: Report, evidence: list[Evidence]) -> tuple[str, ...]:
    """Other places of the report, by name, in order of mention."""
    shown = {item.start for item in evidence}
    names = dict.fromkeys(p.name for p in report.locations if p.start not in shown and p.zone != "boilerplate")
    return tuple(names)[:MOST_ALSO]
