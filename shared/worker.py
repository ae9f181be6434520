"""A stateless, partitioned step as a Faust worker.

What is set here was measured, and is held by tests: one event loop task an agent (``concurrency=1``), batches by
``stream.take``, every send awaited inside the batch, ``stream_wait_empty=True``. Anything else commits past an event
that is still in flight, and loses it on a kill. An exception that left the agent would acknowledge its batch, so none
does: where a dependency is down the process ends on the spot, with nothing acknowledged.
"""

import asyncio
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import faust
from aiokafka import TopicPartition
from faust.exceptions import ConsumerNotStarted

from shared import kafka, log, metrics
from shared.delivery import Delivery, Handler, Message, Stage
from shared.events import Event
from shared.kafka import DependencyDownError
from shared.process import EX_TEMPFAIL
from shared.stall import until_stalled
from shared.status_server import Health

E = TypeVar("E", bound=Event)

STOP_SECONDS = 8.0


def create_faust_app(stage: Stage[E], bootstrap: str) -> faust.App:
    """A Faust app for this stage, with no web server, tables or topic declarations of its own."""
    app = faust.App(
        stage.consumer_group,
        broker=[f"aiokafka://{address}" for address in bootstrap.split(",")],
        datadir=str(Path(tempfile.gettempdir()) / f"tocsin-faust-{os.getpid()}"),
        store="memory://",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        # A broker that goes away while a worker joins can make it lead a group without knowing the topic: nobody gets
        # a partition until it asks again.
        consumer_metadata_max_age_ms=30_000,
        consumer_max_fetch_size=kafka.FETCH_BYTES,
        stream_wait_empty=True,
        stream_publish_on_commit=False,
        broker_commit_interval=1.0,
        broker_session_timeout=6.0,
        broker_heartbeat_interval=1.0,
        broker_rebalance_timeout=60.0,
        loghandlers=[],
    )
    app.conf.broker_max_poll_records = 500
    return app


async def run_stage(
    stage: Stage[E],
    handler: Handler[E],
    bootstrap: str,
    *,
    batch: int,
    wait_seconds: float,
    stop: asyncio.Event,
    health: Health,
) -> None:
    """Runs the stage until ``stop`` is set."""
    async with kafka.running_producer(bootstrap) as producer:
        app = create_faust_app(stage, bootstrap)
        _add_agent(app, stage, Delivery(stage, handler, producer), batch, wait_seconds)
        app.finalize()
        await app.start()
        health.set_ready(stage.name)
        stalled = asyncio.create_task(until_stalled(bootstrap, stage.consumer_group, lambda: _owned(app)))
        await app.wait_first(stop.wait(), stalled)  # or until Faust crashes, which nobody else would notice
        if not stop.is_set():
            # Faust cancels what it waited for when it crashes.
            what = "faust_stalled" if stalled.done() and not stalled.cancelled() else "faust_crashed"
            log.get("tocsin.worker").error(what, stage=stage.name, error=repr(app.crash_reason))
            os._exit(EX_TEMPFAIL)
        await _stop(app, stage)


def _owned(app: faust.App) -> list[TopicPartition]:
    try:
        return [TopicPartition(tp.topic, tp.partition) for tp in app.consumer.assignment()]
    except ConsumerNotStarted:
        return []


async def _stop(app: faust.App, stage: Stage[E]) -> None:
    try:
        await asyncio.wait_for(app.stop(), STOP_SECONDS)
    except TimeoutError:
        # To cancel the agent would acknowledge the batch that it is at.
        log.get("tocsin.worker").warning("stopped_unacknowledged", stage=stage.name)
        os._exit(0)


def _add_agent(app: faust.App, stage: Stage[E], delivery: Delivery[E], batch: int, wait_seconds: float) -> None:
    topic = app.topic(stage.source.name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    async def work(stream: Any) -> None:
        async for events in stream.take_events(batch, within=wait_seconds):
            await _finish(delivery, events)

    app.agent(topic, name=stage.name, concurrency=1)(work)


async def _finish(delivery: Delivery[E], events: Sequence[faust.EventT[bytes]]) -> None:
    try:
        await delivery.run([_to_message(event) for event in events])
    except DependencyDownError as error:
        metrics.DEPENDENCY_DOWN.labels(delivery.stage.name).inc()
        log.get("tocsin.worker").error("dependency_down", stage=delivery.stage.name, error=str(error))
        os._exit(EX_TEMPFAIL)
    except Exception:  # noqa: BLE001 - were it to leave the agent, Faust would acknowledge the batch
        log.get("tocsin.worker").exception("delivery_failed", stage=delivery.stage.name)
        os._exit(EX_TEMPFAIL)


def _to_message(event: faust.EventT[bytes]) -> Message:
    message = event.message
    headers = message.headers or ()
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return Message(message.topic, message.partition, message.offset, message.key, message.value, tuple(pairs))
