"""What ``tocsin doctor`` looks at."""

import asyncio
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aiokafka.errors import KafkaError
from redis import Redis
from redis.exceptions import RedisError

from services.alerter.dispatch.secrets import SecretMissingError, Secrets
from shared import kafka
from shared.config.beside import Beside
from shared.config.history import Chronicle
from shared.config.kinds import KINDS
from shared.config.receivers import Receiver
from shared.config.yaml_file import ConfigError
from shared.kafka import DependencyDownError
from shared.names import gazetteer
from shared.times import utc_now
from shared.topics import TOPICS
from tocsin.commands.options import kafka_address, running_stack
from tocsin.config_files.lint import chronicles
from tocsin.config_files.plan import plan_file
from tocsin.settings_check import check_settings_file
from tocsin.stack.programs import is_healthy

State = Literal["ok", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    state: State
    detail: str


def check_all(config: Path, data: Path) -> list[Finding]:
    """Everything, in the order in which one thing needs another."""
    return [
        *_machine(),
        *_config(config),
        *_broker(kafka_address(data)),
        *_redis(data),
        *_services(data),
    ]


def _machine() -> Iterator[Finding]:
    good = sys.version_info >= (3, 11)
    yield Finding(
        "python", "ok" if good else "bad", f"{platform.python_version()}" + ("" if good else ": 3.11 is needed")
    )
    folder = gazetteer.cache_folder()
    there = folder.exists()
    yield Finding(
        "names", "ok" if there else "note", str(folder) if there else "not compiled yet: the first start does it"
    )


def _config(config: Path) -> Iterator[Finding]:
    if not config.is_dir():
        yield Finding("configuration", "note", f"{config} does not exist: 'tocsin up' writes a commented one")
        return
    try:
        check_settings_file(config)
    except ConfigError as error:
        yield Finding("tocsin.yaml", "bad", str(error))
    names = gazetteer.load()
    beside = Beside(lambda: names, chronicles(config, lambda: names), config)
    for kind in KINDS:
        plan = plan_file(config, kind, Chronicle(), beside, utc_now())
        for problem in plan.errors:
            yield Finding(kind.file, "bad", str(problem))
        for note in plan.notes:
            yield Finding(kind.file, "note", note)
        if not plan.errors:
            yield Finding(kind.file, "ok", f"{len(plan.bodies)} {kind.key}")
        if kind.model is Receiver:
            yield from _secrets(config, [Receiver.model_validate(body) for body in plan.bodies.values()])


def _secrets(config: Path, receivers: list[Receiver]) -> Iterator[Finding]:
    secrets = Secrets(config)
    for receiver in receivers:
        for secret in (receiver.url, receiver.secret):
            if secret is None:
                continue
            try:
                secrets.resolve(secret)
            except SecretMissingError as error:
                yield Finding(f"receiver {receiver.id}", "bad", str(error))


def _broker(address: str | None) -> Iterator[Finding]:
    if address is None:
        yield Finding("broker", "note", "no stack runs here, and TOCSIN_KAFKA is not set: start 'tocsin up'")
        return
    try:
        missing = asyncio.run(_missing_topics(address))
    except (KafkaError, DependencyDownError) as error:
        yield Finding("broker", "bad", f"{address} does not answer: {error}")
        return
    yield Finding("broker", "ok", address)
    if missing:
        yield Finding("topics", "bad", f"missing: {', '.join(missing)}. Run 'tocsin topics create'")
    else:
        yield Finding("topics", "ok", f"all {len(TOPICS)} are there")


async def _missing_topics(address: str) -> list[str]:
    reader = kafka.consumer(address)
    await kafka.start(reader)
    try:
        existing = await reader.topics()
    finally:
        await reader.stop()
    return [name for name in TOPICS if name not in existing]


def _redis(data: Path) -> Iterator[Finding]:
    stack = running_stack(data)
    address = os.environ.get("TOCSIN_REDIS") or (stack["redis"] if stack else None)
    if address is None:
        yield Finding("redis", "note", "no stack runs here, and TOCSIN_REDIS is not set")
        return
    try:
        with Redis.from_url(address, socket_timeout=3) as redis:
            redis.ping()
        yield Finding("redis", "ok", address)
    except RedisError as error:
        yield Finding("redis", "bad", f"{address} does not answer: {error}")


def _services(data: Path) -> Iterator[Finding]:
    stack = running_stack(data)
    for name, port in (stack["status_ports"] if stack else {}).items():
        healthy = is_healthy(port)
        log = data / "logs" / f"{name}.log"
        yield Finding(name, "ok" if healthy else "bad", f"port {port}" if healthy else f"not healthy: look into {log}")
