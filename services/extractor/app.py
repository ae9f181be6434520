"""Wiring of the extractor's two steps."""

import asyncio

from services.extractor import extract_step, group_step, recogniser
from services.extractor.names_in_force import NamesInForce
from services.extractor.read import Reader
from services.extractor.settings import ExtractorSettings
from shared import kafka
from shared.consume import consume
from shared.delivery import Delivery
from shared.follow import ConfigFollower
from shared.names import gazetteer
from shared.process import Main
from shared.status_server import Health
from shared.tasks import until_first_ends
from shared.times import utc_now
from shared.topics import NAMES_CHANGED
from shared.worker import run_stage

_SENTENCE = "Shells fell near Tell Nowhere on Monday, and у Нигдеполе as well, a spokesman for nobody said. "
_WARM_UP = f"<html><body><article><p>{_SENTENCE * 4}</p></article></body></html>"


def create_extract(settings: ExtractorSettings) -> Main:
    """The extract step, to be run by ``shared.process``. Raises SettingsError."""
    recognise = recogniser.load(settings.recogniser)

    async def main(stop: asyncio.Event, health: Health) -> None:
        in_force = NamesInForce(await asyncio.to_thread(gazetteer.load))
        reader = Reader(in_force.names, recognise)
        await asyncio.to_thread(reader.read_html, _WARM_UP)  # tables are built on first use
        follower = ConfigFollower(settings.kafka, NAMES_CHANGED, in_force.edited, in_force.history)

        async def work() -> None:
            await follower.ready.wait()
            await asyncio.to_thread(in_force.load)
            in_force.begin()
            await run_stage(
                extract_step.STAGE,
                extract_step.Extract(reader),
                settings.kafka,
                batch=settings.extract_batch,
                wait_seconds=settings.extract_batch_wait_seconds,
                stop=stop,
                health=health,
            )

        await until_first_ends(follower.run(), work())

    return main


def create_group(settings: ExtractorSettings) -> Main:
    """The group step, to be run by ``shared.process``."""

    async def main(stop: asyncio.Event, health: Health) -> None:
        group = group_step.Group(settings.kafka, settings.group_memory_days, utc_now)
        async with kafka.running_producer(settings.kafka) as producer:
            await consume(settings.kafka, Delivery(group_step.STAGE, group, producer), group, stop, health)

    return main


STEPS = {"extract": create_extract, "group": create_group}
