"""Old entries of new sources: a feed that was imported is news from then on. Pure."""

from shared.config.history import Item
from shared.events import Report


def is_backlog(report: Report, source: Item | None) -> bool:
    """Whether the source asks for what comes after it was made, and the report was published before.

    One without a date is news: of a hundred repeats too many none is lost.
    """
    if source is None or source.body.get("alert_from") != "now" or report.published_at is None:
        return False
    return report.published_at < source.created_at
