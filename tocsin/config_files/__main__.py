"""``python -m tocsin.config_files``: the process that keeps the topics in step with the configuration directory."""

import asyncio
import sys

from shared import kafka, process
from shared.follow import ConfigFollower
from shared.names import gazetteer
from shared.settings import ServiceSettings
from shared.status_server import Health
from shared.tasks import until_first_ends
from shared.times import utc_now
from tocsin.config_files.kinds import KINDS
from tocsin.config_files.publish import FilePublisher


def create_app(settings: ServiceSettings) -> process.Main:
    """The publisher, to be run by ``shared.process``."""
    folder = settings.config
    if folder is None or not folder.is_dir():
        print(f"tocsin: TOCSIN_CONFIG: no such directory: {folder}", file=sys.stderr)
        sys.exit(process.EX_CONFIG)

    async def main(stop: asyncio.Event, health: Health) -> None:
        names = await asyncio.to_thread(gazetteer.load)
        followers = {kind.key: ConfigFollower(settings.kafka, kind.topic) for kind in KINDS}
        async with kafka.running_producer(settings.kafka) as producer:
            publisher = FilePublisher(folder, producer, followers, names, utc_now)
            await until_first_ends(*(f.run() for f in followers.values()), publisher.run(stop, health))

    return main


if __name__ == "__main__":
    config = process.build_settings(ServiceSettings)
    process.run("config", config, create_app(config))
