"""Segments, recovery and retention of one partition."""

import asyncio
import os
import random
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import cramjam
import pytest

from tests.stack.memory import at_most_megabytes
from tests.unit.broker.batches import batch, corrupted, values_of, with_records
from tests.unit.broker.faults import fails, write_half
from tocsin.broker import log as log_module
from tocsin.broker import segment as segment_module
from tocsin.broker.batch import with_base_offset
from tocsin.broker.disk import Disk, force_paths
from tocsin.broker.errors import Code, Refused
from tocsin.broker.log import LogLimits, PartitionLog

_SMALL = LogLimits(segment_bytes=1_000, retention_ms=-1)
_DAY_MS = 24 * 3600 * 1000


def _filled(folder: Path, count: int, limits: LogLimits = _SMALL) -> PartitionLog:
    log = PartitionLog(folder, limits)
    for number in range(count):
        log.append(batch(b"%04d" % number * 50, timestamp=1_000 * number))
    return log


def _everything(log: PartitionLog, max_bytes: int = 1 << 20) -> list[bytes]:
    found, offset = [], log.start_offset
    while data := log.read(offset, max_bytes):
        values = values_of(data)
        found += values
        offset += len(values)
    return found


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.log"))


@pytest.mark.parametrize("max_bytes", [1, 300, 700, 1 << 20])
def test_reading_gives_whole_batches_in_order_over_segments(tmp_path: Path, max_bytes: int) -> None:
    log = _filled(tmp_path, 50)
    assert len(_files(tmp_path)) > 10
    assert [value[:4] for value in _everything(log, max_bytes)] == [b"%04d" % number for number in range(50)]


def test_a_read_from_the_middle_of_a_batch_gives_the_whole_batch(tmp_path: Path) -> None:
    log = PartitionLog(tmp_path, _SMALL)
    log.append(batch(b"a", b"b", b"c"))
    assert values_of(log.read(1, 1)) == [b"a", b"b", b"c"]
    assert log.read(3, 100) == b""
    for outside in (-1, 4):
        with pytest.raises(Refused, match="OFFSET_OUT_OF_RANGE"):
            log.read(outside, 100)


@pytest.mark.parametrize("trusted", [True, False])
def test_a_log_is_the_same_after_opening_it_again(tmp_path: Path, trusted: bool) -> None:
    before = _everything(_filled(tmp_path, 30))
    log = PartitionLog(tmp_path, _SMALL, trusted=trusted)
    assert _everything(log) == before
    assert log.append(batch()) == 30


def test_a_tail_torn_at_any_byte_is_cut_and_nothing_else(tmp_path: Path) -> None:
    _filled(tmp_path, 2, LogLimits())
    path = tmp_path / _files(tmp_path)[0]
    kept = path.stat().st_size
    PartitionLog(tmp_path, LogLimits()).append(batch(b"torn" * 20, b"too"))
    whole = path.read_bytes()
    for size in range(kept, len(whole)):
        path.write_bytes(whole[:size])
        log = PartitionLog(tmp_path, LogLimits())
        assert (log.next_offset, path.stat().st_size) == (2, kept), size
        assert log.append(batch(b"again")) == 2
        log.close()
        assert [value[:4] for value in _everything(PartitionLog(tmp_path, LogLimits()))] == [b"0000", b"0001", b"agai"]


def test_a_batch_of_which_blocks_were_never_written_is_cut(tmp_path: Path) -> None:
    """A file system that lost its power may keep a file's length and give zeros for what was not yet written."""
    _filled(tmp_path, 2, LogLimits())
    path = tmp_path / _files(tmp_path)[0]
    kept = path.stat().st_size
    PartitionLog(tmp_path, LogLimits()).append(batch(b"torn" * 20))
    whole = path.read_bytes()
    for start in range(kept, len(whole)):
        path.write_bytes(whole[:start] + b"\0" * (len(whole) - start))
        if path.read_bytes() != whole:
            log = PartitionLog(tmp_path, LogLimits())
            assert (log.next_offset, path.stat().st_size) == (2, kept), start
            log.close()


@pytest.mark.parametrize(
    "tail", [b"\0" * 4_096, b"\xff" * 500, random.Random(1).randbytes(1_000), batch(), batch()[:50]]
)
def test_garbage_after_the_last_batch_is_cut(tmp_path: Path, tail: bytes) -> None:
    _filled(tmp_path, 3, LogLimits())
    path = tmp_path / _files(tmp_path)[0]
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write(tail)
    assert PartitionLog(tmp_path, LogLimits()).next_offset == 3
    assert path.stat().st_size == size


def test_a_whole_batch_left_over_from_a_failed_append_is_cut(tmp_path: Path) -> None:
    _filled(tmp_path, 3, LogLimits())
    path = tmp_path / _files(tmp_path)[0]
    with path.open("ab") as file:
        file.write(with_base_offset(batch(b"refused"), 7))
    assert PartitionLog(tmp_path, LogLimits()).next_offset == 3


def test_a_damaged_batch_and_what_follows_it_are_cut(tmp_path: Path) -> None:
    _filled(tmp_path, 3, LogLimits())
    path = tmp_path / _files(tmp_path)[0]
    data = path.read_bytes()
    path.write_bytes(corrupted(data, len(data) // 2))
    assert PartitionLog(tmp_path, LogLimits()).next_offset == 1


def test_an_index_that_is_missing_or_torn_anywhere_is_made_again(tmp_path: Path) -> None:
    before = _everything(_filled(tmp_path, 30))
    path = min(tmp_path.glob("*.index"))
    whole = path.read_bytes()
    for damaged in (None, b"{}\nnonsense", *(whole[:size] for size in range(len(whole))), whole.replace(b"2", b"3")):
        path.unlink() if damaged is None else path.write_bytes(damaged)
        log = PartitionLog(tmp_path, _SMALL)
        assert _everything(log) == before
        assert path.read_bytes() == whole
        log.close()


def test_a_hole_in_a_sealed_segment_is_stepped_over(tmp_path: Path) -> None:
    _filled(tmp_path, 12)
    damaged = tmp_path / _files(tmp_path)[1]
    damaged.with_suffix(".index").unlink()
    os.truncate(damaged, damaged.stat().st_size - 1)
    log = PartitionLog(tmp_path, _SMALL)
    lost = next(
        offset for offset in range(12) if b"%04d" % offset not in {v[:4] for v in values_of(log.read(offset, 1))}
    )
    assert values_of(log.read(lost, 1))[0][:4] == b"%04d" % (lost + 1)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", Code.CORRUPT_MESSAGE),
        (b"\0" * 61, Code.CORRUPT_MESSAGE),
        (batch()[:-1], Code.CORRUPT_MESSAGE),
        (corrupted(batch()), Code.CORRUPT_MESSAGE),
        (corrupted(batch(), 16), Code.CORRUPT_MESSAGE),
        (corrupted(batch(), 8), Code.CORRUPT_MESSAGE),
        (batch() + batch(), Code.INVALID_RECORD),
        (batch(b"x" * 2_000), Code.MESSAGE_TOO_LARGE),
    ],
)
def test_what_is_not_one_good_batch_is_refused(tmp_path: Path, data: bytes, code: Code) -> None:
    log = PartitionLog(tmp_path, LogLimits(max_message_bytes=1_000))
    with pytest.raises(Refused) as refused:
        log.append(data)
    assert refused.value.code == code
    assert (log.next_offset, log.size) == (0, 0)


def test_a_full_disk_refuses_and_harms_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = PartitionLog(tmp_path, LogLimits())
    log.append(batch(b"first"))

    with monkeypatch.context() as full:
        full.setattr(segment_module, "write_fully", write_half)
        for _ in range(2):
            with pytest.raises(Refused, match="KAFKA_STORAGE_ERROR"):
                log.append(batch(b"refused"))
        assert values_of(log.read(0, 1_000)) == [b"first"]

    assert log.append(batch(b"second")) == 1
    assert values_of(PartitionLog(tmp_path, LogLimits()).read(0, 1_000)) == [b"first", b"second"]


async def test_readers_see_what_is_on_the_disk_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = PartitionLog(tmp_path, _SMALL, disk=Disk(tmp_path, fsync=True))
    runs, go_on = [], threading.Event()

    def force(paths: Iterable[Path]) -> None:
        runs.append(tuple(paths))
        assert go_on.wait(10)

    monkeypatch.setattr(log_module, "force_paths", force)
    settled = []
    for number in range(12):  # over several segments
        settled.append(asyncio.create_task(log.settled(log.append(batch(b"%04d" % number * 50)))))
        await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    assert (log.high_watermark, log.next_offset, log.read(0, 1_000)) == (0, 12, b"")
    assert not any(task.done() for task in settled)

    go_on.set()
    await asyncio.gather(*settled)
    assert len(runs) == 2, "one for the first, one for all that came meanwhile"
    assert (log.high_watermark, len(_everything(log))) == (12, 12)
    assert len(_everything(PartitionLog(tmp_path, _SMALL))) == 12


async def test_what_cannot_be_forced_to_the_disk_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = PartitionLog(tmp_path, _SMALL, disk=Disk(tmp_path, fsync=True))
    await log.settled(log.append(batch(b"first", producer=(7, 0, 0))))
    sent = [batch(b"%04d" % number * 100, producer=(7, 0, number)) for number in range(1, 5)]  # over several segments
    with monkeypatch.context() as failing:
        failing.setattr(log_module, "force_paths", fails)
        results = await asyncio.gather(*(log.settled(log.append(one)) for one in sent), return_exceptions=True)
    assert all(isinstance(result, Refused) and result.code == Code.KAFKA_STORAGE_ERROR for result in results)
    assert (log.next_offset, log.high_watermark, _everything(log)) == (1, 1, [b"first"])

    for number, one in enumerate(sent, start=1):
        assert log.append(one) == number
        await log.settled(number)
    assert len(_everything(PartitionLog(tmp_path, _SMALL))) == 5


async def test_a_disk_that_fails_is_spoken_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log = PartitionLog(tmp_path, _SMALL, disk=Disk(tmp_path, fsync=True))
    with monkeypatch.context() as failing:
        failing.setattr(log_module, "force_paths", fails)
        for _ in range(5):
            with pytest.raises(Refused, match="KAFKA_STORAGE_ERROR"):
                await log.settled(log.append(batch()))
    await log.settled(log.append(batch()))
    said = [record.getMessage() for record in caplog.records]
    assert [("cannot write" in line, "can write" in line) for line in said] == [(True, False), (False, True)]


async def test_what_is_written_while_the_disk_fails_is_taken_back_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = PartitionLog(tmp_path, _SMALL, disk=Disk(tmp_path, fsync=True))
    go_on = threading.Event()

    def fails_late(paths: Iterable[Path]) -> None:
        assert go_on.wait(10)
        fails(paths)

    with monkeypatch.context() as failing:
        failing.setattr(log_module, "force_paths", fails_late)
        first = asyncio.create_task(log.settled(log.append(batch(b"first"))))
        await asyncio.sleep(0.05)
        failing.setattr(log_module, "force_paths", force_paths)
        second = asyncio.create_task(log.settled(log.append(batch(b"second"))))
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.wait([first, second])
    assert all("KAFKA_STORAGE_ERROR" in str(task.exception()) for task in (first, second))
    assert (log.next_offset, log.high_watermark) == (0, 0)
    await log.settled(log.append(batch(b"third")))
    assert _everything(log) == [b"third"]


async def test_a_topic_is_deleted_while_its_events_are_being_forced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log = PartitionLog(tmp_path / "0", _SMALL, disk=Disk(tmp_path, fsync=True))
    go_on = threading.Event()

    def late(paths: Iterable[Path]) -> None:
        assert go_on.wait(10)
        force_paths(paths)

    monkeypatch.setattr(log_module, "force_paths", late)
    settling = asyncio.create_task(log.settled(log.append(batch())))
    await asyncio.sleep(0.05)
    log.delete()
    go_on.set()
    with pytest.raises(Refused, match="UNKNOWN_TOPIC_OR_PARTITION"):
        await settling
    assert not (tmp_path / "0").exists()
    assert not caplog.records


def test_a_clock_that_is_years_ahead_keeps_nothing_for_years(tmp_path: Path) -> None:
    log = PartitionLog(tmp_path, LogLimits(segment_bytes=1_000, retention_ms=_DAY_MS))
    for _ in range(10):
        log.append(batch(b"x" * 300, timestamp=2**62))
    assert log.expire() == 0
    assert log.expire(now_ms=time.time() * 1000 + 2 * _DAY_MS) > 0


def test_a_disk_without_room_for_a_new_segment_still_gets_rid_of_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = _filled(tmp_path, 20, LogLimits(segment_bytes=1_000, retention_ms=_DAY_MS))

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(segment_module.Segment, "open", full)
    assert log.expire(now_ms=1e15) > 0


def test_segments_are_deleted_by_age_even_the_last(tmp_path: Path) -> None:
    log = _filled(tmp_path, 20, LogLimits(segment_bytes=1_000, retention_ms=_DAY_MS))
    assert log.expire(now_ms=_DAY_MS) == 0
    assert log.expire(now_ms=_DAY_MS + 10_000) > 0
    assert 0 < log.start_offset < 20
    log.expire(now_ms=2 * _DAY_MS)
    assert (log.start_offset, log.next_offset) == (20, 20)
    assert PartitionLog(tmp_path, _SMALL).append(batch()) == 20


def test_segments_are_deleted_by_size(tmp_path: Path) -> None:
    log = _filled(tmp_path, 50, LogLimits(segment_bytes=1_000, retention_ms=-1, retention_bytes=3_000))
    assert log.expire(now_ms=1e15) > 0
    assert 3_000 <= log.size < 4_000
    assert _everything(log)[-1][:4] == b"0049"
    assert log.expire(now_ms=1e15) == 0


def test_unlimited_retention_keeps_everything(tmp_path: Path) -> None:
    assert _filled(tmp_path, 20).expire(now_ms=1e15) == 0


def test_searching_by_time_finds_the_first_record_not_before_it(tmp_path: Path) -> None:
    log = _filled(tmp_path, 40)
    assert log.find_timestamp(0) == (0, 0)
    assert log.find_timestamp(17_001) == (18, 18_000)
    assert log.find_timestamp(39_000) == (39, 39_000)
    assert log.find_timestamp(39_001) is None


@pytest.mark.parametrize("codec", [0, 1, 3, 4])
def test_searching_by_time_reads_compressed_records(tmp_path: Path, codec: int) -> None:
    log = PartitionLog(tmp_path, LogLimits())
    log.append(batch(*[b"x"] * 10, timestamp=1_000, codec=codec))
    assert log.find_timestamp(1_004) == (4, 1_004)


def test_a_bomb_is_not_unpacked_by_a_search(tmp_path: Path) -> None:
    log = PartitionLog(tmp_path, LogLimits())
    log.append(batch())
    log.append(
        with_records(batch(b"1", b"2", timestamp=1_700_000_001_000), cramjam.zstd.compress(b"\0" * 300_000_000), 4)
    )
    with at_most_megabytes(50):
        assert log.find_timestamp(1_700_000_001_001) == (1, 1_700_000_001_001)


@pytest.mark.parametrize("codec", [0, 1, 2, 3, 4])
def test_records_that_cannot_be_read_are_found_by_their_batch(tmp_path: Path, codec: int) -> None:
    log = PartitionLog(tmp_path, LogLimits())
    log.append(with_records(batch(b"1", b"2", timestamp=1_000), random.Random(1).randbytes(100), codec))
    assert log.find_timestamp(1_001) == (0, 1_001)


def test_a_producers_repetition_is_stored_once_even_after_a_restart(tmp_path: Path) -> None:
    log = PartitionLog(tmp_path, _SMALL)
    sent = [batch(b"x" * 300, producer=(7, 0, sequence)) for sequence in range(10)]
    assert [log.append(one) for one in sent] == list(range(10))
    for trusted in (True, False):
        log = PartitionLog(tmp_path, _SMALL, trusted=trusted)
        assert log.append(sent[9]) == 9
        assert log.append(sent[5]) == 5
        with pytest.raises(Refused, match="OUT_OF_ORDER"):
            log.append(batch(producer=(7, 0, 12)))
    assert log.append(batch(producer=(7, 0, 10))) == 10
    assert log.append(batch(producer=(7, 1, 0))) == 11
    with pytest.raises(Refused, match="INVALID_PRODUCER_EPOCH"):
        log.append(batch(producer=(7, 0, 11)))


def test_watchers_hear_of_every_append(tmp_path: Path) -> None:
    log, heard = PartitionLog(tmp_path, _SMALL), []
    watcher = lambda: heard.append(log.next_offset)  # noqa: E731
    log.watch(watcher)
    log.append(batch())
    log.unwatch(watcher)
    log.append(batch())
    assert heard == [1]
