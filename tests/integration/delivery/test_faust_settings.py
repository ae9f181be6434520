"""What was measured of Faust, and what `shared.worker` rests on.

Each fact is held from both sides: as it is set nothing is lost, and with the setting turned (the `turned-` modes of
`faust_stage.py`) the same course of events does lose a message, so that the test can tell.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared import codec, kafka
from shared.events import SourcePolled
from shared.process import EX_TEMPFAIL
from tests.contract.broker.clients import create_topic, eventually, first, produce
from tests.stack.brokers import Broker
from tests.stack.process import Process

Name = Callable[[str], str]
_STAGE = Path(__file__).with_name("faust_stage.py")
_ROOT = str(Path(__file__).parents[3])
TAKEN = 12  # 0.6 s apart: together longer than the patience of an impatient worker


class Worker:
    """A stage in a process of its own, on a topic and in a group of its own."""

    def __init__(self, broker: Broker, topic: str, name: str, folder: Path) -> None:
        self.broker, self.topic, self.name, self.folder = broker, topic, name, folder
        self.process = Process(folder / "log")
        (folder / "done").touch()

    async def start(self, mode: str = "stage") -> None:
        """Starts it."""
        command = [sys.executable, _STAGE, self.broker.bootstrap, self.topic, self.name, self.folder, mode]
        await asyncio.to_thread(
            self.process.start, command, is_ready=lambda: True, env={"PYTHONPATH": _ROOT, "TOCSIN_CONFIG": ""}
        )

    def has(self, line: str) -> bool:
        """Whether it wrote this line."""
        return line in (self.folder / "done").read_text().splitlines()

    async def until(self, line: str) -> None:
        """Waits for a line."""

        async def written() -> bool:
            return self.has(line)

        try:
            await eventually(written)
        except TimeoutError as error:
            written_so_far = (self.folder / "done").read_text()
            raise AssertionError(f"no '{line}' but {written_so_far!r}\n{self.process.output()}") from error

    async def exit_code(self) -> int:
        """Waits until it ends by itself."""

        async def ended() -> bool:
            return not self.process.is_running

        await eventually(ended)
        return self.process.kill()

    async def committed(self) -> int:
        """The group's offset in the partition; 0 where there is none."""
        reader = AIOKafkaConsumer(
            bootstrap_servers=self.broker.bootstrap, group_id=f"tocsin.{self.name}", enable_auto_commit=False
        )
        await reader.start()
        try:
            reader.assign([first(self.topic)])
            return await reader.committed(TopicPartition(self.topic, 0)) or 0
        finally:
            await reader.stop()

    async def until_committed(self, offset: int) -> None:
        """Waits until the group has come so far."""

        async def reached() -> bool:
            return await self.committed() >= offset

        await eventually(reached)


Make = Callable[[], Awaitable[Worker]]


@pytest.fixture
async def make_worker(embedded_broker: Broker, unique_name: Name, tmp_path: Path) -> AsyncIterator[Make]:
    made: list[Worker] = []

    async def make() -> Worker:
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        topic = await create_topic(embedded_broker, unique_name("topic"))
        made.append(Worker(embedded_broker, topic, unique_name("stage"), folder))
        return made[-1]

    yield make
    for worker in made:
        await asyncio.to_thread(worker.process.kill)


@pytest.fixture
async def worker(make_worker: Make) -> Worker:
    return await make_worker()


async def send(worker: Worker, *names: str) -> None:
    events = [
        codec.encode(SourcePolled(source_id=name, polled_at=datetime(2026, 1, 1, tzinfo=UTC), outcome="ok"))
        for name in names
    ]
    await produce(worker.broker, worker.topic, events)


async def test_an_exception_that_leaves_an_agent_acknowledges_its_batch(worker: Worker) -> None:
    """Faust's own doing. Were it ever to change, this fails, and `shared.worker` may be made simpler."""
    await send(worker, "lost")
    await worker.start("escape")
    await worker.until("raised over 0")
    await worker.until_committed(1)


async def test_so_none_leaves_the_process_ends_unacknowledged(make_worker: Make) -> None:
    """So it does where Faust itself crashes: the process would live on, healthy and deaf."""

    async def run(mode: str, line: str) -> tuple[int, int]:
        worker = await make_worker()
        if line:
            await send(worker, "a")
        await worker.start(mode)
        if line:
            await worker.until(line)
        return await worker.exit_code(), await worker.committed()

    ends = await asyncio.gather(run("down", "begun a"), run("broken", "begun"), run("crash", ""))
    assert ends == [(EX_TEMPFAIL, 0)] * 3


async def test_a_worker_that_takes_nothing_any_more_is_ended(worker: Worker) -> None:
    """As long as it does take something it is left alone, and what it was at is not acknowledged."""
    await worker.start("impatient")
    for number in range(TAKEN):
        await send(worker, f"a{number}")
        await worker.until(f"done a{number}")
        await asyncio.sleep(0.6)
    assert worker.process.is_running
    await send(worker, "slow", "b")
    assert await worker.exit_code() == EX_TEMPFAIL
    assert await worker.committed() == TAKEN


async def _is_done_after_kill(worker: Worker, mode: str) -> bool:
    """Whether a message that was in flight at a SIGKILL is done in the end, once all was acknowledged."""
    await send(worker, "a", "slow", *(f"b{number}" for number in range(30)))
    await worker.start(mode)
    await worker.until("begun slow")
    if mode == "stage":
        await asyncio.sleep(1)  # several commits: what could be committed is
    else:
        await worker.until_committed(2)
    await asyncio.to_thread(worker.process.kill)
    (worker.folder / "go").touch()
    await worker.start()
    await worker.until_committed(32)
    return worker.has("done slow")


async def test_a_killed_worker_loses_nothing_that_it_had_not_finished(worker: Worker) -> None:
    assert await _is_done_after_kill(worker, "stage")


@pytest.mark.parametrize("mode", ["turned-concurrency", "turned-background"])
async def test_several_at_a_time_or_in_the_background_would_lose_it(worker: Worker, mode: str) -> None:
    """The offset runs past what is in flight."""
    assert not await _is_done_after_kill(worker, mode)


async def _acknowledges_only_what_is_done(worker: Worker, mode: str) -> bool:
    """Whether, asked to stop in the middle of a message, it acknowledges no more than it has finished."""
    await send(worker, "slow", "b")
    await worker.start(mode)
    await worker.until("begun slow")
    stopping = asyncio.create_task(asyncio.to_thread(worker.process.stop))
    await asyncio.sleep(0.5)
    assert not worker.has("done slow")
    if mode == "turned-wait-empty":
        await stopping  # it ends without what it is at
    (worker.folder / "go").touch()
    assert await stopping == 0
    return await worker.committed() <= sum(worker.has(line) for line in ("done slow", "done b"))


async def test_a_worker_asked_to_stop_finishes_what_it_is_at(worker: Worker) -> None:
    assert await _acknowledges_only_what_is_done(worker, "stage")
    assert worker.has("done slow")


async def test_without_waiting_for_its_stream_it_would_acknowledge_what_it_never_finished(worker: Worker) -> None:
    assert not await _acknowledges_only_what_is_done(worker, "turned-wait-empty")


async def _is_sent_after_kill(worker: Worker, mode: str) -> bool:
    """Whether an event that was handed to the producer before a SIGKILL is on its topic in the end."""
    await create_topic(worker.broker, f"{worker.topic}.out")
    await send(worker, "a")
    await worker.start(mode)
    await worker.until("done a")
    if mode == "sends":
        await asyncio.sleep(1)  # commits come every 0.2 s; the producer holds the event back for longer
    else:
        await worker.until_committed(1)
    await asyncio.to_thread(worker.process.kill)
    await worker.start("sends")
    await worker.until_committed(1)
    return len([record async for record in kafka.read_all(worker.broker.bootstrap, f"{worker.topic}.out")]) == 1


async def test_nothing_is_acknowledged_before_what_came_of_it_is_confirmed(worker: Worker) -> None:
    assert await _is_sent_after_kill(worker, "sends")


async def test_a_send_that_nobody_awaits_would_be_lost(worker: Worker) -> None:
    assert not await _is_sent_after_kill(worker, "turned-unawaited")
