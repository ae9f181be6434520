"""A disk that fills up under a running broker: a real refusal of the system (EFBIG), as ENOSPC is another."""

import asyncio
import os
import resource
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka.admin import NewTopic
from aiokafka.errors import KafkaError

from shared import delivery, kafka
from shared.delivery import Output, publish
from shared.events import SourcePolled
from shared.times import utc_now
from shared.topics import SOURCES_POLLED
from tests.contract.broker.clients import admin_of, consumer_of, create_topic, eventually, first, producer_of, read
from tests.stack.brokers import EmbeddedKafka
from tests.unit.broker.running import running

pytestmark = pytest.mark.skipif(
    not hasattr(resource, "prlimit"), reason="needs a limit on another process's files (Linux)"
)


class _SmallDisk(EmbeddedKafka):
    """Whose files cannot grow past a limit that is set while it runs; what it prints goes elsewhere."""

    def start(self) -> None:
        options = ("--data", self.data / "broker", "--port", str(self.port))
        command = ("bash", "-c", 'exec "$@" > >(exec cat >> "$0") 2>&1', self.data / "printed", sys.executable)
        self._process.start((*command, "-m", "tocsin.broker", *options), is_ready=self.accepts_connections)

    def limit(self, size: int) -> None:
        """No file of its may be longer."""
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def lift(self) -> None:
        """There is room again."""
        self.limit(resource.RLIM_INFINITY)


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[_SmallDisk]:
    """That no other test uses."""
    async with running(_SmallDisk(tmp_path)) as broker:
        yield broker


async def test_it_delays_producers_and_harms_nothing(broker: _SmallDisk) -> None:
    topic = await create_topic(broker, "t")
    async with producer_of(broker, retry_backoff_ms=50, enable_idempotence=True) as producer:
        for _ in range(5):
            await producer.send_and_wait(topic, os.urandom(10_000))

        broker.limit(60_000)
        refused = [asyncio.create_task(producer.send_and_wait(topic, os.urandom(9_000))) for _ in range(5)]
        done, _ = await asyncio.wait(refused, timeout=0.5)
        assert len(done) < 5
        async with consumer_of(broker, topic) as consumer:
            await read(consumer, 5)

        broker.lift()
        await asyncio.wait_for(asyncio.gather(*refused), 10)

    await eventually(lambda: _has_said(broker), 5)  # a kill takes what is still in the pipe
    await asyncio.to_thread(broker.kill)
    await asyncio.to_thread(broker.restart)
    async with consumer_of(broker, topic) as consumer:
        assert [record.offset for record in await read(consumer, 10)] == list(range(10))
        assert await consumer.end_offsets([first(topic)]) == {first(topic): 10}
    await eventually(lambda: _has_said(broker), 5)


async def test_commits_are_refused_and_go_on_by_themselves(broker: _SmallDisk) -> None:
    topic = await create_topic(broker, "t")
    async with producer_of(broker) as producer:
        for _ in range(10):
            await producer.send_and_wait(topic, b"event")
    async with consumer_of(broker, topic, group_id="g", session_timeout_ms=10_000) as consumer:
        await read(consumer, 10)
        await consumer.commit({first(topic): 3})

        broker.limit(1)
        committing = asyncio.create_task(consumer.commit({first(topic): 7}))
        await asyncio.wait([committing], timeout=0.5)
        assert not committing.done() or isinstance(committing.exception(), KafkaError)
        async with consumer_of(broker, group_id="other") as reader:
            assert await reader.committed(first(topic)) is None

        broker.lift()
        await asyncio.wait([committing], timeout=10)
        await consumer.commit({first(topic): 8})
    await eventually(lambda: _has_said(broker), 5)
    await asyncio.to_thread(broker.kill)
    await asyncio.to_thread(broker.restart)
    async with consumer_of(broker, group_id="g") as consumer:
        assert await consumer.committed(first(topic)) == 8
    await eventually(lambda: _has_said(broker), 5)


async def test_topics_are_refused_and_nothing_half_made_stays(broker: _SmallDisk) -> None:
    broker.limit(1)
    async with admin_of(broker) as admin:
        assert (await admin.create_topics([NewTopic("t", 2, 1)])).topic_errors[0][1] == 56
        assert not any((broker.data / "broker" / "scratch").iterdir())
        broker.lift()
        assert (await admin.create_topics([NewTopic("t", 2, 1)])).topic_errors[0][1] == 0
    await eventually(lambda: _has_said(broker), 5)


async def test_a_service_sees_its_dependency_down_in_time(broker: _SmallDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    await create_topic(broker, SOURCES_POLLED.name)
    event = Output(SOURCES_POLLED, "s", SourcePolled(source_id="s", polled_at=utc_now(), outcome="ok"))
    async with kafka.running_producer(broker.bootstrap) as producer:
        await publish(producer, [event])
        broker.limit(1)
        started = time.monotonic()
        with monkeypatch.context() as hurried:
            hurried.setattr(delivery, "PUBLISH_SECONDS", 1.0)
            with pytest.raises(kafka.DependencyDownError, match="no confirmation within 1 s"):
                await publish(producer, [event])
        assert time.monotonic() - started < 5
        broker.lift()
        await publish(producer, [event])
    await eventually(lambda: _has_said(broker), 5)


async def test_a_broker_that_stops_on_a_full_disk_starts_again(broker: _SmallDisk) -> None:
    topic = await create_topic(broker, "t")
    async with producer_of(broker) as producer:
        await producer.send_and_wait(topic, b"event")
    broker.limit(1)
    assert await asyncio.to_thread(broker.stop) == 0
    await asyncio.to_thread(broker.restart)
    async with consumer_of(broker, topic) as consumer:
        assert (await read(consumer, 1))[0].value == b"event"


async def _has_said(broker: _SmallDisk) -> bool:
    """Whether the log says once that it cannot write, naming folder and remedy, and once that it can again."""
    log = (broker.data / "printed").read_text()  # written by another process, which may be late
    assert "Traceback" not in log, log
    folder = broker.data / "broker"
    return (log.count(f"cannot write to {folder} "), log.count(f"can write to {folder} again")) == (1, 1)
