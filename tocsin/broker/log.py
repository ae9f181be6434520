"""The log of one partition: segments, retention, recovery. No networking in here."""

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tocsin.broker.batch import check_produced, record_timestamps, with_base_offset
from tocsin.broker.errors import Code, Refused
from tocsin.broker.producers import ProducerTable
from tocsin.broker.segment import Segment

_log = logging.getLogger(__name__)
UNLIMITED = -1


@dataclass(frozen=True, slots=True)
class LogLimits:
    """How much one partition keeps. -1 means without limit."""

    segment_bytes: int = 64 * 1024 * 1024
    max_message_bytes: int = 1_048_588
    retention_ms: int = 7 * 24 * 3600 * 1000
    retention_bytes: int = UNLIMITED


class PartitionLog:
    """Append-only. An append is all or nothing; reading never sees half a batch."""

    def __init__(self, folder: Path, limits: LogLimits, *, fsync: bool = False, trusted: bool = False) -> None:
        """Open or create the log in `folder`; `trusted` (a clean stop before) spares reading all of the tail."""
        self.limits = limits
        self._folder = folder
        self._fsync = fsync
        self._is_failing = False
        self._producers = ProducerTable()
        self._watchers: set[Callable[[], None]] = set()
        folder.mkdir(parents=True, exist_ok=True)
        self._segments = self._load(trusted=trusted)

    @property
    def start_offset(self) -> int:
        """Offset of the oldest record that is kept."""
        return self._segments[0].base_offset

    @property
    def next_offset(self) -> int:
        """Offset that the next record gets."""
        return self._segments[-1].next_offset

    @property
    def size(self) -> int:
        """Bytes in all segments."""
        return sum(segment.size for segment in self._segments)

    def append(self, data: bytes) -> int:
        """Store one record batch as a producer sent it; its base offset. A repeated one is stored once.

        Raises:
            Refused: MESSAGE_TOO_LARGE, KAFKA_STORAGE_ERROR (retriable: disk full or failing, nothing was stored), what
                `check_produced` and the producers' sequence numbers object to.
        """
        if len(data) > self.limits.max_message_bytes:
            raise Refused(Code.MESSAGE_TOO_LARGE, f"{len(data)} bytes, at most {self.limits.max_message_bytes} allowed")
        header = check_produced(data)
        repeated = self._producers.check(header)
        if repeated is not None:
            return repeated
        try:
            header = header._replace(base_offset=self.next_offset)
            segment = self._segment_for(header.size)
            segment.append(with_base_offset(data, header.base_offset), header, fsync=self._fsync)
        except OSError as error:
            self._say_failing(error)
            raise Refused(Code.KAFKA_STORAGE_ERROR, str(error)) from error
        self._say_failing(None)
        self._producers.note(header)
        self._notify()
        return header.base_offset

    def read(self, offset: int, max_bytes: int) -> bytes:
        """Whole batches from `offset` on: at least one, then at most `max_bytes`; b"" at the end of the log.

        Raises:
            Refused: OFFSET_OUT_OF_RANGE.
        """
        if not self.start_offset <= offset <= self.next_offset:
            raise Refused(Code.OFFSET_OUT_OF_RANGE, f"{offset} is not in {self.start_offset}..{self.next_offset}")
        if offset == self.next_offset:
            return b""
        for segment in self._segments[self._segment_of(offset) :]:
            if data := segment.read(offset, max_bytes):
                return data
        return b""

    def find_timestamp(self, timestamp: int) -> tuple[int, int] | None:
        """(offset, timestamp) of the first record at or after `timestamp` (milliseconds); None if there is none."""
        for segment in self._segments:
            batch = segment.first_at_or_after(timestamp)
            if batch is not None:
                return next((pair for pair in record_timestamps(batch) if pair[1] >= timestamp), None)
        return None

    def expire(self, now_ms: float | None = None) -> int:
        """Delete whole segments that are too old or too much; how many. The newest records' offsets stay taken."""
        now_ms = time.time() * 1000 if now_ms is None else now_ms
        before = len(self._segments)
        try:
            self._roll_if_expired(now_ms)
            before = len(self._segments)
            while len(self._segments) > 1 and self._is_superfluous(self._segments[0], now_ms):
                self._segments[0].delete()
                del self._segments[0]
        except OSError as error:
            _log.warning("retention of %s: %s", self._folder, error)
        return before - len(self._segments)

    def watch(self, callback: Callable[[], None]) -> None:
        """Call back upon every append, and when the log is deleted, until `unwatch`."""
        self._watchers.add(callback)

    def unwatch(self, callback: Callable[[], None]) -> None:
        """Stop calling back."""
        self._watchers.discard(callback)

    def sync(self) -> None:
        """Force what was written to the disk."""
        self._segments[-1].sync()

    def close(self) -> None:
        """Let go of the files."""
        for segment in self._segments:
            segment.close()

    def delete(self) -> None:
        """Remove everything and wake whoever waits for more."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._notify()

    def _say_failing(self, error: OSError | None) -> None:
        """Log when it begins and when it ends: producers try many times a second, and the disk is full already."""
        if error and not self._is_failing:
            _log.error("cannot append to %s: %s", self._folder, error)
        elif self._is_failing and not error:
            _log.warning("can append again to %s", self._folder)
        self._is_failing = error is not None

    def _notify(self) -> None:
        for callback in tuple(self._watchers):
            callback()

    def _segment_for(self, size: int) -> Segment:
        active = self._segments[-1]
        if active.size and active.size + size > self.limits.segment_bytes:
            return self._roll()
        return active

    def _roll(self) -> Segment:
        active = self._segments[-1]
        fresh = Segment.at(self._folder, active.next_offset)
        fresh.open()  # may fail for want of space, and then the old one stays active
        active.seal(self._producers.to_json())
        self._segments.append(fresh)
        return fresh

    def _segment_of(self, offset: int) -> int:
        low, high = 0, len(self._segments)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._segments[middle].base_offset <= offset else (low, middle)
        return low

    def _roll_if_expired(self, now_ms: float) -> None:
        """A quiet topic's last records grow old in the active segment, which is never deleted: start a new one."""
        active = self._segments[-1]
        if active.size and self._is_too_old(active, now_ms):
            self._roll()

    def _is_superfluous(self, segment: Segment, now_ms: float) -> bool:
        limit = self.limits.retention_bytes
        return self._is_too_old(segment, now_ms) or (limit >= 0 and self.size - segment.size >= limit)

    def _is_too_old(self, segment: Segment, now_ms: float) -> bool:
        limit = self.limits.retention_ms
        return limit >= 0 and now_ms - segment.last_written_ms() > limit

    def _load(self, *, trusted: bool) -> list[Segment]:
        offsets = sorted(int(path.stem) for path in self._folder.glob("*.log") if path.stem.isdigit())
        segments = [Segment.at(self._folder, offset) for offset in offsets or [0]]
        for segment in segments[:-1]:
            producers = segment.load_sealed()
            if producers is None:
                self._scan(segment, check_crc=True)
                segment.seal(self._producers.to_json())
            else:
                self._producers.restore(producers)
        self._scan(segments[-1], check_crc=not trusted)
        return segments

    def _scan(self, segment: Segment, *, check_crc: bool) -> None:
        for header in segment.scan(check_crc=check_crc):
            self._producers.note(header)
