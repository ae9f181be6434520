"""Whose a partition is: what is known of it never outlives its ownership, and nothing pending is committed past."""

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, KafkaConnectionError

from shared.consume import _Ownership

P0, P1 = TopicPartition("t", 0), TopicPartition("t", 1)


class State:
    """Remembers what was asked of it; ``pending`` holds a partition's commits back."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.pending: dict[int, int] = {}

    async def rebuild(self, partition: int) -> None:
        self.log.append(f"rebuild {partition}")

    def drop(self, partition: int) -> None:
        self.log.append(f"drop {partition}")
        self.pending.pop(partition, None)

    def safe_offset(self, partition: int, consumed: int) -> int:
        return self.pending.get(partition, consumed)

    async def settle(self) -> None:
        self.log.append("settle")


class Reader:
    """A group that takes commits, or refuses them."""

    def __init__(self) -> None:
        self.committed: list[dict[TopicPartition, int]] = []
        self.refuses = False
        self.fault: Exception | None = None

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self.fault is not None:
            raise self.fault
        if self.refuses:
            raise CommitFailedError("rebalanced")
        self.committed.append(offsets)


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def ownership(state: State, reader: Reader) -> _Ownership:
    return _Ownership(reader, state, state.settle)


async def test_state_is_rebuilt_once_for_what_is_assigned(ownership: _Ownership, state: State) -> None:
    await ownership.on_partitions_revoked(set())
    await ownership.on_partitions_assigned({P0, P1})
    await ownership.make_ready()
    await ownership.make_ready()
    assert state.log == ["rebuild 0", "rebuild 1"]


async def test_nothing_is_rebuilt_while_the_group_has_not_decided(ownership: _Ownership, state: State) -> None:
    await ownership.on_partitions_assigned({P0, P1})
    await ownership.make_ready()
    await ownership.on_partitions_revoked({P0, P1})
    state.log.clear()
    await ownership.make_ready()  # the poll loop goes round between the two callbacks
    assert state.log == []
    await ownership.on_partitions_assigned({P0})
    await ownership.make_ready()
    await ownership.on_partitions_revoked({P0})
    await ownership.on_partitions_assigned({P0, P1})
    await ownership.make_ready()
    assert state.log == ["rebuild 0", "settle", "drop 0", "rebuild 0", "rebuild 1"]


async def test_what_comes_back_is_not_committed_past_its_pending_work(
    ownership: _Ownership, state: State, reader: Reader
) -> None:
    await ownership.on_partitions_assigned({P0})
    await ownership.make_ready()
    state.pending[0] = 100
    ownership.note_consumed(P0, 500)
    await ownership.commit()
    await ownership.on_partitions_revoked({P0})
    await ownership.on_partitions_assigned({P0})
    await ownership.make_ready()
    await ownership.commit()  # nothing was consumed in this ownership yet
    assert reader.committed == [{P0: 100}]


async def test_what_is_in_flight_is_settled_and_committed_before_it_is_let_go(
    ownership: _Ownership, state: State, reader: Reader
) -> None:
    await ownership.on_partitions_assigned({P0})
    await ownership.make_ready()
    ownership.note_consumed(P0, 7)
    await ownership.let_go([P0])
    assert state.log == ["rebuild 0", "settle", "drop 0"]
    assert reader.committed == [{P0: 7}]
    assert not ownership.owned


@pytest.mark.parametrize("fault", [KafkaConnectionError("gone"), TimeoutError()])
async def test_a_commit_that_fails_keeps_nothing_from_being_forgotten(
    ownership: _Ownership, state: State, reader: Reader, fault: Exception
) -> None:
    await ownership.on_partitions_assigned({P0})
    await ownership.make_ready()
    ownership.note_consumed(P0, 7)
    reader.fault = fault
    await ownership.on_partitions_revoked({P0})
    assert state.log[-1] == "drop 0"
    assert not ownership.owned


async def test_only_what_moved_is_committed_and_a_refusal_is_no_end(ownership: _Ownership, reader: Reader) -> None:
    await ownership.on_partitions_assigned({P0, P1})
    ownership.note_consumed(P0, 1)
    reader.refuses = True
    await ownership.commit()
    reader.refuses = False
    await ownership.commit()
    ownership.note_consumed(P1, 5)
    await ownership.commit()
    await ownership.commit()
    assert reader.committed == [{P0: 1}, {P1: 5}]
