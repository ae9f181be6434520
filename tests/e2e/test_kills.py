"""Every service killed once while it works, two of a kind sharing the work: nothing lost, one id for each alert."""

import asyncio
from pathlib import Path

import pytest

from tests.e2e.newsroom import NewsroomWorld
from tests.stack.brokers import Broker

SECONDS_BETWEEN_KILLS = 1.5
RECOVERY_SECONDS = 90.0
SETTLE_SECONDS = 3.0


@pytest.mark.slow
async def test_each_service_killed_once_loses_nothing_and_doubles_no_id(fresh_broker: Broker, tmp_path: Path) -> None:
    world = NewsroomWorld(tmp_path / "world", fresh_broker.bootstrap)
    async with world.running():
        supervisor = world.stack.supervisor
        for name in ("extractor.extract", "alerter.match"):
            await supervisor.wait_ready(world.stack.launch(name, "second"))
        for name in list(supervisor.children):
            if name not in ("valkey", "broker"):
                world.kill(name)
                await asyncio.sleep(SECONDS_BETWEEN_KILLS)
        await world.until(world.is_complete, RECOVERY_SECONDS)
        await asyncio.sleep(SETTLE_SECONDS)
    assert world.tally.unexpected() == []
    assert all(len(ids) == 1 for ids in world.ids_by_alert().values()), "an alert came under two ids"
    killed = [line for line in world.notices if "SIGKILL" in line]
    assert len(killed) == len(supervisor.children) - 1, "not every kill hit a running process"


@pytest.mark.slow
async def test_the_newsroom_arrives_whole_and_once(fresh_broker: Broker, tmp_path: Path) -> None:
    world = NewsroomWorld(tmp_path / "world", fresh_broker.bootstrap, per_second=20)
    async with world.running():
        await world.until(world.is_complete, RECOVERY_SECONDS)
        await asyncio.sleep(SETTLE_SECONDS)
    assert world.tally.unexpected() == []
    assert world.tally.duplicates() == 0
    assert world.slack == len(world.newsroom.notifications_expected("slack"))
