"""Old entries of imported sources raise nothing."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.alerter.matching.match_step import Match
from services.alerter.matching.watch_index import WatchIndex
from shared.config.history import History
from shared.delivery import Message
from shared.events import ConfigChanged, ReportGrouped
from shared.names.lexicon import ActorParts
from tests.unit.alerter.samples import NOW, item, report

MESSAGE = Message("reports.grouped", 0, 0, b"", b"")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("source", "published_at", "is_news"),
    [
        ({"alert_from": "now"}, NOW - HOUR, False),
        ({"alert_from": "now"}, NOW + HOUR, True),
        ({"alert_from": "now"}, None, True),
        ({}, NOW - HOUR, True),
        (None, NOW - HOUR, True),
    ],
)
async def test_what_was_there_before_its_source_raises_nothing_where_the_source_says_so(
    source: dict[str, Any] | None, published_at: datetime | None, is_news: bool
) -> None:
    watches, sources = WatchIndex(ActorParts({})), History()
    watches.put(item("w", {"text": "shells"}))
    if source is not None:
        body = {"id": "desk", "url": "http://a.org/", **source}
        made = ConfigChanged(id="desk", based_on=0, owner="desk", changed_at=NOW, created_at=NOW, body=body)
        assert sources.apply(made)
    told = msgspec.structs.replace(report("Shells hit Aleppo."), published_at=published_at)
    grouped = ReportGrouped(story_id="s", report=told, grouped_at=NOW + 2 * HOUR)
    result = await Match(watches, lambda: NOW, sources)(grouped, MESSAGE)
    assert bool(result.events) is is_news
