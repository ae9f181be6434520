"""A Faust stage for tests to kill: `python faust_stage.py BOOTSTRAP TOPIC NAME FOLDER MODE`.

Runs `shared.worker.run_stage` as the product does; the handler writes every message it has finished to FOLDER/done.
Messages are handled at once, but for one that begins with "slow": that takes until FOLDER/go exists. MODE is one of
`stage`: as it is;
`down`: a dependency is down at every message;
`broken`: Delivery itself has a bug;
`escape`: the agent lets an exception out;
`crash`: Faust itself crashes soon after the start;
`impatient`: a worker that takes nothing for five seconds counts as stalled;
`sends`: every message leads to an event on TOPIC.out, which the producer holds back for a while before it sends;
`turned-concurrency`, `turned-background`, `turned-wait-empty`, `turned-unawaited`: that setting is turned to what loses
messages (the last as `sends`).
Only the group's times are shorter than the product's, so that a killed worker is missed sooner.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faust
from aiokafka import AIOKafkaProducer

from shared import codec, delivery, kafka, process, stall, worker
from shared.delivery import Delivery, Message, Output, Result, Stage
from shared.events import SourcePolled
from shared.kafka import DependencyDownError
from shared.settings import ServiceSettings
from shared.status_server import Health
from shared.topics import Topic

LINGER_SECONDS = 4.0
bootstrap, topic, name, folder, mode = sys.argv[1:]
done, go = Path(folder, "done"), Path(folder, "go")
SENDING = ("sends", "turned-unawaited")
OUT = Topic(f"{topic}.out", SourcePolled, "id", 1)
STAGE = Stage(name, Topic(topic, SourcePolled, "id", 1), SourcePolled)


def _write(line: str) -> None:
    with done.open("a") as file:
        file.write(line + "\n")


async def handle(event: SourcePolled, _: Message) -> Result:
    """Finishes a message."""
    _write(f"begun {event.source_id}")
    if mode == "down":
        raise DependencyDownError("redis")
    while event.source_id.startswith("slow") and not go.exists():
        await asyncio.sleep(0.01)
    _write(f"done {event.source_id}")
    return Result(events=(Output(OUT, event.source_id, event),) if mode in SENDING else ())


class BrokenDelivery(Delivery[SourcePolled]):
    """Raises what it must not."""

    async def run(self, batch: Any) -> None:
        """Fails."""
        _write("begun")
        raise ZeroDivisionError("a bug in Delivery")


def _let_exceptions_out() -> None:
    async def finish(_: Any, events: Any) -> None:
        _write("".join(f"raised over {event.message.offset}" for event in events))
        raise ZeroDivisionError("out of the agent")

    worker._finish = finish


def _turn_concurrency() -> None:
    agent = faust.App.agent

    def many(self: Any, *args: Any, concurrency: int = 1, **options: Any) -> Any:
        return agent(self, *args, concurrency=10 * concurrency, **options)

    faust.App.agent = many


def _turn_background() -> None:
    finish, tasks = worker._finish, set()

    async def begin(*args: Any) -> None:
        tasks.add(asyncio.create_task(finish(*args)))

    worker._finish = begin


def _lose_patience() -> None:
    stall.CHECK_SECONDS, stall.STALL_SECONDS = 0.3, 5.0


_producer = kafka.producer


def _slow_producer(address: str) -> AIOKafkaProducer:
    made = _producer(address)
    made._message_accumulator._linger_time = LINGER_SECONDS
    return made


def _slow_down_sends() -> None:
    kafka.producer = _slow_producer


def _turn_unawaited() -> None:
    async def publish(producer: AIOKafkaProducer, outputs: Sequence[Output]) -> None:
        for output in outputs:
            await producer.send(output.topic.name, codec.encode(output.event), key=output.key.encode())

    _slow_down_sends()
    delivery.publish = publish


_create = worker.create_faust_app


def _create_impatient(*args: Any) -> faust.App:
    app = _create(*args)
    app.conf.broker_session_timeout, app.conf.broker_heartbeat_interval = 2.0, 0.3
    app.conf.broker_commit_interval = 0.2
    if mode == "turned-wait-empty":
        app.conf.stream_wait_empty = False
    if mode == "crash":
        asyncio.get_running_loop().call_later(2, app._crash, RuntimeError("out of Faust's own hands"))
    return app


async def main(stop: asyncio.Event, health: Health) -> None:
    """Runs the stage."""
    await worker.run_stage(STAGE, handle, bootstrap, batch=1, wait_seconds=0.02, stop=stop, health=health)


{
    "escape": _let_exceptions_out,
    "broken": lambda: setattr(worker, "Delivery", BrokenDelivery),
    "turned-concurrency": _turn_concurrency,
    "turned-background": _turn_background,
    "impatient": _lose_patience,
    "sends": _slow_down_sends,
    "turned-unawaited": _turn_unawaited,
}.get(mode, lambda: None)()
worker.create_faust_app = _create_impatient
process.run(name, ServiceSettings(log_level="warning"), main)
