"""Noticing a worker that owns partitions and takes nothing from them.

After a broker's restart a Faust 0.15.3 worker may stay in its group, healthy to look at, and fetch no more.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from shared import kafka

CHECK_SECONDS = 15.0
# Longer than any batch with its retries, and than a commit takes to follow it.
STALL_SECONDS = 60.0
ANSWER_SECONDS = 10.0


class Progress:
    """How long each partition has had messages waiting, with nothing of it committed meanwhile. Pure."""

    def __init__(self) -> None:
        self._stuck: dict[TopicPartition, tuple[int, float]] = {}

    def seconds_stuck(self, waiting: Mapping[TopicPartition, int], now: float) -> float:
        """The longest, where ``waiting`` has the committed offset of each partition that has more than that."""
        self._stuck = {
            tp: self._stuck[tp] if tp in self._stuck and self._stuck[tp][0] == offset else (offset, now)
            for tp, offset in waiting.items()
        }
        return max((now - since for _, since in self._stuck.values()), default=0.0)


async def until_stalled(bootstrap: str, group: str, owned: Callable[[], Collection[TopicPartition]]) -> None:
    """Returns once a partition among ``owned`` has had messages waiting, and no commit, for too long."""
    progress = Progress()
    while True:
        await asyncio.sleep(CHECK_SECONDS)
        waiting = await _waiting(bootstrap, group, sorted(owned()))
        if progress.seconds_stuck(waiting, time.monotonic()) > STALL_SECONDS:
            return


async def _waiting(bootstrap: str, group: str, owned: list[TopicPartition]) -> dict[TopicPartition, int]:
    """Committed offsets of the partitions that hold more; none where the broker does not answer."""
    if not owned:
        return {}
    reader = kafka.consumer(bootstrap, group=group)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await reader.start()
            reader.assign(owned)  # by hand, so that it joins no group
            reader.pause(*owned)
            ends = await reader.end_offsets(owned)
            committed = {tp: await reader.committed(tp) or 0 for tp in owned}
    except (KafkaError, TimeoutError):
        return {}
    finally:
        await reader.stop()
    return {tp: offset for tp, offset in committed.items() if offset < ends[tp]}
