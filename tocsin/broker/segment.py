"""One file of a partition's log: record batches, one after another, with a sparse index in memory.

`<base offset>.log` holds the batches. A sealed segment, one that is no longer written, has an `<base offset>.index`
beside it, so that a start does not read it. The index file may be missing or stale: the log is the truth.
"""

import json
import logging
import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tocsin.broker.batch import HEADER_BYTES, BatchHeader, has_valid_crc, parse_header
from tocsin.broker.disk import force_to_disk, write_fully
from tocsin.broker.index import SparseIndex

_log = logging.getLogger(__name__)
_NEVER = -1


class Segment:
    """A run of batches from `base_offset` on. Only the partition's last segment is appended to.

    What was appended is read once it is shown: with `--fsync` that is when it is on the disk.
    """

    def __init__(self, path: Path, base_offset: int) -> None:
        self.path = path
        self.base_offset = base_offset
        self.next_offset = base_offset
        self.size = 0
        self.shown_size = 0
        self.max_timestamp = _NEVER
        self.index = SparseIndex()
        self._fd: int | None = None

    @classmethod
    def at(cls, folder: Path, base_offset: int) -> "Segment":
        """The segment of that base offset in a partition's folder; nothing is read or created yet."""
        return cls(folder / f"{base_offset:020d}.log", base_offset)

    @property
    def index_path(self) -> Path:
        """Where a sealed segment keeps its index."""
        return self.path.with_suffix(".index")

    def append(self, data: bytes, header: BatchHeader) -> None:
        """Write one batch; `header` carries its final base offset.

        Raises:
            OSError: nothing has been appended. Bytes that were written lie past `size`: they are never read, and the
                next append overwrites them.
        """
        fd = self._open()
        try:
            write_fully(fd, data, self.size)
        except OSError:
            with suppress(OSError):
                os.ftruncate(fd, self.size)
            raise
        self.note(header)

    def note(self, header: BatchHeader) -> None:
        """Take a batch that is in the file into account."""
        self.index.add(header.base_offset, self.size, self.max_timestamp)
        self.size += header.size
        self.next_offset = header.last_offset + 1
        self.max_timestamp = max(self.max_timestamp, header.max_timestamp)

    def show(self, size: int) -> None:
        """Let readers see the first `size` bytes, which end with a whole batch."""
        self.shown_size = size

    def cut(self) -> None:
        """Remove from the file what was never shown. What is known of it in memory is to be loaded again.

        Raises:
            OSError: it is still there.
        """
        os.ftruncate(self._open(), self.shown_size)

    def read(self, offset: int, max_bytes: int) -> bytes:
        """Whole batches from the one that holds `offset` on: at least one, then at most `max_bytes`; b"" if past."""
        found = next((at for at, header in self.batches(self.index.position_of_offset(offset))
                      if header.last_offset >= offset), None)  # fmt: skip
        if found is None:
            return b""
        return self._read(found, self._end_of_read(found, max_bytes) - found)

    def _end_of_read(self, start: int, max_bytes: int) -> int:
        limit = start + max_bytes
        if limit >= self.shown_size:
            return self.shown_size
        end = self.index.last_boundary(start, limit)
        for at, header in self.batches(end):
            if at + header.size > limit and end > start:
                break
            end = at + header.size
        return end

    def first_at_or_after(self, timestamp: int) -> bytes | None:
        """The first batch with a record at or after `timestamp` (milliseconds)."""
        if self.max_timestamp < timestamp:
            return None
        for at, header in self.batches(self.index.position_of_timestamp(timestamp)):
            if header.max_timestamp >= timestamp:
                return self._read(at, header.size)
        return None

    def batches(self, position: int = 0) -> Iterator[tuple[int, BatchHeader]]:
        """(position, header) of every batch from a position on at which one starts."""
        while position < self.shown_size:
            header = parse_header(self._read(position, HEADER_BYTES))
            if header is None or not header.is_plausible:
                _log.error("unreadable batch in %s at byte %d", self.path, position)
                return
            yield position, header
            position += header.size

    def scan(self, *, check_crc: bool) -> Iterator[BatchHeader]:
        """Read the file from its beginning, note every good batch and cut off what follows the last one."""
        fd = self._open()
        file_size = os.fstat(fd).st_size
        while header := self._next_good(fd, file_size, check_crc=check_crc):
            self.note(header)
            yield header
        self.show(self.size)
        if self.size < file_size:
            _log.warning("cut %d bytes of a torn tail off %s", file_size - self.size, self.path)
            os.ftruncate(fd, self.size)

    def _next_good(self, fd: int, file_size: int, *, check_crc: bool) -> BatchHeader | None:
        header = parse_header(os.pread(fd, HEADER_BYTES, self.size))
        if header is None or not header.is_plausible or self.size + header.size > file_size:
            return None
        if header.base_offset != self.next_offset:  # left over from an append that failed
            return None
        if check_crc and not has_valid_crc(os.pread(fd, header.size, self.size), header):
            return None
        return header

    def seal(self, producers: list[Any]) -> None:
        """Stop writing: save the index and the producers' state at this point. A failure costs only a slower start."""
        facts = {
            "size": self.size,
            "next_offset": self.next_offset,
            "max_timestamp": self.max_timestamp,
            "producers": producers,
        }
        saved = json.dumps(facts).encode() + b"\n" + self.index.to_bytes()
        try:
            self.index_path.write_bytes(b"%08x\n%s" % (zlib.crc32(saved), saved))
        except OSError as error:
            _log.warning("no index for %s: %s", self.path, error)
            self.index_path.unlink(missing_ok=True)
        self.close()

    def load_sealed(self) -> list[Any] | None:
        """Load the saved index; the producers' state, or None when the log itself has to be scanned."""
        try:
            crc, _, saved = self.index_path.read_bytes().partition(b"\n")
            head, _, index = saved.partition(b"\n")
            if int(crc, 16) != zlib.crc32(saved):
                return None
            facts = json.loads(head)
            if facts["size"] != self.path.stat().st_size:
                return None
            self.index = SparseIndex.from_bytes(index)
            self.size, self.next_offset = facts["size"], facts["next_offset"]
            self.max_timestamp = facts["max_timestamp"]
            self.show(self.size)
            return list(facts["producers"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def last_written_ms(self) -> float:
        """Age for retention: the latest timestamp of its records, or the file's own when they carry none.

        The file's own too when theirs is later: a client whose clock is years ahead must not keep everything for years.
        """
        file_ms = self.path.stat().st_mtime * 1000
        return min(self.max_timestamp, file_ms) if self.max_timestamp >= 0 else file_ms

    def delete(self) -> None:
        """Remove the files."""
        self.close()
        self.path.unlink(missing_ok=True)
        self.index_path.unlink(missing_ok=True)

    def sync(self) -> None:
        """Force what was written to the disk."""
        if self._fd is not None:
            force_to_disk(self._fd)

    def close(self) -> None:
        """Let go of the file; reading goes on, appending opens it again."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def open(self) -> None:
        """Create the file if it is missing."""
        self._open()

    def _open(self) -> int:
        if self._fd is None:
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        return self._fd

    def _read(self, position: int, size: int) -> bytes:
        if self._fd is not None:
            return os.pread(self._fd, size, position)
        # Old segments are opened for the moment: a long history must not use up the file descriptors.
        with self.path.open("rb", buffering=0) as file:
            return os.pread(file.fileno(), size, position)
