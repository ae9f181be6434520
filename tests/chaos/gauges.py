"""What a run uses, sampled; and how fast it grows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
import psutil
from redis.asyncio import Redis

from tests.chaos.stacks import ChaosStack


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at everything. Memory is resident, in MB of a million bytes."""

    at_seconds: float
    articles: int
    memory_mb: Mapping[str, float]
    handles: int
    redis_keys: int
    redis_mb: float
    broker_mb: float
    logs_mb: float


class Gauge(Enum):
    """The figures that must not run away."""

    ARTICLES = "articles"
    MEMORY = "memory of all processes, MB"
    HANDLES = "file handles"
    REDIS_KEYS = "Redis keys"
    REDIS = "memory of Redis's data, MB"
    BROKER = "the broker's disk, MB"
    LOGS = "logs on disk, MB"

    def of(self, sample: Sample) -> float:
        """This gauge's value."""
        return {
            Gauge.ARTICLES: sample.articles,
            Gauge.MEMORY: sum(sample.memory_mb.values()),
            Gauge.HANDLES: sample.handles,
            Gauge.REDIS_KEYS: sample.redis_keys,
            Gauge.REDIS: sample.redis_mb,
            Gauge.BROKER: sample.broker_mb,
            Gauge.LOGS: sample.logs_mb,
        }[self]

    def __call__(self, sample: Sample) -> float:
        return self.of(sample)


class Sampler:
    """Takes samples of a running stack."""

    def __init__(self, stack: ChaosStack, articles: Callable[[], int]) -> None:
        self._stack, self._articles = stack, articles

    async def take(self, at_seconds: float) -> Sample:
        """One look."""
        children = self._stack.supervisor.children
        processes = {name: psutil.Process(child.pid) for name, child in children.items() if child.pid is not None}
        async with Redis.from_url(self._stack.redis) as redis:
            keys, memory = await redis.dbsize(), (await redis.info("memory"))["used_memory"]
        data = self._stack.options.data
        return Sample(
            at_seconds=at_seconds,
            articles=self._articles(),
            memory_mb={name: process.memory_info().rss / 1e6 for name, process in processes.items()},
            handles=sum(process.num_fds() for process in processes.values()),
            redis_keys=keys,
            redis_mb=memory / 1e6,
            broker_mb=_megabytes(data / "broker"),
            logs_mb=_megabytes(data / "logs"),
        )


def _megabytes(folder: Path) -> float:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # a segment that went meanwhile
            continue
    return total / 1e6


def per_minute(samples: Sequence[Sample], value: Callable[[Sample], float]) -> float:
    """Growth a minute by least squares over the second half, when start-up and first fills are past."""
    half = samples[len(samples) // 2 :]
    if len(half) < 2:
        return 0.0
    slope, _ = np.polyfit([sample.at_seconds / 60 for sample in half], [value(sample) for sample in half], 1)
    return float(slope)
