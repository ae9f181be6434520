"""The log of one partition: segments, retention, recovery. No networking in here."""

import asyncio
import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tocsin.broker.batch import check_produced, first_at_or_after, with_base_offset
from tocsin.broker.disk import Disk, GroupCommit, force_paths
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
    """Append-only. An append is all or nothing; reading never sees half a batch.

    Readers see what is before `high_watermark`: everything that was appended, with `--fsync` what is on the disk too.
    """

    def __init__(self, folder: Path, limits: LogLimits, *, disk: Disk | None = None, trusted: bool = False) -> None:
        """Open or create the log in `folder`; `trusted` (a clean stop before) spares reading all of the tail."""
        self.limits = limits
        self._folder = folder
        self._disk = disk or Disk(folder)
        self._group_commit = GroupCommit(self._force, self._rewind)
        self._is_deleted = False
        self._producers = ProducerTable()
        self._watchers: set[Callable[[], None]] = set()
        folder.mkdir(parents=True, exist_ok=True)
        self._segments = self._load(trusted=trusted)
        if self._disk.fsync and not trusted:  # what is there may not be on the disk yet
            force_paths((*(segment.path for segment in self._segments), folder))
        self.high_watermark = self.next_offset

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

        With `--fsync` it may be acknowledged, and is read, only after `settled`.

        Raises:
            Refused: MESSAGE_TOO_LARGE, KAFKA_STORAGE_ERROR (retriable: disk full or failing, nothing was stored), what
                `check_produced` and the producers' sequence numbers object to.
        """
        if len(data) > self.limits.max_message_bytes:
            raise Refused(Code.MESSAGE_TOO_LARGE, f"{len(data)} bytes, at most {self.limits.max_message_bytes} allowed")
        header = check_produced(data)
        try:
            self._group_commit.rewind_if_due()
            repeated = self._producers.check(header)
            if repeated is not None:
                return repeated
            header = header._replace(base_offset=self.next_offset)
            segment = self._segment_for(header.size)
            segment.append(with_base_offset(data, header.base_offset), header)
        except OSError as error:
            self._disk.refused(self._folder, error)
            raise Refused(Code.KAFKA_STORAGE_ERROR, str(error)) from error
        self._producers.note(header)
        if not self._disk.fsync:
            self._disk.took(self._folder)
            self._show(segment, segment.size, self.next_offset)
        return header.base_offset

    async def settled(self, offset: int) -> None:
        """Return when the batch that was appended at `offset` may be acknowledged: at once without `--fsync`.

        Raises:
            Refused: KAFKA_STORAGE_ERROR, and the batch is taken back.
        """
        if offset < self.high_watermark:
            return
        try:
            await self._group_commit.wait()
        except OSError as error:
            raise Refused(Code.KAFKA_STORAGE_ERROR, str(error)) from error

    def read(self, offset: int, max_bytes: int) -> bytes:
        """Whole batches from `offset` on: at least one, then at most `max_bytes`; b"" at the end of the log.

        Raises:
            Refused: OFFSET_OUT_OF_RANGE.
        """
        if not self.start_offset <= offset <= self.high_watermark:
            raise Refused(Code.OFFSET_OUT_OF_RANGE, f"{offset} is not in {self.start_offset}..{self.high_watermark}")
        if offset == self.high_watermark:
            return b""
        for segment in self._segments[self._segment_of(offset) :]:
            if data := segment.read(offset, max_bytes):
                return data
        return b""

    def find_timestamp(self, timestamp: int) -> tuple[int, int] | None:
        """(offset, timestamp) of the first record at or after `timestamp` (milliseconds); None if there is none.

        Where a batch's records cannot be read, the offset of the batch: never too late.
        """
        for segment in self._segments:
            batch = segment.first_at_or_after(timestamp)
            if batch is not None:
                return first_at_or_after(batch, timestamp)
        return None

    def expire(self, now_ms: float | None = None) -> int:
        """Delete whole segments that are too old or too much; how many. The newest records' offsets stay taken."""
        now_ms = time.time() * 1000 if now_ms is None else now_ms
        try:
            self._roll_if_expired(now_ms)
        except OSError as error:  # for want of space, which deleting may bring
            self._disk.refused(self._folder, error)
        deleted = 0
        while len(self._segments) > 1 and self._is_superfluous(self._segments[0], now_ms):
            try:
                self._segments[0].delete()
            except OSError as error:
                _log.warning("retention of %s: %s", self._folder, error)
                break
            del self._segments[0]
            deleted += 1
        return deleted

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
        self._is_deleted = True
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._notify()

    async def _force(self) -> None:
        """Force what is not yet shown to the disk, then show it."""
        written = [(segment, segment.size) for segment in self._segments[self._segment_of(self.high_watermark) :]]
        end = self.next_offset
        paths = [segment.path for segment, _ in written]
        try:
            await asyncio.to_thread(force_paths, paths if len(paths) == 1 else (*paths, self._folder))
        except OSError as error:
            if self._is_deleted:
                raise Refused(Code.UNKNOWN_TOPIC_OR_PARTITION) from error
            self._disk.refused(self._folder, error)
            raise
        self._disk.took(self._folder)
        for segment, size in written:
            self._show(segment, size, end)

    def _show(self, segment: Segment, size: int, end: int) -> None:
        segment.show(size)
        self.high_watermark = end
        self._notify()

    def _rewind(self) -> None:
        """Take back what is not shown."""
        while len(self._segments) > 1 and self._segments[-1].base_offset > self.high_watermark:
            self._segments.pop().delete()
        self._segments[-1].cut()
        self.close()
        self._producers = ProducerTable()
        self._segments = self._load(trusted=False)

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
        if segment.next_offset > self.high_watermark:
            return False
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
