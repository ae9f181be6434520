"""The journal of committed offsets."""

import os
from pathlib import Path

import pytest

from tocsin.broker import offsets as offsets_module
from tocsin.broker.errors import Refused
from tocsin.broker.offsets import Committed, Offsets


def _commit(offsets: Offsets, offset: int, group: str = "group", topic: str = "topic") -> None:
    offsets.commit(group, {(topic, 0): Committed(offset, "")})


def test_commits_survive_opening_again(tmp_path: Path) -> None:
    offsets = Offsets(tmp_path / "journal")
    _commit(offsets, 1)
    _commit(offsets, 2)
    _commit(offsets, 9, topic="dropped")
    _commit(offsets, 9, group="dropped")
    offsets.forget_topic("dropped")
    offsets.forget_group("dropped")
    offsets.close()

    again = Offsets(tmp_path / "journal")
    assert again.of("group") == {("topic", 0): Committed(2, "")}
    assert list(again.groups()) == ["group"]
    again.close()


@pytest.mark.parametrize("tail", [b"1234", b"\0" * 100, b'00000000 ["commit","group","topic",0,7,""]\n', b"\n"])
def test_a_torn_or_damaged_tail_costs_nothing_else(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "journal"
    offsets = Offsets(path)
    _commit(offsets, 5)
    offsets.close()
    with path.open("ab") as file:
        file.write(tail)

    again = Offsets(path)
    assert again.of("group") == {("topic", 0): Committed(5, "")}
    _commit(again, 6)
    again.close()
    last = Offsets(path)
    assert last.of("group") == {("topic", 0): Committed(6, "")}
    last.close()


def test_the_journal_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    offsets = Offsets(path, compact_from_bytes=2_000)
    largest = 0
    for number in range(1_000):
        _commit(offsets, number)
        largest = max(largest, path.stat().st_size)
    offsets.close()
    assert largest < 2_200
    again = Offsets(path)
    assert again.of("group") == {("topic", 0): Committed(999, "")}
    again.close()


def test_a_failed_compaction_is_no_failed_commit(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    offsets = Offsets(path, compact_from_bytes=500)
    (tmp_path / "journal.new").mkdir()
    for number in range(100):
        _commit(offsets, number)
    offsets.close()
    again = Offsets(path)
    assert again.of("group") == {("topic", 0): Committed(99, "")}
    again.close()


def test_a_full_disk_refuses_the_commit_and_keeps_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offsets = Offsets(tmp_path / "journal")
    _commit(offsets, 1)

    def write_half(fd: int, data: bytes, position: int) -> None:
        os.pwrite(fd, data[: len(data) // 2], position)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(offsets_module, "write_fully", write_half)
        with pytest.raises(Refused, match="COORDINATOR_NOT_AVAILABLE"):
            _commit(offsets, 2)
    assert offsets.of("group") == {("topic", 0): Committed(1, "")}
    _commit(offsets, 3)
    offsets.close()
    again = Offsets(tmp_path / "journal")
    assert again.of("group") == {("topic", 0): Committed(3, "")}
    again.close()
