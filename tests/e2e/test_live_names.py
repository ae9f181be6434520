"""A desk's own names edited while articles flow: found in the next report, gone from the one after their removal."""

import asyncio
import os
import signal
from typing import Any

from tests.e2e.command import tocsin
from tests.e2e.world import World

NEAR = {"id": "near", "when": {"place": {"lat": 35.0, "lon": 38.0, "within_km": 30}}}
ANY = {"id": "any", "when": {"text": "zwischenfall"}}
CAMP = {"id": "camp", "kind": "place", "name": "Tell Qarmat", "lat": 35.0, "lon": 38.0, "country": "SY"}


def _text(number: int, where: str) -> str:
    """A text of its own, or it would be one story with the others, and one alert."""
    return (
        f"Zwischenfall {number}: two drones crossed the line near {where} at dawn, residents said on Monday. "
        f"A convoy of {number + 3} lorries turned back after {number * 7 + 2} minutes, and road {number * 13} was shut."
    )


async def _publish(world: World, number: int, where: str) -> str:
    """Publishes a page, and waits until its alert by the watch on the text is there: it was read."""
    path = f"/report-{number}"
    world.site.publish_text(path, f"Report number {number}", _text(number, where))
    await world.until(lambda: (path, "any") in world.pairs(), what=path)
    return path


async def test_a_name_added_by_command_raises_an_alert_and_none_once_removed(world: World) -> None:
    world.watch(NEAR, ANY)
    async with world.running():
        await _publish(world, 0, "Tell Qarmat")
        await tocsin(world, "name", "add", "id=camp", *(f"{k}={v}" for k, v in CAMP.items() if k != "id"))
        by_sound = [await _publish(world, 1, "Tell Qarmat"), await _publish(world, 2, "Tall Karmat")]
        await world.until(lambda: {(path, "near") for path in by_sound} <= set(world.pairs()), what="alerts")

        extractor = world.stack.supervisor.children["extractor.extract"]
        assert extractor.pid is not None
        killed = extractor.pid
        os.kill(killed, signal.SIGKILL)
        again = await _publish(world, 3, "Tel Qarmat")
        await world.until(lambda: (again, "near") in world.pairs(), 60, what="the alert after the kill")
        assert extractor.pid not in (None, killed)

        await tocsin(world, "name", "remove", "camp", "--yes")
        await _publish(world, 4, "Tell Qarmat")
        await asyncio.sleep(1)
    near = sorted(path for path, watch in world.pairs() if watch == "near")
    assert near == [*by_sound, again]
    found = {world.path_of(p): p["data"]["evidence"][0]["text"] for p in world.payloads() if _is_near(p)}
    assert found[by_sound[1]] == "Tall Karmat"


def _is_near(payload: dict[str, Any]) -> bool:
    return bool(payload["data"]["watch"]["id"] == "near")


async def test_names_of_a_file_are_live_too(world: World) -> None:
    world.watch(ANY, {"id": "camp", "when": {"place": {"name": "Tell Qarmat", "within_km": 5}}})
    async with world.running():
        first = await _publish(world, 0, "Tell Qarmat")  # nothing knows the name: the text has it
        await world.until(lambda: (first, "camp") in world.pairs(), what="by its text")
        world.write("names.yaml", {"names": [{**CAMP, "aliases": ["Hill Ninety"]}]})
        await world.until(lambda: world.published("watches.yaml") >= 2, what="the watch pinned")
        second = await _publish(world, 1, "Hill Ninety")
        await world.until(lambda: (second, "camp") in world.pairs(), what="by its alias")
    evidence = [p["data"]["evidence"][0] for p in world.payloads() if p["data"]["watch"]["id"] == "camp"]
    assert [(one["text"], one["why"]) for one in evidence] == [
        ("Tell Qarmat", "says 'Tell Qarmat'"),
        ("Hill Ninety", "Tell Qarmat, 0 km from Tell Qarmat"),
    ]
