"""The two stacks that are tormented: the embedded one, and Apache Kafka with a real Redis, under one supervisor."""

import asyncio
import os
import shutil
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from redis.asyncio import Redis

from tests.chaos.plan import CORE
from tests.stack.brokers import ApacheKafka
from tests.stack.redis import RedisServer
from tocsin.stack import programs
from tocsin.stack.local import LocalStack, StackOptions
from tocsin.stack.supervisor import Program

EMBEDDED, APACHE = "embedded", "kafka"
DOUBLED = ("extractor.extract", "alerter.match")  # two of these share the work


class ChaosStack(LocalStack):
    """The product's own stack, with hooks to torment it."""

    async def start(self) -> None:
        """Also starts a second one of the steps that share work."""
        await super().start()
        await asyncio.gather(*(self.supervisor.wait_ready(self.launch(name, "second")) for name in DOUBLED))

    def services(self) -> list[str]:
        """Programs that are Tocsin's own, but for the broker."""
        return [name for name in self.supervisor.children if name not in CORE]

    def signal(self, name: str, number: signal.Signals) -> bool:
        """Sends a signal; False where the program does not run at the moment."""
        pid = self.supervisor.children[name].pid
        if pid is None:
            return False
        os.kill(pid, number)
        return True

    @property
    def _valkey_data(self) -> Path:
        return self.options.data / "valkey"

    async def flush(self) -> None:
        """FLUSHALL."""
        async with Redis.from_url(self.redis) as redis:
            await redis.flushall()

    def take_snapshot(self) -> None:
        """Copies Redis's files as they stand."""
        shutil.copytree(self._valkey_data, self._valkey_data.with_name("valkey.old"))

    def restore_snapshot(self) -> bool:
        """Kills Redis and puts the copy in its place before the supervisor starts it again, which is never at once."""
        if not self.signal("valkey", signal.SIGKILL):
            return False
        self._valkey_data.rename(self._valkey_data.with_name("valkey.lost"))
        self._valkey_data.with_name("valkey.old").rename(self._valkey_data)
        return True


class ApacheStack(ChaosStack):
    """The same services on Apache Kafka and Redis, which the supervisor starts and starts again like all else."""

    async def _start_core(self) -> None:
        kafka, redis = ApacheKafka(self.options.data / "broker"), RedisServer(self._valkey_data)
        command = await asyncio.to_thread(kafka.command)
        await self.supervisor.start(Program("broker", command, lambda: asyncio.to_thread(kafka.accepts_connections)))
        await self.supervisor.start(
            Program("valkey", redis.command(), lambda: programs.pings(redis.port)),
        )
        self.kafka, self.redis = kafka.bootstrap, redis.url


def open_stack(
    kind: str, config: Path, data: Path, services: Sequence[str], notice: Callable[[str], None]
) -> ChaosStack:
    """A stack of this kind, not started."""
    options = StackOptions(config, data, services=services)
    return {EMBEDDED: ChaosStack, APACHE: ApacheStack}[kind](options, lambda _: None, notice)
