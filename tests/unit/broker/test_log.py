"""Segments, recovery and retention of one partition."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.broker.batches import batch, corrupted, values_of
from tocsin.broker import segment as segment_module
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


@pytest.mark.parametrize("cut", [1, 30, 61, 200])
def test_a_torn_tail_is_cut(tmp_path: Path, cut: int) -> None:
    _filled(tmp_path, 3, LogLimits())
    path = tmp_path / _files(tmp_path)[0]
    os.truncate(path, path.stat().st_size - cut)
    log = PartitionLog(tmp_path, LogLimits())
    assert log.next_offset == 2
    assert log.append(batch(b"again")) == 2
    assert [value[:4] for value in _everything(log)] == [b"0000", b"0001", b"agai"]


@pytest.mark.parametrize("tail", [b"\0" * 4_096, b"\xff" * 500, os.urandom(1_000), batch()])
def test_garbage_after_the_last_batch_is_cut(tmp_path: Path, tail: bytes) -> None:
    _filled(tmp_path, 3, LogLimits())
    path = tmp_path / _files(tmp_path)[0]
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write(tail)
    assert PartitionLog(tmp_path, LogLimits()).next_offset == 3
    assert path.stat().st_size == size


def test_a_damaged_batch_and_what_follows_it_are_cut(tmp_path: Path) -> None:
    _filled(tmp_path, 3, LogLimits())
    path = tmp_path / _files(tmp_path)[0]
    data = path.read_bytes()
    path.write_bytes(corrupted(data, len(data) // 2))
    assert PartitionLog(tmp_path, LogLimits()).next_offset == 1


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"{}\nnonsense")])
def test_an_index_that_is_missing_or_damaged_is_made_again(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    before = _everything(_filled(tmp_path, 30))
    for path in tmp_path.glob("*.index"):
        damage(path)
    assert _everything(PartitionLog(tmp_path, _SMALL)) == before


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

    def write_half(fd: int, data: bytes, position: int) -> None:
        os.pwrite(fd, data[: len(data) // 2], position)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(segment_module, "write_fully", write_half)
        for _ in range(2):
            with pytest.raises(Refused, match="KAFKA_STORAGE_ERROR"):
                log.append(batch(b"refused"))
        assert values_of(log.read(0, 1_000)) == [b"first"]

    assert log.append(batch(b"second")) == 1
    assert values_of(PartitionLog(tmp_path, LogLimits()).read(0, 1_000)) == [b"first", b"second"]


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
