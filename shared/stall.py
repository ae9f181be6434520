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
        """The longest, where ``waiting`` has the first offset that waits in each partition that has one."""
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
        waiting = await waiting_messages(bootstrap, group, sorted(owned()))
        if progress.seconds_stuck(waiting, time.monotonic()) > STALL_SECONDS:
            return


async def waiting_messages(bootstrap: str, group: str, owned: list[TopicPartition]) -> dict[TopicPartition, int]:
    """The offset of the first message that waits, for the partitions where one does.

    What retention has deleted waits no more, committed or not. Empty where the broker does not answer.
    """
    if not owned:
        return {}
    reader = kafka.consumer(bootstrap, group=group)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await reader.start()
            ends = await kafka.take_paused(reader, owned)
            begins = await reader.beginning_offsets(owned)
            first = {tp: max(await reader.committed(tp) or 0, begins[tp]) for tp in owned}
    except (KafkaError, TimeoutError):
        return {}
    finally:
        await reader.stop()
    return {tp: offset for tp, offset in first.items() if offset < ends[tp]}
