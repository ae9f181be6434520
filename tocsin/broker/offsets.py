"""Committed offsets of consumer groups, in a journal whose size is bounded.

One line a change: eight hex digits of CRC-32, a space, JSON. Torn and damaged lines are skipped. When the journal has
grown to several times what it says, it is written anew and renamed into place. What it says is bounded too: a client
that commits for ever new groups is refused at `MAX_COMMITTED`.
"""

import asyncio
import json
import logging
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from tocsin.broker.disk import Disk, GroupCommit, force_paths, force_to_disk, write_fully
from tocsin.broker.errors import Code, Refused

_log = logging.getLogger(__name__)
_COMPACT_FROM_BYTES = 1024 * 1024
_COMPACT_AT_GROWTH = 4
MAX_COMMITTED = 200_000  # partitions of all groups together; each takes some 300 bytes of memory


class Committed(NamedTuple):
    """What a group stored for one partition: the next offset to read, and a note of its own."""

    offset: int
    metadata: str


Partition = tuple[str, int]  # topic, number


class Offsets:
    """Group -> (topic, partition) -> committed offset. Changes are in the journal before a method returns.

    With `--fsync` they may be acknowledged only after `settled`.
    """

    def __init__(self, path: Path, *, disk: Disk | None = None, compact_from_bytes: int = _COMPACT_FROM_BYTES) -> None:
        """Read the journal at `path`, or begin one.

        Raises:
            OSError: it cannot be read or written.
        """
        self._path = path
        self._disk = disk or Disk(path.parent)
        self._group_commit = GroupCommit(self._force, self._rewind)
        self._forcing = asyncio.Lock()
        self._compact_from = compact_from_bytes
        self._compaction: asyncio.Task[None] | None = None
        self._groups: dict[str, dict[Partition, Committed]] = {}
        self._count = 0
        self._fd, self._size = self._load()
        if self._disk.fsync:  # what is there may not be on the disk yet
            force_to_disk(self._fd)
        self._forced_size = self._size
        self._is_entry_forced = False
        self._compact_at = max(self._compact_from, len(self._snapshot()) * _COMPACT_AT_GROWTH)

    def __contains__(self, group: object) -> bool:
        return group in self._groups

    def groups(self) -> Iterable[str]:
        """Every group with a committed offset."""
        return tuple(self._groups)

    def of(self, group: str) -> dict[Partition, Committed]:
        """What a group has committed; empty if nothing. Not to be changed."""
        return self._groups.get(group, {})

    def commit(self, group: str, committed: dict[Partition, Committed]) -> None:
        """Store offsets of a group, all or none.

        Raises:
            Refused: COORDINATOR_NOT_AVAILABLE (retriable: disk full or failing), INVALID_COMMIT_OFFSET_SIZE.
        """
        if self._count + len(committed.keys() - self.of(group).keys()) > MAX_COMMITTED:
            raise Refused(Code.INVALID_COMMIT_OFFSET_SIZE, f"{MAX_COMMITTED} partitions are committed already")
        if committed:
            self._record([["commit", group, topic, number, *value] for (topic, number), value in committed.items()])

    def forget_group(self, group: str) -> None:
        """Drop all offsets of a group.

        Raises:
            Refused: COORDINATOR_NOT_AVAILABLE.
        """
        self._record([["forget-group", group]])

    def forget_topic(self, topic: str) -> None:
        """Drop all groups' offsets for a topic: a new one of the same name starts afresh.

        Raises:
            Refused: COORDINATOR_NOT_AVAILABLE.
        """
        self._record([["forget-topic", topic]])

    async def settled(self) -> None:
        """Return when all changes so far may be acknowledged: at once without `--fsync`.

        Raises:
            Refused: COORDINATOR_NOT_AVAILABLE, and what was not yet on the disk is taken back.
        """
        if self._size > self._compact_at and self._compaction is None:
            self._compaction = asyncio.get_running_loop().create_task(self._compact_or_go_on())
        if not self._disk.fsync:
            return
        try:
            await self._group_commit.wait()
        except OSError as error:
            raise Refused(Code.COORDINATOR_NOT_AVAILABLE, str(error)) from error

    def close(self) -> None:
        """Force the journal to the disk and close it. Idempotent.

        Raises:
            OSError: it may not be on the disk.
        """
        if self._compaction:
            self._compaction.cancel()
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            try:
                force_to_disk(fd)
            finally:
                os.close(fd)

    def _record(self, changes: list[list[Any]]) -> None:
        data = b"".join(map(_line, changes))
        try:
            self._group_commit.rewind_if_due()
            write_fully(self._fd, data, self._size)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._fd, self._size)
            self._disk.refused(self._path, error)
            raise Refused(Code.COORDINATOR_NOT_AVAILABLE, str(error)) from error
        if not self._disk.fsync:
            self._disk.took(self._path)
        self._size += len(data)
        for change in changes:
            self._apply(change)

    async def _force(self) -> None:
        async with self._forcing:
            size = self._size
            paths = (self._path,) if self._is_entry_forced else (self._path, self._path.parent)
            try:
                await asyncio.to_thread(force_paths, paths)
            except OSError as error:
                self._disk.refused(self._path, error)
                raise
            self._disk.took(self._path)
            self._forced_size, self._is_entry_forced = size, True

    def _rewind(self) -> None:
        """Take back what was not forced to the disk."""
        os.ftruncate(self._fd, self._forced_size)
        old_fd, old_groups, old_count = self._fd, self._groups, self._count
        self._groups, self._count = {}, 0
        try:
            self._fd, self._size = self._load()
        except OSError:
            self._groups, self._count = old_groups, old_count
            raise
        os.close(old_fd)

    def _apply(self, change: list[Any]) -> None:
        match change:
            case ["commit", str(group), str(topic), int(number), int(offset), str(metadata)]:
                partitions = self._groups.setdefault(group, {})
                self._count += (topic, number) not in partitions
                partitions[topic, number] = Committed(offset, metadata)
            case ["forget-group", str(group)]:
                self._count -= len(self._groups.pop(group, ()))
            case ["forget-topic", str(topic)]:
                self._drop_topic(topic)

    def _drop_topic(self, topic: str) -> None:
        for group, partitions in tuple(self._groups.items()):
            for partition in [key for key in partitions if key[0] == topic]:
                del partitions[partition]
                self._count -= 1
            if not partitions:
                del self._groups[group]

    def _load(self) -> tuple[int, int]:
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        data = self._path.read_bytes()
        whole = data.rfind(b"\n") + 1
        damaged = 0
        for line in data[:whole].splitlines():
            change = _parse(line)
            damaged += change is None
            self._apply(change or [])
        if damaged or whole < len(data):
            _log.warning("%s: %d damaged lines, %d torn bytes", self._path, damaged, len(data) - whole)
            os.ftruncate(fd, whole)
        return fd, whole

    async def _compact_or_go_on(self) -> None:
        content = self._snapshot()
        try:
            await self._compact(content)
            self._compact_at = max(self._compact_from, len(content) * _COMPACT_AT_GROWTH)
        except OSError as error:
            _log.warning("cannot compact %s: %s", self._path, error)
            self._compact_at = self._size * _COMPACT_AT_GROWTH
        self._compaction = None

    async def _compact(self, content: bytes) -> None:
        """Write the journal anew beside the old one, which goes on meanwhile; what it got is copied before the swap."""
        draft = self._path.with_suffix(".new")
        copied, rewound = self._size, self._group_commit.times_rewound
        fd = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            size = await self._append_forced(fd, content, 0)
            async with self._forcing:  # with `--fsync`, nothing is acknowledged from here on
                news, copied = self._since(copied), self._size
                forced = await self._append_forced(fd, news, size)
                _check_whole(rewound == self._group_commit.times_rewound)
                last = self._since(copied)
                write_fully(fd, last, forced)
                draft.replace(self._path)
        except OSError:  # when it is cancelled the process ends, and its thread may still write
            os.close(fd)
            draft.unlink(missing_ok=True)
            raise
        os.close(self._fd)
        self._fd, self._size, self._forced_size = fd, forced + len(last), forced
        self._is_entry_forced = False

    def _since(self, position: int) -> bytes:
        return os.pread(self._fd, self._size - position, position)

    async def _append_forced(self, fd: int, data: bytes, size: int) -> int:
        def work() -> None:
            write_fully(fd, data, size)
            force_to_disk(fd)

        await asyncio.to_thread(work)
        return size + len(data)

    def _snapshot(self) -> bytes:
        return b"".join(map(_line, self._everything()))

    def _everything(self) -> Iterator[list[Any]]:
        for group, partitions in self._groups.items():
            for (topic, number), value in partitions.items():
                yield ["commit", group, topic, number, *value]


def _check_whole(is_whole: bool) -> None:
    if not is_whole:
        raise OSError("some of it was taken back meanwhile")


def _line(change: list[Any]) -> bytes:
    text = json.dumps(change, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _parse(line: bytes) -> list[Any] | None:
    crc, _, text = line.partition(b" ")
    try:
        return list(json.loads(text)) if int(crc, 16) == zlib.crc32(text) else None
    except (ValueError, TypeError, RecursionError):
        return None
