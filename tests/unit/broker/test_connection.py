"""What a client may send without harming anyone but itself: frames on a real socket, broker in this process."""

import asyncio
import random
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.broker.batches import batch, corrupted
from tests.unit.broker.frames import API_VERSIONS, answer, ask, client, framed, produce, produce_code
from tocsin.broker import connection, protocol
from tocsin.broker.server import Broker, DataFolder


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    """A running broker with one topic, `t`."""
    folder = DataFolder(tmp_path)
    folder.topics.create("t", 1, {})
    broker = Broker(folder)
    yield await broker.start("127.0.0.1", 0)
    await broker.stop()


@pytest.mark.parametrize(
    "garbage",
    [
        b"\0\0\0\0",
        struct.pack(">i", -1) + b"x",
        struct.pack(">i", connection.MAX_REQUEST_BYTES + 1),
        b"GET / HTTP/1.1\r\n\r\n",
        framed(b"\0" * 10),
        framed(struct.pack(">hhih", 99, 0, 1, -1)),
        framed(struct.pack(">hhih", 1, 99, 1, -1)),
        framed(struct.pack(">hhih", 3, 5, 1, 5_000) + b"name"),
        framed(struct.pack(">hhih", 3, 5, 1, 2) + b"\xff\xff"),
        framed(struct.pack(">hhihi", 3, 1, 1, -1, 2**31 - 1)),
        framed(API_VERSIONS + b"too much"),
        framed(struct.pack(">hhihhhih", 11, 0, 1, -1, -1, 0, 0, -1)),
        framed(random.Random(1).randbytes(2_000)),
    ],
)
async def test_garbage_closes_its_own_connection_only(port: int, garbage: bytes) -> None:
    async with client(port) as (reader, writer):
        writer.write(garbage)
        assert await asyncio.wait_for(reader.read(), 5) == b""
    assert len(await ask(port, API_VERSIONS)) > 50


async def test_a_request_in_the_middle_of_which_the_client_goes_away(port: int) -> None:
    for size in range(len(API_VERSIONS)):
        async with client(port) as (_, writer):
            writer.write(framed(API_VERSIONS)[:size])
    assert len(await ask(port, API_VERSIONS)) > 50


async def test_a_client_that_never_finishes_its_request_is_dropped(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_FRAME_SECONDS", 0.1)
    async with client(port) as (reader, writer):
        writer.write(framed(API_VERSIONS)[:-1])
        assert await asyncio.wait_for(reader.read(), 5) == b""


async def test_requests_that_come_together_are_answered_in_order(port: int) -> None:
    frames = [struct.pack(">hhih", 18, 0, number, -1) for number in range(200)]
    async with client(port) as (reader, writer):
        for byte in range(0, len(stream := b"".join(map(framed, frames))), 7):
            writer.write(stream[byte : byte + 7])
        answers = [await answer(reader) for _ in frames]
    assert [struct.unpack_from(">i", answer)[0] for answer in answers] == list(range(200))


@pytest.mark.parametrize("version", [3, 4, 99, -1])
async def test_api_versions_of_a_client_that_is_too_new(port: int, version: int) -> None:
    reply = await ask(port, struct.pack(">hhih", 18, version, 7, -1) + b"\x08software\x021\0")
    correlation, code, count = struct.unpack_from(">ihi", reply)
    assert (correlation, code, count) == (7, 35, len(protocol.VERSIONS))


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (produce(batch()), 0),
        (produce(corrupted(batch())), 2),
        (produce(b""), 2),
        (produce(batch(), acks=2), 21),
        (produce(batch(), transactional_id=b"name"), 87),
    ],
)
async def test_produce_answers(port: int, frame: bytes, code: int) -> None:
    assert produce_code(await ask(port, frame)) == code


async def test_no_answer_to_a_producer_that_wants_none(port: int) -> None:
    async with client(port) as (reader, writer):
        writer.write(framed(produce(batch(), acks=0)) + framed(API_VERSIONS))
        assert struct.unpack_from(">i", await answer(reader))[0] == 7


async def test_transactions_are_refused(port: int) -> None:
    reply = await ask(port, struct.pack(">hhihh4si", 22, 0, 1, -1, 4, b"name", 1_000))
    assert struct.unpack_from(">h", reply, 8)[0] == 35


async def test_a_broker_stops_while_clients_wait(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.topics.create("t", 1, {})
    broker = Broker(folder)
    port = await broker.start("127.0.0.1", 0)
    async with client(port) as (reader, writer):
        long_poll = struct.pack(">hhihiiiib", 1, 4, 1, -1, -1, 50_000, 1, 1_000, 0)
        writer.write(framed(long_poll + struct.pack(">ihsiiqi", 1, 1, b"t", 1, 0, 0, 1_000)))
        await asyncio.sleep(0.05)
        await asyncio.wait_for(broker.stop(), 5)
        assert await asyncio.wait_for(reader.read(), 5) == b""
    assert (tmp_path / "clean-stop").exists()
