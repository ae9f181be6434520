"""``python -m tocsin.config_files``: the process that keeps the topics in step with the configuration directory."""

import asyncio
import sys

from shared import kafka, process
from shared.names import gazetteer
from shared.settings import ServiceSettings
from shared.status_server import Health
from shared.times import utc_now
from tocsin.config_files.publish import FilePublisher


def create_app(settings: ServiceSettings) -> process.Main:
    """The publisher, to be run by ``shared.process``."""
    folder = settings.config
    if folder is None or not folder.is_dir():
        print(f"tocsin: TOCSIN_CONFIG: no such directory: {folder}", file=sys.stderr)
        sys.exit(process.EX_CONFIG)

    async def main(stop: asyncio.Event, health: Health) -> None:
        names = await asyncio.to_thread(gazetteer.load)
        async with kafka.running_producer(settings.kafka) as producer:
            await FilePublisher(folder, settings.kafka, producer, lambda: names, utc_now).run(stop, health)

    return main


if __name__ == "__main__":
    config = process.build_settings(ServiceSettings)
    process.run("config", config, create_app(config))
