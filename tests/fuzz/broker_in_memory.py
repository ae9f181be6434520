"""The real broker without a network: a client's bytes go in by the same door as a socket's."""

import asyncio
import logging
import shutil
import struct
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from tests.fuzz.seeds import LAST_MEMBER, NEXT_MEMBER
from tocsin.broker import groups
from tocsin.broker.protocol import LENGTH
from tocsin.broker.server import Broker, DataFolder

_TURNS = 40
_RENEW_AFTER = 3_000
_RENEW_AT_PARTITIONS = 300
_MAX_UNREAD_BYTES = 64 * 1024 * 1024


class BrokerInMemory:
    """Serves one client after another; begins anew before it has grown too large to be quick."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._trouble = _Trouble()
        self._loop.set_exception_handler(self._trouble.note_context)
        self._members = _MemberIds()
        self._served = 0
        self._broker: Broker | None = None

    def serve(self, data: bytes) -> None:
        """Connect, send all, wait a little, hang up.

        Raises:
            AssertionError: an answer that is no frame.
            Exception: whatever the broker had to log a traceback for.
        """
        with logged_to(self._trouble), patch.multiple(groups, uuid=self._members, _FORMATION_SECONDS=0.0):
            self._loop.run_until_complete(self._serve(self._members.named(data)))
        self._trouble.raise_first()

    async def _serve(self, data: bytes) -> None:
        broker = await self._ready()
        client = _Client()
        connection = broker.connection()
        connection.connection_made(client)
        connection.data_received(data)
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        connection.connection_lost(None)
        await connection.close()
        client.check_answers()

    async def _ready(self) -> Broker:
        self._served += 1
        if self._broker and (self._served % _RENEW_AFTER == 0 or self._partitions() > _RENEW_AT_PARTITIONS):
            await self._broker.stop()
            self._broker = None
        if self._broker is None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._data = DataFolder(self._folder)
            self._data.topics.create("t", 2, {"segment.bytes": "1048576"})
            self._data.topics.create("other", 1, {})
            self._broker = Broker(self._data)
        return self._broker

    def _partitions(self) -> int:
        return sum(1 for _ in self._data.topics.logs())


def logged_to(handler: logging.Handler) -> Any:
    """While it lasts, what the broker logs goes there alone."""
    return patch.multiple(logging.getLogger("tocsin.broker"), handlers=[handler], propagate=False)


class _MemberIds:
    """Stands for the module `uuid`: an input can name a member that is going to join."""

    def __init__(self) -> None:
        self._count = 0

    def uuid4(self) -> SimpleNamespace:
        self._count += 1
        return SimpleNamespace(hex=f"{self._count:032x}")

    def named(self, data: bytes) -> bytes:
        """The input with its placeholders filled."""
        last, following = (b"c-%032x" % number for number in (self._count, self._count + 1))
        return data.replace(LAST_MEMBER, last).replace(NEXT_MEMBER, following)


class _Client(asyncio.Transport):
    """A client that reads everything at once."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 9092)})
        self._answers = bytearray()
        self._is_open = True

    def write(self, data: Any) -> None:
        if self._is_open:
            self._answers += data
            assert len(self._answers) < _MAX_UNREAD_BYTES

    def writelines(self, list_of_data: Any) -> None:
        for data in list_of_data:
            self.write(data)

    def abort(self) -> None:
        self._is_open = False

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def check_answers(self) -> None:
        at = 0
        while at < len(self._answers):
            (size,) = LENGTH.unpack_from(self._answers, at)
            assert size >= struct.calcsize(">i")
            at += LENGTH.size + size
        assert at == len(self._answers)


class _Trouble(logging.Handler):
    """Tracebacks in the log, and exceptions that nobody awaited."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._found: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            self._found.append(record.exc_info[1])

    def note_context(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._found.append(context.get("exception") or AssertionError(context["message"]))

    def raise_first(self) -> None:
        found, self._found = self._found, []
        for error in found:
            raise error
