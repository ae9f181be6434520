"""The files' publisher on a real broker and a real folder: edits reach the topics, however they are saved."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog

from shared import kafka
from shared.events import ConfigChanged
from shared.names import gazetteer
from shared.status_server import Health
from shared.times import utc_now
from shared.topics import SOURCES_CHANGED
from tests.contract.broker.clients import eventually
from tests.stack.brokers import EmbeddedKafka
from tocsin.config_files.publish import FilePublisher
from tocsin.topic_admin import create_topics


def sources(*ids: str) -> str:
    return "sources:\n" + "".join(f"  - {{id: {name}, url: 'http://{name}.org/'}}\n" for name in ids)


class Desk:
    """A folder, its publisher, and what is in force."""

    def __init__(self, bootstrap: str, folder: Path) -> None:
        self.bootstrap, self.folder = bootstrap, folder
        self.publisher: FilePublisher

    @property
    def in_force(self) -> set[str]:
        """The sources that are in force."""
        return set(self.publisher.chronicles["sources"].items)

    async def until(self, *ids: str) -> None:
        """Waits until just these sources are in force."""
        await eventually(self._has(set(ids)), 15)

    def _has(self, ids: set[str]) -> Callable[[], Awaitable[bool]]:
        async def has() -> bool:
            return self.in_force == ids

        return has

    @asynccontextmanager
    async def publishing(self, made: type[FilePublisher] = FilePublisher) -> AsyncIterator[Health]:
        """The publisher runs meanwhile."""
        producer = kafka.producer(self.bootstrap)
        await producer.start()
        stop, health = asyncio.Event(), Health("test")
        self.publisher = made(self.folder, self.bootstrap, producer, gazetteer.load, utc_now)
        task = asyncio.create_task(self.publisher.run(stop, health))

        async def ready() -> bool:
            return health.ready or task.done()

        try:
            await eventually(ready, 15)
            yield health
        finally:
            stop.set()
            await asyncio.wait_for(task, 15)
            await producer.stop()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    broker = EmbeddedKafka(tmp_path / "broker")
    await asyncio.to_thread(broker.start)
    await create_topics(broker.bootstrap, 1)
    folder = tmp_path / "config"
    folder.mkdir()
    yield Desk(broker.bootstrap, folder)
    await asyncio.to_thread(broker.wipe)


async def test_edits_reach_the_topic_and_a_restart_repeats_none(desk: Desk) -> None:
    path = desk.folder / "sources.yaml"
    path.write_text(sources("a", "b"))
    async with desk.publishing():
        assert desk.in_force == {"a", "b"}
        path.write_text(sources("a", "c"))  # at the very moment when it is ready
        await desk.until("a", "c")
        path.write_text("")  # an editor that empties the file before it writes
        await asyncio.sleep(0.4)
        assert desk.in_force == {"a", "c"}
        path.write_text("sources: []")
        await desk.until()
        draft = desk.folder / "sources.yaml.tmp"
        draft.write_text(sources("d"))
        draft.rename(path)
        await desk.until("d")
    records = [record async for record in kafka.read_all(desk.bootstrap, SOURCES_CHANGED.name)]
    again = Desk(desk.bootstrap, desk.folder)
    async with again.publishing():
        assert again.in_force == {"d"}
    assert len([record async for record in kafka.read_all(desk.bootstrap, SOURCES_CHANGED.name)]) == len(records)


async def test_a_mounted_config_map_is_followed_through_its_links(desk: Desk) -> None:
    for name, text in (("v1", sources("a")), ("v2", sources("b"))):
        (desk.folder / name).mkdir()
        (desk.folder / name / "sources.yaml").write_text(text)
    (desk.folder / "..data").symlink_to("v1")
    (desk.folder / "sources.yaml").symlink_to("..data/sources.yaml")
    async with desk.publishing():
        assert desk.in_force == {"a"}
        (desk.folder / "..data_tmp").symlink_to("v2")
        (desk.folder / "..data_tmp").rename(desk.folder / "..data")
        await desk.until("b")


async def test_an_edit_that_lost_a_race_is_told_of(desk: Desk) -> None:
    now = utc_now()
    theirs = ConfigChanged(id="a", based_on=0, owner="console", changed_at=now, created_at=now, body={"id": "a"})

    class Hasty(FilePublisher):
        """Someone else's edit comes between the plan and its publication."""

        def _say(self, kind: object, plan: object) -> None:
            super()._say(kind, plan)  # type: ignore[arg-type]
            if plan.edits:  # type: ignore[attr-defined]
                plan.edits.insert(0, theirs)  # type: ignore[attr-defined]

    (desk.folder / "sources.yaml").write_text(sources("a"))
    with structlog.testing.capture_logs() as lines:
        async with desk.publishing(Hasty):
            assert desk.publisher.chronicles["sources"].items["a"].owner == "console"
    assert [line["ids"] for line in lines if line["event"] == "config_conflict"] == [["a"]]
    (refusal,) = [line["error"] for line in lines if line["event"] == "config_refused"]
    assert "sources.yaml:2: a: belongs to console" in refusal
