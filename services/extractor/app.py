"""Wiring of the extractor's two steps."""

import asyncio
import gc

from services.extractor import extract_step, group_step
from services.extractor.read import Reader
from services.extractor.settings import ExtractorSettings
from shared import kafka
from shared.consume import consume
from shared.delivery import Delivery
from shared.names import gazetteer
from shared.process import Main
from shared.status_server import Health
from shared.times import utc_now
from shared.worker import run_stage


def create_extract(settings: ExtractorSettings) -> Main:
    """The extract step, to be run by ``shared.process``."""

    async def main(stop: asyncio.Event, health: Health) -> None:
        reader = Reader(await asyncio.to_thread(gazetteer.load))
        await asyncio.to_thread(reader.read_text, "Warm up: tables are built on first use.")
        gc.freeze()  # the names stay: the collector need not walk through them again and again
        await run_stage(
            extract_step.STAGE,
            extract_step.Extract(reader),
            settings.kafka,
            batch=settings.extract_batch,
            wait_seconds=settings.extract_batch_wait_seconds,
            stop=stop,
            health=health,
        )

    return main


def create_group(settings: ExtractorSettings) -> Main:
    """The group step, to be run by ``shared.process``."""

    async def main(stop: asyncio.Event, health: Health) -> None:
        group = group_step.Group(settings.kafka, settings.group_memory_days, utc_now)
        async with kafka.running_producer(settings.kafka) as producer:
            await consume(settings.kafka, Delivery(group_step.STAGE, group, producer), group, stop, health)

    return main


STEPS = {"extract": create_extract, "group": create_group}
