"""Committed offsets of consumer groups, in a journal whose size is bounded.

One line a change: eight hex digits of CRC-32, a space, JSON. Torn and damaged lines are skipped. When the journal has
grown to several times what it says, it is written anew and renamed into place.
"""

import json
import logging
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from tocsin.broker.disk import force_to_disk, write_fully
from tocsin.broker.errors import Code, Refused

_log = logging.getLogger(__name__)
_COMPACT_FROM_BYTES = 1024 * 1024
_COMPACT_AT_GROWTH = 4


class Committed(NamedTuple):
    """What a group stored for one partition: the next offset to read, and a note of its own."""

    offset: int
    metadata: str


Partition = tuple[str, int]  # topic, number


class Offsets:
    """Group -> (topic, partition) -> committed offset. Changes are in the journal before a method returns."""

    def __init__(self, path: Path, *, fsync: bool = False, compact_from_bytes: int = _COMPACT_FROM_BYTES) -> None:
        """Read the journal at `path`, or begin one.

        Raises:
            OSError: it cannot be read or written.
        """
        self._path = path
        self._fsync = fsync
        self._compact_from = compact_from_bytes
        self._groups: dict[str, dict[Partition, Committed]] = {}
        self._fd, self._size = self._load()
        self._compact_at = max(self._compact_from, self._size * _COMPACT_AT_GROWTH)
        if self._size > self._compact_from:
            self._compact_or_go_on()

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
            Refused: COORDINATOR_NOT_AVAILABLE (retriable: disk full or failing).
        """
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

    def close(self) -> None:
        """Force the journal to the disk and close it."""
        force_to_disk(self._fd)
        os.close(self._fd)

    def _record(self, changes: list[list[Any]]) -> None:
        data = b"".join(map(_line, changes))
        try:
            write_fully(self._fd, data, self._size)
            if self._fsync:
                force_to_disk(self._fd)
        except OSError as error:
            _log.error("cannot append to %s: %s", self._path, error)
            with suppress(OSError):
                os.ftruncate(self._fd, self._size)
            raise Refused(Code.COORDINATOR_NOT_AVAILABLE, str(error)) from error
        self._size += len(data)
        for change in changes:
            self._apply(change)
        if self._size > self._compact_at:
            self._compact_or_go_on()

    def _apply(self, change: list[Any]) -> None:
        match change:
            case ["commit", str(group), str(topic), int(number), int(offset), str(metadata)]:
                self._groups.setdefault(group, {})[topic, number] = Committed(offset, metadata)
            case ["forget-group", str(group)]:
                self._groups.pop(group, None)
            case ["forget-topic", str(topic)]:
                self._drop_topic(topic)

    def _drop_topic(self, topic: str) -> None:
        for group, partitions in tuple(self._groups.items()):
            for partition in [key for key in partitions if key[0] == topic]:
                del partitions[partition]
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

    def _compact_or_go_on(self) -> None:
        try:
            self._compact()
        except OSError as error:
            _log.warning("cannot compact %s: %s", self._path, error)
        self._compact_at = max(self._compact_from, self._size * _COMPACT_AT_GROWTH)

    def _compact(self) -> None:
        draft = self._path.with_suffix(".new")
        data = b"".join(map(_line, self._everything()))
        fd = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            write_fully(fd, data, 0)
            force_to_disk(fd)
            draft.replace(self._path)
        except OSError:
            os.close(fd)
            draft.unlink(missing_ok=True)
            raise
        os.close(self._fd)
        self._fd, self._size = fd, len(data)

    def _everything(self) -> Iterator[list[Any]]:
        for group, partitions in self._groups.items():
            for (topic, number), value in partitions.items():
                yield ["commit", group, topic, number, *value]


def _line(change: list[Any]) -> bytes:
    text = json.dumps(change, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _parse(line: bytes) -> list[Any] | None:
    crc, _, text = line.partition(b" ")
    try:
        return list(json.loads(text)) if int(crc, 16) == zlib.crc32(text) else None
    except (ValueError, TypeError):
        return None
