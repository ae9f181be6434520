"""The disk under the whole local stack fills up, and is freed again: writes are refused, said so, and resume."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.world import World

MEGABYTES = 40
ARTICLES = 40


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, where this machine lets us mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a small file system is not allowed here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return filler


def _broker_log(world: World) -> str:
    return (world.folder / "data" / "logs" / "broker.log").read_text(encoding="utf-8", errors="replace")


@pytest.mark.slow
async def test_a_full_disk_loses_nothing_and_work_goes_on_when_there_is_room(small_disk: Path) -> None:
    world = World(small_disk / "world")
    world.watch({"id": "isis", "when": {"actor": "ISIS"}})
    async with world.running():
        world.site.publish_text("/before", "Before", "Fighters of ISIS shelled the first village at dawn.")
        await world.until(lambda: len(world.pairs()) == 1, what="the alert before")
        filler = await asyncio.to_thread(_fill, small_disk)
        for number in range(ARTICLES):
            world.site.publish_text(f"/during-{number}", f"During {number}", f"ISIS shelled village {number} at noon.")
        await asyncio.sleep(8)
        assert len(set(world.pairs())) < ARTICLES, "the last pages of files took it all"
        filler.unlink()
        await world.until(lambda: len(set(world.pairs())) == ARTICLES + 1, seconds=120, what="what came meanwhile")
        world.site.publish_text("/after", "After", "Fighters of ISIS shelled the last village at dusk.")
        await world.until(lambda: len(set(world.pairs())) == ARTICLES + 2, what="the alert after")
        assert "can write to" in _broker_log(world)
    assert len(world.arrived_at) == ARTICLES + 2, "an alert came under two ids"
