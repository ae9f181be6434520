"""An HTTP server that does to each request what it was told to, and keeps what it was sent."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Misbehave = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Hook:
    """One receiver's end. ``answers`` are given in turn, then ``usually``; an answer of None is never given."""

    port: int = 0
    answers: list[str | Misbehave | None] = field(default_factory=list)
    usually: str | Misbehave | None = "204 No Content"
    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        """The ``webhook-id`` of each request, in order."""
        return [headers.get("webhook-id", "") for _, headers, _ in self.posts]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:]) if name}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.posts.append((head[0].split(" ")[1], headers, body))
            await _answer(writer, self.answers.pop(0) if self.answers else self.usually)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Hook"]:
        """It answers meanwhile, on the port that it had before where it had one."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()


async def _answer(writer: asyncio.StreamWriter, answer: str | Misbehave | None) -> None:
    if answer is None:
        await hang(writer)
    elif isinstance(answer, str):
        writer.write(f"HTTP/1.1 {answer}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()
    else:
        await answer(writer)


async def hang(_: asyncio.StreamWriter) -> None:
    """Never answers."""
    await asyncio.sleep(3600)


async def close(_: asyncio.StreamWriter) -> None:
    """Closes without an answer."""


async def reset(writer: asyncio.StreamWriter) -> None:
    """Resets the connection in the middle of its answer."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-le")
    await writer.drain()
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def garbage(writer: asyncio.StreamWriter) -> None:
    """Answers in no protocol."""
    writer.write(b"\x00\xff\x00 SSH-2.0-nobody\r\n\r\n")
    await writer.drain()


async def drip_head(writer: asyncio.StreamWriter) -> None:
    """One byte of the head now and then, without end."""
    await _without_end(writer, b"x-slow: ", b"a", 0.05)


async def endless_head(writer: asyncio.StreamWriter) -> None:
    """Headers without end."""
    await _without_end(writer, b"", b"x-more: " + b"a" * 4000 + b"\r\n")


async def endless_body(writer: asyncio.StreamWriter) -> None:
    """A success whose body does not end."""
    await _without_end(writer, b"\r\n", b"ok" * 4000)


async def drip_body(writer: asyncio.StreamWriter) -> None:
    """A success whose short body comes a byte at a time."""
    await _without_end(writer, b"content-length: 4000\r\n\r\n", b"o", 0.05)


async def _without_end(writer: asyncio.StreamWriter, start: bytes, piece: bytes, pause_seconds: float = 0.0) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n" + start)
    while True:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause_seconds)


async def body_cut_off(writer: asyncio.StreamWriter) -> None:
    """A success whose body breaks off."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\nok")
    await writer.drain()


async def late(writer: asyncio.StreamWriter) -> None:
    """A success after the sender has gone."""
    await asyncio.sleep(1.5)
    await _answer(writer, "200 OK")
