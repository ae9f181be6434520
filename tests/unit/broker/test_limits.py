"""What clients cannot make the broker spend: connections, memory, time."""

import asyncio
import logging
import struct
import threading
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.contract.broker.clients import create_topic
from tests.stack.brokers import EmbeddedKafka
from tests.stack.memory import at_most_megabytes
from tests.unit.broker.batches import batch
from tests.unit.broker.frames import API_VERSIONS, ask, client, framed, produce, produce_code
from tocsin.broker import api_data, connection, groups, protocol
from tocsin.broker import log as log_module
from tocsin.broker.errors import Code
from tocsin.broker.server import Broker, DataFolder


@asynccontextmanager
async def _running(folder: Path, *, fsync: bool = False) -> AsyncIterator[int]:
    data = DataFolder(folder, fsync=fsync)
    data.topics.create("t", 1, {})
    broker = Broker(data)
    yield await broker.start("127.0.0.1", 0)
    await broker.stop()


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    """A running broker with one topic, `t`."""
    async with _running(tmp_path) as port:
        yield port


async def _hangs_up(reader: asyncio.StreamReader) -> bool:
    try:
        return await asyncio.wait_for(reader.read(), 10) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("size", [connection.MAX_REQUEST_BYTES + 1, 2**31 - 1, -1, 0])
async def test_a_length_that_no_request_has_ends_the_connection_at_once(port: int, size: int) -> None:
    async with client(port) as (reader, writer):
        writer.write(struct.pack(">i", size))
        assert await _hangs_up(reader)


async def test_a_request_for_a_billion_elements_costs_nothing(port: int) -> None:
    metadata = struct.pack(">hhihi", 3, 1, 1, -1, 10**9)
    with at_most_megabytes(100):
        for frame in (metadata, metadata + b"\0\0" * 2_000_000):
            async with client(port) as (reader, writer):
                writer.write(framed(frame))
                assert await _hangs_up(reader)


async def test_a_topic_of_a_billion_partitions_is_refused(port: int) -> None:
    topic = struct.pack(">h1sihii", 1, b"u", 10**9, 1, 0, 0)
    reply = await ask(port, struct.pack(">hhihi", 19, 0, 1, -1, 1) + topic + struct.pack(">i", 1_000))
    assert struct.unpack(">h", reply[-2:]) == (Code.INVALID_PARTITIONS,)


async def test_a_fetch_of_everything_brings_a_part(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_data, "MAX_FETCH_BYTES", 100_000)
    for _ in range(30):
        assert produce_code(await ask(port, produce(batch(b"x" * 10_000)))) == 0
    most = 2**31 - 1
    row = struct.pack(">iqi", 0, 0, most)
    head = struct.pack(">hhihiiiib", 1, 4, 1, -1, -1, 0, 1, most, 0)
    reply = await ask(port, head + struct.pack(">ih1si", 1, 1, b"t", 50) + row * 50)
    assert 90_000 < len(reply) < 120_000


async def test_too_many_connections_are_refused_in_one_line_and_served_again(
    port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connection, "MAX_CONNECTIONS", 20)
    async with AsyncExitStack() as crowd:
        readers = [(await crowd.enter_async_context(client(port)))[0] for _ in range(60)]
        assert all([await _hangs_up(reader) for reader in readers[20:]])
        assert not readers[0].at_eof()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert len(await _ask_until_served(port)) > 50


async def _ask_until_served(port: int) -> bytes:
    """The crowd has gone, but the broker may not have noticed yet."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await ask(port, API_VERSIONS)
            except (ConnectionError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.02)


async def test_whoever_holds_the_most_is_dropped_when_all_hold_too_much(
    port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connection, "MAX_HELD_BYTES", 3_000_000)
    async with client(port) as greedy, AsyncExitStack() as crowd:
        greedy[1].write(struct.pack(">i", 50_000_000) + b"x" * 2_000_000)
        await greedy[1].drain()
        for _ in range(8):
            _, writer = await crowd.enter_async_context(client(port))
            writer.write(struct.pack(">i", 1_000_000) + b"x" * 200_000)
        assert await _hangs_up(greedy[0])
        assert len(await ask(port, API_VERSIONS)) > 50
    [record] = caplog.records
    assert "which held" in record.message


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads another process's memory (Linux)")
async def test_answers_that_nobody_reads_are_bounded(tmp_path: Path) -> None:
    broker = EmbeddedKafka(tmp_path)
    await asyncio.to_thread(broker.start)
    await create_topic(broker, "t")
    for _ in range(20):
        assert produce_code(await ask(broker.port, produce(batch(b"x" * 900_000)))) == 0
    fetch = struct.pack(">hhihiiiib", 1, 4, 1, -1, -1, 0, 1, 2**31 - 1, 0)
    fetch += struct.pack(">ih1siiqi", 1, 1, b"t", 1, 0, 0, 2**31 - 1)
    async with AsyncExitStack() as crowd:
        for _ in range(100):
            reader, writer = await crowd.enter_async_context(client(broker.port))
            reader._transport.pause_reading()  # type: ignore[attr-defined]
            writer.write(framed(fetch))
            assert len(await ask(broker.port, API_VERSIONS)) > 50
        status = Path(f"/proc/{broker._process.pid}/status").read_text()
    [peak_kb] = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")]
    await asyncio.to_thread(broker.wipe)
    assert peak_kb < 480_000, "of gigabytes that were asked for"


async def test_a_member_that_says_too_much_about_itself_is_refused(port: int) -> None:
    def join(size: int) -> bytes:
        protocols = struct.pack(">ih5si", 1, 5, b"range", size) + b"x" * size
        return struct.pack(">hhihh1sihh8s", 11, 0, 1, -1, 1, b"g", 5_000, 0, 8, b"consumer") + protocols

    assert struct.unpack_from(">h", await ask(port, join(groups._MAX_MEMBER_BYTES + 1)), 4) == (Code.INVALID_REQUEST,)
    assert struct.unpack_from(">h", await ask(port, join(1_000)), 4) == (0,)


async def test_a_slow_disk_keeps_nobody_else_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    real = log_module.force_paths

    def slow(paths: Iterable[Path]) -> None:
        assert go_on.wait(20)
        real(paths)

    async with _running(tmp_path, fsync=True) as port:
        monkeypatch.setattr(log_module, "force_paths", slow)
        producing = asyncio.create_task(ask(port, produce(batch())))
        started = time.monotonic()
        for _ in range(100):
            assert len(await ask(port, API_VERSIONS)) > 50
        assert time.monotonic() - started < 5
        assert not producing.done()
        go_on.set()
        assert produce_code(await producing) == 0


def test_a_request_of_too_many_fields_is_refused_before_they_are_made() -> None:
    frame = struct.pack(">hhihi", 3, 1, 1, -1, protocol.MAX_FIELDS) + b"\0\0" * protocol.MAX_FIELDS
    with pytest.raises(protocol.ProtocolError, match="fields"):
        protocol.decode(frame)
