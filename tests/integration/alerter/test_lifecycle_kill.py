"""A lifecycle killed between an alert's requests and its mark: the same requests again, and one alert."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from shared import codec, kafka
from shared.delivery import Output, publish
from shared.events import AlertRaised, NotificationRequested
from shared.topics import ALERTS_RAISED, NOTIFICATIONS_REQUESTED, REPORTS_MATCHED
from tests.contract.broker.clients import eventually
from tests.stack.process import Process
from tests.unit.alerter.samples import match

_KILLED = Path(__file__).with_name("killed_step.py")
_ROOT = str(Path(__file__).parents[3])


async def _events(bootstrap: str, topic: str, kind: type) -> list[object]:
    return [codec.decode(record.value, kind) async for record in kafka.read_all(bootstrap, topic)]


async def test_one_alert_and_the_same_notification_ids(
    bootstrap: str, tmp_path: Path, unique_name: Callable[[str], str]
) -> None:
    story = unique_name("story")
    producer = kafka.producer(bootstrap)
    await producer.start()
    await publish(producer, [Output(REPORTS_MATCHED, "deir", match("deir", story))] * 2)
    await producer.stop()

    async def requests() -> list[str]:
        found = await _events(bootstrap, NOTIFICATIONS_REQUESTED.name, NotificationRequested)
        return [r.notification_id for r in found if isinstance(r, NotificationRequested) and r.alert.story_id == story]

    async def alerts() -> list[str]:
        found = await _events(bootstrap, ALERTS_RAISED.name, AlertRaised)
        return [alert.alert_id for alert in found if isinstance(alert, AlertRaised) and alert.story_id == story]

    environment = {"PYTHONPATH": _ROOT, "TOCSIN_KAFKA": bootstrap, "TOCSIN_CONFIG": "", "TOCSIN_LOG_LEVEL": "warning"}
    doomed, step = Process(tmp_path / "doomed.log"), Process(tmp_path / "step.log")
    command = [sys.executable, _KILLED, "lifecycle", ALERTS_RAISED.name]
    await asyncio.to_thread(doomed.start, command, is_ready=lambda: True, env=environment)
    try:

        async def dead() -> bool:
            return not doomed.is_running

        await eventually(dead, 20)
        assert (len(await requests()), await alerts()) == (1, []), doomed.output()
        command = [sys.executable, "-m", "services.alerter", "lifecycle"]
        await asyncio.to_thread(step.start, command, is_ready=lambda: True, env=environment)

        async def raised() -> bool:
            return bool(await alerts())

        await eventually(raised, 20)
        assert await asyncio.to_thread(step.stop) == 0
        assert len(set(await alerts())) == len(await alerts()) == 1
        assert len(set(await requests())) == 1
        assert len(await requests()) == 2
    finally:
        await asyncio.to_thread(doomed.kill)
        await asyncio.to_thread(step.kill)
