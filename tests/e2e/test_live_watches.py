"""Watches edited while articles flow: in force within a second, and a bad entry harms nothing but itself."""

import asyncio
import json
import re
import time
from typing import Any

from tests.e2e.world import World

SECONDS_TO_EFFECT = 1.0
# A page is published every so often; poll and pipeline take their own time on top of the watch's.
EVERY_SECONDS = 0.1

ISIS = {"id": "isis", "when": {"actor": "ISIS"}}
RAQQA = {"id": "raqqa", "when": {"place": {"name": "Raqqa", "country": "SY", "within_km": 20}}}
TEXT = ("Fighters of ISIS attacked a checkpoint near Raqqa in Syria on Monday, the governor's office said.",)


def _text(number: int) -> str:
    """A text of its own: copies of one text would be one story, and one alert."""
    first = f"Witnesses counted {number} lorries on road {number * 7} before the shooting of day {number} began."
    second = f"The hospital took in {number + 3} of the wounded and sent {number + 1} of them home by noon."
    return f"{TEXT[0]} {first} {second}"


async def _flow(world: World, stop: asyncio.Event) -> None:
    number = 0
    while not stop.is_set():
        world.site.publish_text(f"/report-{number}", f"Attack number {number}", _text(number))
        number += 1
        await asyncio.sleep(EVERY_SECONDS)


def _fetched_at(payload: dict[str, Any]) -> float:
    from datetime import datetime

    return datetime.fromisoformat(payload["data"]["report"]["fetched_at"]).timestamp()


async def test_a_watch_added_while_articles_flow_is_in_force_within_a_second(world: World) -> None:
    world.watch(ISIS)
    stop = asyncio.Event()
    async with world.running():
        pids = {name: child.pid for name, child in world.stack.supervisor.children.items()}
        flow = asyncio.create_task(_flow(world, stop))
        await world.until(lambda: len(world.pairs()) >= 5, what="alerts of the first watch")
        world.watch(ISIS, RAQQA)
        saved = time.time()
        await asyncio.sleep(4)
        stop.set()
        await flow
        pages = len(world.site.pages)
        await world.until(lambda: sum(w == "isis" for _, w in world.pairs()) == pages, what="every page alerted")
        await asyncio.sleep(1)
        assert pids == {name: child.pid for name, child in world.stack.supervisor.children.items()}, "a restart"
    fetched = {p["data"]["report"]["url"]: _fetched_at(p) for p in world.payloads()}
    alerted = {p["data"]["report"]["url"] for p in world.payloads() if p["data"]["watch"]["id"] == "raqqa"}
    still = world.standstills.seconds
    must = {url for url, at in fetched.items() if at > saved + SECONDS_TO_EFFECT + still(saved, at)}
    assert must, "no page was fetched after the watch had its second"
    assert must <= alerted
    # Never for what was grouped before the watch was made; a fetch before the save may be grouped after it.
    assert not {url for url in alerted if fetched[url] < saved - SECONDS_TO_EFFECT}


async def test_an_invalid_entry_is_refused_with_file_line_and_remedy_and_the_rest_stays(world: World) -> None:
    world.watch(ISIS, RAQQA)
    async with world.running():
        world.site.publish_text("/before", "Before", *TEXT)
        await world.until(lambda: len(world.pairs()) == 2, what="both watches")
        world.write(
            "watches.yaml",
            "watches:\n"
            "  - {id: isis, when: {actor: ISIS}, notify: [desk]}\n"
            "  - {id: raqqa, when: {plaice: {name: Raqqa}}, notify: [desk]}\n"
            '  - {id: text, when: {text: "checkpoint"}, notify: [desk]}\n',
        )
        await world.until(lambda: _refusals(world) != [], what="the refusal")
        await world.until(lambda: world.published("watches.yaml") == 2, what="the rest")
        world.site.publish_text("/after", "After", _text(77))
        await world.until(lambda: len(world.pairs()) == 5, what="old version, neighbour and new watch")
        await asyncio.sleep(1)
    (refusal,) = _refusals(world)
    assert refusal.startswith("watches.yaml:3: raqqa: ")
    assert "'when.plaice' is not a known key" in refusal
    assert "Check its spelling" in refusal
    assert sorted(world.pairs()) == [
        ("/after", "isis"),
        ("/after", "raqqa"),
        ("/after", "text"),
        ("/before", "isis"),
        ("/before", "raqqa"),
    ]


async def test_a_file_that_is_no_yaml_changes_nothing(world: World) -> None:
    world.watch(ISIS)
    async with world.running():
        world.write("watches.yaml", "watches:\n  - {id: isis, when: {actor: ISIS}\n")
        await world.until(lambda: _refusals(world) != [], what="the refusal")
        world.site.publish_text("/after", "After", *TEXT)
        await world.until(lambda: world.pairs() == [("/after", "isis")], what="the old watch")
    assert _refusals(world)[0].startswith("watches.yaml:")


def _refusals(world: World) -> list[str]:
    return [line["error"] for line in world.log("config") if line.get("event") == "config_refused"]


async def test_a_shape_and_an_area_of_files_are_live(world: World) -> None:
    corridor = {"type": "LineString", "coordinates": [[38.5, 35.9], [39.5, 35.98]]}
    world.write("road.geojson", json.dumps(corridor))
    world.write("areas.yaml", {"areas": [{"id": "city", "lat": 35.95, "lon": 39.01, "within_km": 20}]})
    world.watch(
        {"id": "road", "when": {"place": {"geojson": "road.geojson", "within_km": 15}}},
        {"id": "city", "when": {"place": {"area": "city"}}},
    )
    async with world.running():
        world.site.publish_text("/near", "Near", _text(1))
        await world.until(lambda: len(world.pairs()) == 2, what="both watches")
        world.write("road.geojson", json.dumps({**corridor, "coordinates": [[10.0, 50.0], [11.0, 51.0]]}))
        await world.until(lambda: world.published("watches.yaml") == 2, what="the road elsewhere")
        world.site.publish_text("/again", "Again", _text(77))
        await world.until(lambda: ("/again", "city") in world.pairs(), what="the watch on the area")
        await asyncio.sleep(1)
    assert sorted(world.pairs()) == [("/again", "city"), ("/near", "city"), ("/near", "road")]
    why = {p["data"]["watch"]["id"]: p["data"]["evidence"][0]["why"] for p in world.payloads()}
    assert re.fullmatch(r".+, \d+ km from road.geojson", why["road"])
    assert re.fullmatch(r".+, \d+ km from city", why["city"])
