"""Pages with real clutter that names watched places: alerts from the report alone, at once, with its own words."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from tests.e2e.world import World

CLUTTER = Path(__file__).parents[1] / "data" / "clutter"
SECONDS_FROM_FETCH = 2.0
# On a machine that does something else beside, one in ten may be late, and none by far.
MOST_SECONDS, SHARE_IN_TIME = 6.0, 0.9
SETTLE_SECONDS = 2.0


def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((CLUTTER / "expected.yaml").read_text(encoding="utf-8"))
    return [{**row, "url_path": unquote(row["url_path"])} for row in rows]


async def test_twenty_cluttered_pages_alert_from_their_reports_alone(world: World) -> None:
    world.write("watches.yaml", (CLUTTER / "watches.yaml").read_text(encoding="utf-8"))
    rows = _rows()
    expected = {(row["url_path"], watch) for row in rows for watch in row["watches"]}
    async with world.running():
        for row in rows:
            world.site.publish(row["url_path"], row["title"], (CLUTTER / row["page"]).read_bytes())
        await world.until(lambda: set(world.pairs()) >= expected, what="all expected alerts")
        await asyncio.sleep(SETTLE_SECONDS)
    assert sorted(world.pairs()) == sorted(expected)
    _assert_in_time(world)
    _assert_evidence_is_the_reports(world, rows)


def _assert_in_time(world: World) -> None:
    spans = [
        (world.site.served[world.path_of(delivery.payload)], delivery.received_at.timestamp())
        for delivery in world.receiver.deliveries
    ]
    waits = sorted(until - since - world.standstills.seconds(since, until) for since, until in spans)
    assert waits[-1] < MOST_SECONDS, waits
    assert sum(wait <= SECONDS_FROM_FETCH for wait in waits) >= SHARE_IN_TIME * len(waits), waits


def _assert_evidence_is_the_reports(world: World, rows: list[dict[str, Any]]) -> None:
    clutter = {row["url_path"]: row["must_not_contain"] for row in rows}
    for payload in world.payloads():
        data = payload["data"]
        path = world.path_of(payload)
        assert data["evidence"], path
        for item in data["evidence"]:
            assert item["text"] in item["quote"], path
            assert item["zone"] != "boilerplate", path
            assert not any(phrase in item["quote"] for phrase in clutter[path]), path
