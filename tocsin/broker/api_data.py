"""Answers to the data requests: produce, fetch, offsets by time, producer ids.

One fetch brings at most `MAX_FETCH_BYTES`, whatever a client asks for, and waits at most a minute.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tocsin.broker.caller import Caller
from tocsin.broker.errors import Code, Refused
from tocsin.broker.log import PartitionLog
from tocsin.broker.protocol import FetchedPartition, Request, encode_fetch
from tocsin.broker.topics import Topics

MAX_FETCH_BYTES = 16 * 1024 * 1024
_MAX_WAIT_SECONDS = 60.0
_LATEST, _EARLIEST = -1, -2
_NO_TIMESTAMP = -1
_LEGAL_ACKS = {-1, 0, 1}
_LEADER_EPOCH_SINCE = 9


class _Append(NamedTuple):
    """What became of one partition's batch."""

    number: int
    log: PartitionLog | None
    base_offset: int
    code: Code = Code.NONE
    reason: str | None = None


class DataApi:
    """Everything that touches records."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics

    async def produce(self, request: Request, caller: Caller) -> tuple[Any, ...] | None:
        """Append one batch a partition. No answer to acks=0, as the protocol says."""
        body = request.body
        appends = [
            (topic, [self._append(body, topic, number, data or b"") for number, data in partitions])
            for topic, partitions in body.topics
        ]
        answers = [
            (topic, [_produced(request.version, await self._settled(append)) for append in partitions])
            for topic, partitions in appends
        ]
        return (answers, 0) if body.required_acks else None

    def _append(self, body: Any, topic: str, number: int, data: bytes) -> "_Append":
        try:
            _check_acks(body)
            log = self._topics.partition(topic, number)
            return _Append(number, log, log.append(data))
        except Refused as refused:
            return _Append(number, None, -1, refused.code, refused.reason)

    async def _settled(self, append: "_Append") -> "_Append":
        """All were appended before the first is waited for, so that the disk works on them together."""
        try:
            if append.log:
                await append.log.settled(append.base_offset)
        except Refused as refused:
            return _Append(append.number, None, -1, refused.code, refused.reason)
        return append

    async def fetch(self, request: Request, caller: Caller) -> list[bytes]:
        """Read whole batches; waits up to `max_wait_time` for `min_bytes`, wakes with the append that brings them."""
        body = request.body
        if getattr(body, "session_id", 0):
            return encode_fetch(request.version, Code.FETCH_SESSION_ID_NOT_FOUND, ())
        wanted = _wanted(request)
        found = self._read(wanted, body.max_bytes)
        if _is_worth_waiting(found, body.min_bytes):
            found = await self._wait_and_read(wanted, body)
        return encode_fetch(request.version, Code.NONE, found)

    async def _wait_and_read(self, wanted: list[Any], body: Any) -> list[tuple[str, list[FetchedPartition]]]:
        loop, more = asyncio.get_running_loop(), asyncio.Event()
        deadline = loop.time() + min(body.max_wait_time / 1000, _MAX_WAIT_SECONDS)
        logs = self._watched(wanted, more.set)
        try:
            while True:
                found = self._read(wanted, body.max_bytes)
                if not _is_worth_waiting(found, body.min_bytes) or loop.time() >= deadline:
                    return found
                more.clear()
                timer = loop.call_at(deadline, more.set)
                await more.wait()
                timer.cancel()
        finally:
            for log in logs:
                log.unwatch(more.set)

    def _watched(self, wanted: list[Any], callback: Callable[[], None]) -> list[PartitionLog]:
        logs = [self._topics.partition(topic, number) for topic, partitions in wanted for number, *_ in partitions]
        for log in logs:
            log.watch(callback)
        return logs

    def _read(self, wanted: list[Any], max_bytes: int) -> list[tuple[str, list[FetchedPartition]]]:
        left = min(max_bytes, MAX_FETCH_BYTES)
        found = []
        for topic, partitions in wanted:
            rows = []
            for number, offset, partition_max_bytes in partitions:
                row = self._read_partition(topic, number, offset, min(left, partition_max_bytes))
                left -= len(row.records)
                rows.append(row)
            found.append((topic, rows))
        return found

    def _read_partition(self, topic: str, number: int, offset: int, max_bytes: int) -> FetchedPartition:
        log = None
        try:
            log = self._topics.partition(topic, number)
            records = log.read(offset, max_bytes) if max_bytes > 0 else b""
            return FetchedPartition(number, Code.NONE, log.high_watermark, log.start_offset, records)
        except Refused as refused:
            if log is None:
                return FetchedPartition(number, refused.code)
            return FetchedPartition(number, refused.code, log.high_watermark, log.start_offset)
        except OSError:
            return FetchedPartition(number, Code.KAFKA_STORAGE_ERROR)

    async def list_offsets(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """Earliest, latest, or the first offset at or after a time."""
        answers = [
            (topic, [self._offset_at(topic, number, timestamp) for number, timestamp in partitions])
            for topic, partitions in request.body.topics
        ]
        return (0, answers) if request.version >= 2 else (answers,)

    def _offset_at(self, topic: str, number: int, timestamp: int) -> tuple[int, Code, int, int]:
        try:
            log = self._topics.partition(topic, number)
        except Refused as refused:
            return number, refused.code, _NO_TIMESTAMP, -1
        if timestamp == _LATEST:
            return number, Code.NONE, _NO_TIMESTAMP, log.high_watermark
        if timestamp == _EARLIEST:
            return number, Code.NONE, _NO_TIMESTAMP, log.start_offset
        try:
            offset, found = log.find_timestamp(timestamp) or (-1, _NO_TIMESTAMP)
        except OSError:
            return number, Code.KAFKA_STORAGE_ERROR, _NO_TIMESTAMP, -1
        return number, Code.NONE, found, offset

    async def init_producer_id(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """An id for an idempotent producer; random, so that none needs to be remembered. Transactions are refused."""
        if request.body.transactional_id is not None:
            return (0, Code.UNSUPPORTED_VERSION, -1, -1)
        return (0, Code.NONE, secrets.randbits(62), 0)


def _produced(version: int, append: _Append) -> tuple[Any, ...]:
    answer = (append.number, append.code, append.base_offset, _NO_TIMESTAMP)
    if version >= 5:
        answer += (append.log.start_offset if append.log else -1,)  # type: ignore[assignment]
    return (*answer, [], append.reason) if version >= 8 else answer


def _check_acks(body: Any) -> None:
    if body.required_acks not in _LEGAL_ACKS:
        raise Refused(Code.INVALID_REQUIRED_ACKS)
    if body.transactional_id is not None:
        raise Refused(Code.INVALID_RECORD, "transactions are not supported")


def _wanted(request: Request) -> list[tuple[str, list[tuple[int, int, int]]]]:
    """(partition, offset, max bytes) of every partition that is asked for, whatever the version."""
    offset_at = 2 if request.version >= _LEADER_EPOCH_SINCE else 1
    return [
        (topic, [(row[0], row[offset_at], row[-1]) for row in partitions]) for topic, partitions in request.body.topics
    ]


def _is_worth_waiting(found: Iterable[tuple[str, list[FetchedPartition]]], min_bytes: int) -> bool:
    """Nothing to report yet: no error and fewer than `min_bytes` bytes."""
    total = 0
    for _, partitions in found:
        for partition in partitions:
            if partition.code:
                return False
            total += len(partition.records)
    return total < min_bytes
