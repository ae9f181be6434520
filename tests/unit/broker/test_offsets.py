"""The journal of committed offsets."""

import asyncio
from pathlib import Path
from threading import Semaphore

import pytest

from tests.unit.broker.faults import fails, write_half
from tocsin.broker import offsets as offsets_module
from tocsin.broker.disk import Disk
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


@pytest.mark.parametrize("fsync", [False, True])
async def test_the_journal_stays_small_and_loses_nothing(tmp_path: Path, fsync: bool) -> None:
    path = tmp_path / "journal"
    offsets = Offsets(path, disk=Disk(tmp_path, fsync=fsync), compact_from_bytes=2_000)
    largest = 0
    for number in range(2_000):
        _commit(offsets, number)
        await offsets.settled()
        while offsets._compaction:
            await asyncio.sleep(0)
        largest = max(largest, path.stat().st_size)
    offsets.close()
    assert largest < 2_200
    again = Offsets(path)
    assert again.of("group") == {("topic", 0): Committed(1_999, "")}
    again.close()


@pytest.mark.parametrize("fsync", [False, True])
async def test_what_is_committed_during_a_compaction_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fsync: bool
) -> None:
    path = tmp_path / "journal"
    offsets = Offsets(path, disk=Disk(tmp_path, fsync=fsync), compact_from_bytes=100)
    begun, go_on = Semaphore(0), Semaphore(0)
    force = offsets_module.force_to_disk

    def slow(fd: int) -> None:
        begun.release()
        assert go_on.acquire(timeout=10)
        force(fd)

    for number in range(5):
        _commit(offsets, number)
    with monkeypatch.context() as slowly:
        slowly.setattr(offsets_module, "force_to_disk", slow)
        settling = [asyncio.create_task(offsets.settled())]
        for step in ("while it is written", "while what came meanwhile is"):
            assert await asyncio.to_thread(begun.acquire, timeout=10)
            _commit(offsets, 7, group=step)
            settling.append(asyncio.create_task(offsets.settled()))
            go_on.release()
        await asyncio.gather(*settling)
        while offsets._compaction:
            await asyncio.sleep(0)
    _commit(offsets, 8, group="after it")
    await offsets.settled()
    offsets.close()
    assert len(path.read_bytes().splitlines()) == 4
    again = Offsets(path)
    assert {group: again.of(group)["topic", 0].offset for group in again.groups()} == {
        "group": 4,
        "while it is written": 7,
        "while what came meanwhile is": 7,
        "after it": 8,
    }
    again.close()


def test_nothing_of_a_refused_commit_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole lines of it may have been written; what comes next is shorter and covers the first of them alone."""
    offsets = Offsets(tmp_path / "journal")
    with monkeypatch.context() as full:
        full.setattr(offsets_module, "write_fully", write_half)
        with pytest.raises(Refused):
            offsets.commit("group", {("topic", number): Committed(9, "") for number in range(8)})
    _commit(offsets, 1)
    offsets.close()
    again = Offsets(tmp_path / "journal")
    assert again.of("group") == {("topic", 0): Committed(1, "")}
    again.close()


def test_a_journal_torn_at_any_byte_keeps_every_whole_line(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    offsets = Offsets(path)
    _commit(offsets, 5)
    kept = path.stat().st_size
    _commit(offsets, 6)
    offsets.close()
    whole = path.read_bytes()
    for size in range(kept, len(whole)):
        path.write_bytes(whole[:size])
        again = Offsets(path)
        assert again.of("group") == {("topic", 0): Committed(5, "")}, size
        _commit(again, 7)
        again.close()
        last = Offsets(path)
        assert last.of("group") == {("topic", 0): Committed(7, "")}, size
        last.close()


def test_what_is_committed_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offsets_module, "MAX_COMMITTED", 3)
    offsets = Offsets(tmp_path / "journal")
    for number in range(3):
        _commit(offsets, 1, group=f"group-{number}")
    with pytest.raises(Refused, match="INVALID_COMMIT_OFFSET_SIZE"):
        _commit(offsets, 1, group="another")
    _commit(offsets, 2, group="group-0")
    offsets.forget_group("group-1")
    _commit(offsets, 1, group="another")
    offsets.forget_topic("topic")
    _commit(offsets, 1)
    offsets.close()


async def test_a_commit_that_cannot_be_forced_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal"
    offsets = Offsets(path, disk=Disk(tmp_path, fsync=True))
    _commit(offsets, 1)
    await offsets.settled()

    with monkeypatch.context() as failing:
        failing.setattr(offsets_module, "force_paths", fails)
        _commit(offsets, 2)
        with pytest.raises(Refused, match="COORDINATOR_NOT_AVAILABLE"):
            await offsets.settled()
    assert offsets.of("group") == {("topic", 0): Committed(1, "")}
    _commit(offsets, 3)
    await offsets.settled()
    offsets.close()
    again = Offsets(path)
    assert again.of("group") == {("topic", 0): Committed(3, "")}
    again.close()


async def test_a_failed_compaction_is_no_failed_commit(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    offsets = Offsets(path, compact_from_bytes=500)
    (tmp_path / "journal.new").mkdir()
    for number in range(100):
        _commit(offsets, number)
        await offsets.settled()
        await asyncio.sleep(0)
    offsets.close()
    again = Offsets(path)
    assert again.of("group") == {("topic", 0): Committed(99, "")}
    again.close()


def test_a_full_disk_refuses_the_commit_and_keeps_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offsets = Offsets(tmp_path / "journal")
    _commit(offsets, 1)

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
