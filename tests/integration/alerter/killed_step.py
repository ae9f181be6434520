"""A step of the alerter that is killed at one point: `python killed_step.py STEP TOPIC [OUTCOME]`.

It kills itself (SIGKILL) where it is about to publish to TOPIC, the first time (of that outcome).
"""

import os
import signal
import sys
from typing import Any

from services.alerter.app import STEPS
from services.alerter.settings import AlerterSettings
from shared import kafka, process

step, topic, *outcome = sys.argv[1:]
_make, _consumer = kafka.producer, kafka.AIOKafkaConsumer


def _impatient(*topics: str, **options: Any) -> Any:
    """Missed by its group sooner than the product would be."""
    return _consumer(*topics, **{**options, "session_timeout_ms": 2_000, "heartbeat_interval_ms": 300})


def _doomed(bootstrap: str) -> Any:
    producer = _make(bootstrap)
    send = producer.send

    async def deadly(to: str, value: bytes, **options: Any) -> Any:
        if to == topic and all(f'"outcome":"{name}"'.encode() in value for name in outcome):
            await producer.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        return await send(to, value, **options)

    producer.send = deadly
    return producer


kafka.producer, kafka.AIOKafkaConsumer = _doomed, _impatient
config = process.build_settings(AlerterSettings)
process.run(step, config, STEPS[step](config))
