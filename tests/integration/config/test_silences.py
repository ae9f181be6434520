"""A silence made on the command line, through the lifecycle step as a process: raised, written down, and not told."""

import asyncio
import itertools
import sys
from pathlib import Path

from shared import codec, kafka
from shared.delivery import Output, publish
from shared.events import AlertRaised, NotificationRequested
from shared.topics import ALERTS_RAISED, NOTIFICATIONS_REQUESTED, REPORTS_MATCHED
from tests.integration.config.conftest import Desk
from tests.integration.console.conftest import ROOT
from tests.stack.process import Process
from tests.unit.alerter.samples import match


def publish_match(desk: Desk, watch_id: str, story_id: str) -> None:
    async def send() -> None:
        async with kafka.running_producer(desk.bootstrap) as producer:
            await publish(producer, [Output(REPORTS_MATCHED, watch_id, match(watch_id, story_id))])

    asyncio.run(send())


def alerts(desk: Desk) -> dict[str, AlertRaised]:
    """Alerts by story."""

    async def found() -> dict[str, AlertRaised]:
        every = [codec.decode(r.value, AlertRaised) async for r in kafka.read_all(desk.bootstrap, ALERTS_RAISED.name)]
        return {alert.story_id: alert for alert in every}

    return asyncio.run(found())


def told(desk: Desk) -> set[str]:
    """Stories of which somebody is to be told."""

    async def found() -> set[str]:
        records = kafka.read_all(desk.bootstrap, NOTIFICATIONS_REQUESTED.name)
        return {codec.decode(record.value, NotificationRequested).alert.story_id async for record in records}

    return asyncio.run(found())


def test_a_silence_holds_from_before_the_start_until_it_is_removed(desk: Desk, tmp_path: Path) -> None:
    watch_id, quiet = desk.id("w"), desk.id("quiet")
    desk.run("silence", "add", f"id={quiet}", "for=8h", f"watch={watch_id}", "comment=known drill")
    publish_match(desk, watch_id, desk.id("before"))
    step = Process(tmp_path / "lifecycle.log")
    environment = {"PYTHONPATH": str(ROOT), "TOCSIN_KAFKA": desk.bootstrap, "TOCSIN_CONFIG": ""}
    command = [sys.executable, "-m", "services.alerter", "lifecycle"]
    step.start(command, is_ready=lambda: True, env=environment)
    try:
        desk.until(lambda: desk.id("before") in alerts(desk), "the silenced alert")
        silenced = alerts(desk)[desk.id("before")]
        assert (silenced.silenced_by, silenced.silenced_receivers) == ((quiet,), ("desk",))
        publish_match(desk, desk.id("other"), desk.id("aside"))
        desk.until(lambda: desk.id("aside") in told(desk), "an alert of another watch")
        desk.run("silence", "remove", quiet, "--yes")
        stories = (desk.id(f"after-{number}") for number in itertools.count())

        def speaks_again() -> bool:  # the step learns of the removal in its own time
            publish_match(desk, watch_id, next(stories))
            return any(story.startswith(desk.id("after-")) for story in told(desk))

        desk.until(speaks_again, "an alert that is told")
        assert desk.id("before") not in told(desk)
    finally:
        step.kill()
