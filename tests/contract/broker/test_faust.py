"""Faust workers, as Tocsin runs them, share a topic and lose nothing when one is killed."""

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.contract.broker.clients import create_topic, eventually, producer_of
from tests.stack.brokers import Broker
from tests.stack.process import Process

Name = Callable[[str], str]
_WORKER = Path(__file__).with_name("faust_worker.py")
_PARTITIONS = 4
_STANDING_SECONDS = 12.0


async def test_two_workers_share_and_lose_nothing_to_sigkill(broker: Broker, unique_name: Name, tmp_path: Path) -> None:
    topic = await create_topic(broker, unique_name("topic"), partitions=_PARTITIONS)
    group = unique_name("group")
    workers = [Process(tmp_path / f"worker-{number}.log") for number in range(2)]
    command = [sys.executable, _WORKER, broker.bootstrap, topic, group, tmp_path]
    try:
        for worker in workers:
            await asyncio.to_thread(worker.start, command, is_ready=lambda: True)
        async with producer_of(broker, linger_ms=5) as producer:
            await eventually(lambda: _share(workers, tmp_path))
            survivor, victim = workers
            sent = await _send(producer, topic, range(1_000))
            await eventually(lambda: _has_worked(victim, tmp_path))
            victim.kill()
            sent += await _send(producer, topic, range(1_000, 2_000))
        await eventually(lambda: _all_done(tmp_path, sent))
        assert survivor.is_running
    except TimeoutError as error:
        raise AssertionError("\n".join(worker.output() for worker in workers)) from error
    finally:
        for worker in workers:
            await asyncio.to_thread(worker.kill)


async def test_nothing_is_lost_when_the_broker_is_killed_under_workers(
    broker: Broker, unique_name: Name, tmp_path: Path
) -> None:
    """A worker that ended is started again, as the supervisor does; so is one that Faust left standing.

    After a broker's restart a Faust worker may stay in its group and fetch no more (0.15.3, on either broker).
    """
    topic = await create_topic(broker, unique_name("topic"), partitions=_PARTITIONS)
    workers = [Process(tmp_path / f"worker-{number}.log") for number in range(2)]
    command = [sys.executable, _WORKER, broker.bootstrap, topic, unique_name("group"), tmp_path]
    supervisor = asyncio.create_task(_keep_running(workers, command, tmp_path))
    try:
        async with producer_of(broker, linger_ms=5, retry_backoff_ms=50, enable_idempotence=True) as producer:
            sent: list[bytes] = []
            for number in range(3):
                sending = asyncio.create_task(_send(producer, topic, range(number * 1_000, (number + 1) * 1_000)))
                await eventually(lambda number=number: _has_done(tmp_path, number * 500 + 1), 90)
                await asyncio.to_thread(broker.kill)
                await asyncio.to_thread(broker.restart)
                sent += await sending
        await eventually(lambda: _all_done(tmp_path, sent), 90)
    except TimeoutError as error:
        raise AssertionError("\n".join(worker.output() for worker in workers)) from error
    finally:
        supervisor.cancel()
        await asyncio.wait([supervisor])
        for worker in workers:
            await asyncio.to_thread(worker.kill)


async def _keep_running(workers: list[Process], command: list[object], folder: Path) -> None:
    done, since = 0, time.monotonic()
    while True:
        count = _count_done(folder)
        if count != done:
            done, since = count, time.monotonic()
        for worker in workers:
            if time.monotonic() - since > _STANDING_SECONDS:
                await asyncio.to_thread(worker.kill)
            if not worker.is_running:
                await asyncio.to_thread(worker.start, command, is_ready=lambda: True)  # type: ignore[arg-type]
        if time.monotonic() - since > _STANDING_SECONDS:
            since = time.monotonic()
        await asyncio.sleep(0.2)


def _count_done(folder: Path) -> int:
    return sum(len(path.read_bytes().splitlines()) for path in folder.glob("events.*"))


async def _has_done(folder: Path, count: int) -> bool:
    return _count_done(folder) >= count


async def _send(producer: object, topic: str, numbers: range) -> list[bytes]:
    values = [b"%06d" % number for number in numbers]
    sent = [
        await producer.send(topic, value, partition=at % _PARTITIONS)  # type: ignore[attr-defined]
        for at, value in enumerate(values)
    ]
    await asyncio.gather(*sent)
    return values


async def _share(workers: list[Process], folder: Path) -> bool:
    shares = [set(_read(folder / f"partitions.{worker.pid}").split()) for worker in workers]
    return all(len(share) == 2 for share in shares) and not shares[0] & shares[1]


async def _has_worked(worker: Process, folder: Path) -> bool:
    return bool(_read(folder / f"events.{worker.pid}"))


async def _all_done(folder: Path, sent: list[bytes]) -> bool:
    done = {line for path in folder.glob("events.*") for line in path.read_bytes().splitlines()}
    return set(sent) <= done


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""
