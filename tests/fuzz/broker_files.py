"""A data folder in which one file holds anything at all."""

import asyncio
import logging
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

from tests.fuzz.broker_in_memory import logged_to
from tests.unit.broker.batches import batch
from tocsin.broker.errors import Refused
from tocsin.broker.offsets import Committed
from tocsin.broker.server import DataFolder
from tocsin.broker.topics import DamagedTopic

_SEGMENT_BYTES = 1024 * 1024
_FIRST = "00000000000000000000"


class BrokerFiles:
    """Starts brokers on copies of one folder, which has a sealed segment, an active one and committed offsets."""

    def __init__(self, folder: Path) -> None:
        self._model, self._copy = folder / "model", folder / "copy"
        data = DataFolder(self._model)
        data.topics.create("t", 1, {"segment.bytes": str(_SEGMENT_BYTES), "retention.ms": "-1"})
        for number, size in enumerate((600_000, 600_000, 100, 100)):
            data.topics.partition("t", 0).append(batch(b"x" * size, producer=(7, 0, number)))
        data.offsets.commit("g", {("t", 0): Committed(3, "note")})
        data.close()

    def start_on(self, content: bytes) -> None:
        """The first byte picks the file, the second whether it gets its check sum right and how it stopped."""
        if len(content) >= 2:
            with logged_to(logging.NullHandler()):
                self._start_on(content)

    def _start_on(self, content: bytes) -> None:
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(self._model, self._copy)
        path, make = self._files()[content[0] % len(self._files())]
        path.write_bytes(make(content[2:]) if content[1] & 1 else content[2:])
        if content[1] & 2:
            (self._copy / "clean-stop").unlink()
        try:
            data = DataFolder(self._copy)
        except DamagedTopic as error:
            assert str(path) in str(error)  # noqa: PT017
            return
        self._check_it_goes_on(data)

    def _files(self) -> list[tuple[Path, Callable[[bytes], bytes]]]:
        partition = self._copy / "topics" / "t" / "0"
        active = max(partition.glob("*.log"))
        return [
            (active, lambda data: active.read_bytes() + data),
            (partition / f"{_FIRST}.index", lambda data: b"%08x\n%s" % (zlib.crc32(data), data)),
            (self._copy / "offsets.journal", _journal),
            (self._copy / "topics" / "t" / "topic.json", bytes),
            (partition / f"{_FIRST}.log", bytes),
            (self._copy / "cluster-id", bytes),
        ]

    def _check_it_goes_on(self, data: DataFolder) -> None:
        topic = data.topics.get("t")
        for log in topic.partitions[:2]:
            _read_all(log.start_offset, log.high_watermark, log.read)
        end = topic.partitions[0].append(batch(b"after"))
        data.offsets.commit("g", {("t", 0): Committed(end, "")})
        data.close()

        again = DataFolder(self._copy)
        assert again.topics.partition("t", 0).high_watermark == end + 1
        assert b"after" in again.topics.partition("t", 0).read(end, 1_000)
        assert again.offsets.of("g")["t", 0].offset == end
        asyncio.run(again.offsets.settled())
        again.close()


def _journal(data: bytes) -> bytes:
    return b"".join(b"%08x %s\n" % (zlib.crc32(line), line) for line in data.splitlines())


def _read_all(start: int, end: int, read: Callable[[int, int], bytes]) -> None:
    for offset in {start, (start + end) // 2, max(end - 1, start), end}:
        try:
            read(offset, 1_000)
        except Refused as refused:
            raise AssertionError(f"{offset} in {start}..{end} is refused") from refused
