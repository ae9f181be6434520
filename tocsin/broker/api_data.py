"""Answers to the data requests: produce, fetch, offsets by time, producer ids."""

import asyncio
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from tocsin.broker.caller import Caller
from tocsin.broker.errors import Code, Refused
from tocsin.broker.log import PartitionLog
from tocsin.broker.protocol import FetchedPartition, Request, encode_fetch
from tocsin.broker.topics import Topics

_MAX_FETCH_BYTES = 50 * 1024 * 1024
_MAX_WAIT_SECONDS = 60.0
_LATEST, _EARLIEST = -1, -2
_NO_TIMESTAMP = -1
_LEGAL_ACKS = {-1, 0, 1}
_LEADER_EPOCH_SINCE = 9


class DataApi:
    """Everything that touches records."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics

    async def produce(self, request: Request, caller: Caller) -> tuple[Any, ...] | None:
        """Append one batch a partition. No answer to acks=0, as the protocol says."""
        body = request.body
        answers = [
            (topic, [self._append(request, topic, number, data or b"") for number, data in partitions])
            for topic, partitions in body.topics
        ]
        return (answers, 0) if body.required_acks else None

    def _append(self, request: Request, topic: str, number: int, data: bytes) -> tuple[Any, ...]:
        code, base_offset, start_offset, reason = Code.NONE, -1, -1, None
        try:
            _check_acks(request.body)
            log = self._topics.partition(topic, number)
            base_offset, start_offset = log.append(data), log.start_offset
        except Refused as refused:
            code, reason = refused.code, refused.reason
        answer = (number, code, base_offset, _NO_TIMESTAMP)
        if request.version >= 5:
            answer += (start_offset,)  # type: ignore[assignment]
        return (*answer, [], reason) if request.version >= 8 else answer

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
        left = min(max_bytes, _MAX_FETCH_BYTES)
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
            return FetchedPartition(number, Code.NONE, log.next_offset, log.start_offset, records)
        except Refused as refused:
            if log is None:
                return FetchedPartition(number, refused.code)
            return FetchedPartition(number, refused.code, log.next_offset, log.start_offset)
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
            return number, Code.NONE, _NO_TIMESTAMP, log.next_offset
        if timestamp == _EARLIEST:
            return number, Code.NONE, _NO_TIMESTAMP, log.start_offset
        offset, found = log.find_timestamp(timestamp) or (-1, _NO_TIMESTAMP)
        return number, Code.NONE, found, offset

    async def init_producer_id(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """An id for an idempotent producer; random, so that none needs to be remembered. Transactions are refused."""
        if request.body.transactional_id is not None:
            return (0, Code.UNSUPPORTED_VERSION, -1, -1)
        return (0, Code.NONE, secrets.randbits(62), 0)


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
