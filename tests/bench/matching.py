"""What it costs to match a report with the watches of a desk."""

from collections.abc import Sequence

from services.alerter.matching.view import ReportView
from services.alerter.matching.watch_index import WatchIndex
from services.extractor.read import Reader
from shared.config.history import Item
from shared.names import lexicon
from shared.names.gazetteer import Gazetteer
from shared.names.lexicon import ActorParts
from shared.times import utc_now
from tests.bench.measure import per_item_us, row

WATCHES = 10_000


def watches(names: Gazetteer, reports: Sequence[str]) -> None:
    """Prints the row of a report that is tried against many circles."""
    index = WatchIndex(ActorParts(lexicon.parents()))
    now = utc_now()
    for number in range(WATCHES):
        lat, lon = (number * 7 % 160) - 80, (number * 13 % 360) - 180
        when = {"place": {"name": "x", "lat": lat, "lon": lon, "within_km": 30}}
        body = {"id": f"w{number}", "when": when, "notify": ["desk"]}
        index.put(Item(id=body["id"], version=1, owner="bench", created_at=now, changed_at=now, body=body))
    read = [Reader(names).read_text(report) for report in reports]
    match_us = per_item_us(lambda report: list(index.matches(ReportView(report), now)), read)
    row(f"match a report with {WATCHES:,} watches", match_us, "us")
