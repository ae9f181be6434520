"""One client's socket: frames in, answers out, one request at a time and in order, as Apache Kafka does it.

What clients may cost is bounded. Each: `MAX_REQUEST_BYTES` a request (a longer one is refused by its length prefix),
a minute for the rest of a request and for reading an answer, ten minutes of silence. All together: `MAX_CONNECTIONS`,
and `MAX_HELD_BYTES` of requests and of answers that are not yet read; past that, whoever holds the most is dropped.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import cast

from tocsin.broker.caller import Caller
from tocsin.broker.protocol import LENGTH, SMALLEST_FRAME, Answer, ProtocolError, Request, decode, encode

_log = logging.getLogger(__name__)
MAX_CONNECTIONS = 1_000
MAX_REQUEST_BYTES = 100 * 1024 * 1024
MAX_HELD_BYTES = 256 * 1024 * 1024
_READ_AHEAD_BYTES = 1024 * 1024  # what a busy connection may buffer beyond the request at hand
_IDLE_SECONDS = 600.0
_FRAME_SECONDS = 60.0  # for the rest of a frame that has begun, and for a client that does not read its answers

Dispatch = Callable[[Request, Caller], Awaitable[Answer | None]]  # None: the client wants no answer


class Connections:
    """Everyone who is connected, and what they hold of this process's memory together."""

    def __init__(self) -> None:
        self._held: dict[Connection, int] = {}
        self._total = 0
        self._is_full = False

    def all(self) -> "tuple[Connection, ...]":
        """Everyone at this moment."""
        return tuple(self._held)

    def admit(self, connection: "Connection") -> bool:
        """Take one more in, unless there are too many; said once, until there are half as many."""
        if len(self._held) >= MAX_CONNECTIONS:
            if not self._is_full:
                _log.error("refuse connections: there are %d already", MAX_CONNECTIONS)
            self._is_full = True
            return False
        self._held[connection] = 0
        return True

    def leave(self, connection: "Connection") -> None:
        """Forget one. Idempotent."""
        if connection in self._held:
            self._total -= self._held.pop(connection)
            if len(self._held) < MAX_CONNECTIONS // 2:
                self._is_full = False

    def hold(self, connection: "Connection", size: int) -> None:
        """Note the bytes that one holds; drops whoever holds the most when all hold too much."""
        if connection not in self._held:
            return
        self._total += size - self._held[connection]
        self._held[connection] = size
        while self._total > MAX_HELD_BYTES:
            largest = max(self._held, key=self._held.__getitem__)
            _log.warning("closed the connection of %s, which held %d bytes", largest, self._held[largest])
            self.leave(largest)
            largest.drop()


class Connection(asyncio.Protocol):
    """Serves one client until it hangs up, misbehaves or says nothing for ten minutes.

    A request that is being held (a long poll, a join) is cancelled when the client hangs up.
    """

    def __init__(self, dispatch: Dispatch, connections: Connections) -> None:
        self._dispatch = dispatch
        self._connections = connections
        self._in_hand = 0
        self._buffer = bytearray()
        self._enough = _READ_AHEAD_BYTES
        self._more = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._transport: asyncio.Transport
        self._caller: Caller
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to serve; asyncio calls this."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one, but does not say so
        peer, here = (transport.get_extra_info(name) or ("", 0) for name in ("peername", "sockname"))
        self._caller = Caller(client_host=f"/{peer[0]}", host=here[0], port=here[1])
        if not self._connections.admit(self):
            self._transport.abort()
            return
        self._task = asyncio.get_running_loop().create_task(self._serve())

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop whatever is being done for this client; asyncio calls this."""
        self._connections.leave(self)
        if self._task:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        """Buffer what arrived; asyncio calls this."""
        self._buffer += data
        self._more.set()
        self._note_held()
        if len(self._buffer) >= self._enough:
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        """The client does not keep up; asyncio calls this."""
        self._writable.clear()
        self._note_held()  # uvloop writes at the end of a turn, and only then knows what is left

    def resume_writing(self) -> None:
        """The client has caught up; asyncio calls this."""
        self._writable.set()
        self._note_held()

    def drop(self) -> None:
        """Hang up and let go of everything at once."""
        self._transport.abort()
        self._buffer.clear()
        if self._task:
            self._task.cancel()

    def __str__(self) -> str:
        return self._caller.client_host

    async def close(self) -> None:
        """Hang up and wait until nothing is done for this client any more."""
        self._transport.abort()
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _serve(self) -> None:
        try:
            while True:
                await self._answer(await self._next_frame())
        except ProtocolError as error:
            _log.warning("closed the connection of %s: %s", self._caller.client_host, error)
        except TimeoutError:
            _log.info("closed the connection of %s: it is idle or does not read", self._caller.client_host)
        except Exception:  # noqa: BLE001 (a bug costs this client its connection, never the others their broker)
            _log.exception("closed the connection of %s", self._caller.client_host)
        finally:
            self._transport.abort()

    async def _answer(self, frame: bytes) -> None:
        self._in_hand = len(frame)
        request = decode(frame)
        self._write(request, await self._dispatch(request, self._caller))
        if not self._writable.is_set():
            async with asyncio.timeout(_FRAME_SECONDS):
                await self._writable.wait()

    def _write(self, request: Request, answer: Answer | None) -> None:
        """Apart from `_answer`, which may wait for the client: nothing but the transport holds the answer then."""
        self._in_hand = 0
        if answer is not None:
            self._transport.writelines(encode(request, answer))
        self._note_held()

    def _note_held(self) -> None:
        held = len(self._buffer) + self._in_hand + self._transport.get_write_buffer_size()
        self._connections.hold(self, held)

    async def _next_frame(self) -> bytes:
        frame = self._take_frame()
        if frame is not None:
            return frame
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_IDLE_SECONDS) as limit:
            while frame is None:
                if self._buffer and limit.when() - loop.time() > _FRAME_SECONDS:  # type: ignore[operator]
                    limit.reschedule(loop.time() + _FRAME_SECONDS)
                self._transport.resume_reading()
                self._more.clear()
                await self._more.wait()
                frame = self._take_frame()
        return frame

    def _take_frame(self) -> bytes | None:
        if len(self._buffer) < LENGTH.size:
            return None
        (size,) = LENGTH.unpack_from(self._buffer)
        if not SMALLEST_FRAME <= size <= MAX_REQUEST_BYTES:
            raise ProtocolError(f"a request of {size} bytes")
        end = LENGTH.size + size
        if len(self._buffer) < end:
            self._enough = max(end, _READ_AHEAD_BYTES)
            return None
        frame = bytes(memoryview(self._buffer)[LENGTH.size : end])
        del self._buffer[:end]
        self._enough = _READ_AHEAD_BYTES
        return frame
