"""The broker as a process: its exit codes, its lock, a disk that fills up."""

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.broker.clients import consumer_of, create_topic, first, producer_of, read
from tests.stack.brokers import Broker, EmbeddedKafka

Name = Callable[[str], str]


def _run(*options: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tocsin.broker", *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


def test_it_says_where_it_listens_and_stops_cleanly(tmp_path: Path) -> None:
    broker = EmbeddedKafka(tmp_path)
    broker.start()
    assert broker.stop() == 0
    assert f"READY {broker.bootstrap}" in (tmp_path / "kafka.log").read_text()


def test_two_brokers_never_open_one_folder(tmp_path: Path) -> None:
    broker = EmbeddedKafka(tmp_path)
    broker.start()
    second = _run("--data", tmp_path / "broker", "--port", "0")
    broker.kill()
    assert second.returncode == 2
    assert "in use by another broker (process " in second.stderr
    assert "Traceback" not in second.stderr
    broker.restart()
    assert broker.stop() == 0


def test_a_port_that_is_taken_is_a_plain_error(tmp_path: Path, embedded_broker: Broker) -> None:
    port = embedded_broker.bootstrap.rpartition(":")[2]
    done = _run("--data", tmp_path, "--port", port)
    assert done.returncode == 1
    assert "cannot start" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs a limit on another process's files (Linux)")
async def test_a_full_disk_delays_producers_and_harms_nothing(tmp_path: Path, unique_name: Name) -> None:
    broker = EmbeddedKafka(tmp_path)
    await asyncio.to_thread(broker.start)
    try:
        topic = await create_topic(broker, unique_name("topic"))
        async with producer_of(broker, retry_backoff_ms=50, enable_idempotence=True) as producer:
            for _ in range(5):
                await producer.send_and_wait(topic, os.urandom(10_000))

            _limit_files(broker, 60_000)
            refused = [asyncio.create_task(producer.send_and_wait(topic, os.urandom(9_000))) for _ in range(5)]
            done, _ = await asyncio.wait(refused, timeout=0.5)
            assert len(done) < 5
            async with consumer_of(broker, topic) as consumer:
                await read(consumer, 5)

            _limit_files(broker, resource.RLIM_INFINITY)
            await asyncio.wait_for(asyncio.gather(*refused), 10)
        log = (broker.data / "kafka.log").read_text()
        assert log.count("cannot append") == log.count("can append again") == 1

        await asyncio.to_thread(broker.kill)
        await asyncio.to_thread(broker.restart)
        async with consumer_of(broker, topic) as consumer:
            assert [record.offset for record in await read(consumer, 10)] == list(range(10))
            assert await consumer.end_offsets([first(topic)]) == {first(topic): 10}
    finally:
        await asyncio.to_thread(broker.wipe)


def _limit_files(broker: EmbeddedKafka, size: int) -> None:
    hard = resource.RLIM_INFINITY
    resource.prlimit(broker._process.pid, resource.RLIMIT_FSIZE, (size, hard))
