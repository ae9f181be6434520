"""Every topic of the pipeline given to its steps again, from its start: nothing is sent, and new reports go through."""

import asyncio
import json

from tests.e2e.command import tocsin
from tests.e2e.world import World

STEPS = {
    "articles.fetched": "extractor.extract",
    "reports.extracted": "extractor.group",
    "reports.grouped": "alerter.match",
    "reports.matched": "alerter.lifecycle",
    "notifications.requested": "alerter.dispatch",
}


def _report(number: int) -> tuple[str, str, str]:
    text = f"Fighters of ISIS attacked checkpoint {number} near Raqqa in Syria, the governor said on day {number}."
    return f"/report-{number}", f"Attack {number} near Raqqa", text


def _handled(world: World, step: str) -> int:
    return sum(line.get("event") == "handled" for line in world.log(step))


async def test_replaying_every_topic_from_its_start_sends_nothing(world: World) -> None:
    world.watch({"id": "isis", "when": {"actor": "ISIS"}}, {"id": "raqqa", "when": {"place": {"name": "Raqqa"}}})
    async with world.running():
        for number in range(5):
            world.site.publish_text(*_report(number))
        await world.until(lambda: len(world.pairs()) == 10, what="the first alerts")
        requests = len(world.receiver.deliveries)
        for topic, step in STEPS.items():
            before = _handled(world, step)
            (line,) = await tocsin(world, "replay", topic, "--json")
            replayed = json.loads(line)["replayed"]
            assert replayed >= 5
            await world.until(lambda: _handled(world, step) >= before + replayed, what=f"{step} to see it all again")  # noqa: B023
        world.site.publish_text(*_report(99))
        await world.until(lambda: len(world.pairs()) == 12, what="the alerts of a new report")
        await asyncio.sleep(2)
    assert len(world.receiver.deliveries) == requests + 2
    assert sorted(world.pairs()[10:]) == [("/report-99", "isis"), ("/report-99", "raqqa")]
