"""Requests as bytes, and a client that sends them as they are."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

API_VERSIONS = struct.pack(">hhih", 18, 0, 7, -1)
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def client(port: int) -> AsyncIterator[Streams]:
    """A connection, hung up at the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        writer.close()


async def ask(port: int, frame: bytes) -> bytes:
    """The answer to one request on a connection of its own."""
    async with client(port) as (reader, writer):
        writer.write(framed(frame))
        return await answer(reader)


async def answer(reader: asyncio.StreamReader) -> bytes:
    """The next answer, without its length."""
    (size,) = struct.unpack(">i", await asyncio.wait_for(reader.readexactly(4), 5))
    return await asyncio.wait_for(reader.readexactly(size), 5)


def framed(frame: bytes) -> bytes:
    """With its length before it."""
    return struct.pack(">i", len(frame)) + frame


def produce(records: bytes, *, acks: int = -1, transactional_id: bytes | None = None) -> bytes:
    """A Produce request, version 7, for partition 0 of `t`."""
    name = struct.pack(">h", -1) if transactional_id is None else struct.pack(">h", 4) + transactional_id
    head = struct.pack(">hhih", 0, 7, 1, -1) + name + struct.pack(">hi", acks, 1_000)
    return head + struct.pack(">ihsiii", 1, 1, b"t", 1, 0, len(records)) + records


def produce_code(reply: bytes) -> int:
    """The error code in the answer to `produce`."""
    return int(struct.unpack_from(">h", reply, 4 + 4 + 3 + 4 + 4)[0])
