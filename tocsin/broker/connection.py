"""One client's socket: frames in, answers out, one request at a time and in order, as Apache Kafka does it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import cast

from tocsin.broker.caller import Caller
from tocsin.broker.protocol import LENGTH, SMALLEST_FRAME, Answer, ProtocolError, Request, decode, encode

_log = logging.getLogger(__name__)
MAX_REQUEST_BYTES = 100 * 1024 * 1024
_READ_AHEAD_BYTES = 1024 * 1024  # what a busy connection may buffer beyond the request at hand
_IDLE_SECONDS = 600.0
_FRAME_SECONDS = 60.0  # for the rest of a frame that has begun, and for a client that does not read its answers

Dispatch = Callable[[Request, Caller], Awaitable[Answer | None]]  # None: the client wants no answer


class Connection(asyncio.Protocol):
    """Serves one client until it hangs up, misbehaves or says nothing for ten minutes.

    A request that is being held (a long poll, a join) is cancelled when the client hangs up.
    """

    def __init__(self, dispatch: Dispatch, open_connections: "set[Connection]", limit: int) -> None:
        self._dispatch = dispatch
        self._open_connections = open_connections
        self._limit = limit
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
        if len(self._open_connections) >= self._limit:
            _log.error("refused a connection from %s: there are %d", peer, self._limit)
            self._transport.abort()
            return
        self._open_connections.add(self)
        self._task = asyncio.get_running_loop().create_task(self._serve())

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop whatever is being done for this client; asyncio calls this."""
        self._open_connections.discard(self)
        if self._task:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        """Buffer what arrived; asyncio calls this."""
        self._buffer += data
        self._more.set()
        if len(self._buffer) >= self._enough:
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        """The client does not keep up; asyncio calls this."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """The client has caught up; asyncio calls this."""
        self._writable.set()

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
        request = decode(frame)
        answer = await self._dispatch(request, self._caller)
        if answer is None:
            return
        self._transport.writelines(encode(request, answer))
        if not self._writable.is_set():
            async with asyncio.timeout(_FRAME_SECONDS):
                await self._writable.wait()

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
