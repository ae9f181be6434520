"""Wiring of the console."""

import asyncio
import os
from datetime import timedelta

from fastapi import FastAPI

from services.console import auth, web_server
from services.console.api import create_api
from services.console.config_api import create_config_api
from services.console.feed_topics import Feed
from services.console.read_model import ReadModel
from services.console.settings import ConsoleSettings
from shared import kafka, log
from shared.config_writer import Writer
from shared.names import gazetteer
from shared.process import Main
from shared.status_server import Health
from shared.tasks import until_first_ends
from shared.times import utc_now


def create_web(settings: ConsoleSettings, model: ReadModel, writer: Writer) -> FastAPI:
    """The page and the API behind the guard."""
    # NiceGUI reads this when it is imported; nothing is stored, but it looks there.
    os.environ.setdefault("NICEGUI_STORAGE_PATH", str(settings.data / "nicegui"))
    from services.console.page import mount_page

    web = FastAPI(title="Tocsin console", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    web.include_router(create_api(model, utc_now))
    web.include_router(create_config_api(model, writer, settings.config))
    mount_page(web, model, utc_now)
    web.add_middleware(
        auth.Guard,
        token=auth.console_token(settings),
        hosts=auth.allowed_hosts(settings),
        port=settings.console_port,
    )
    return web


def create_app(settings: ConsoleSettings) -> Main:
    """The console, to be run by ``shared.process``."""

    async def main(stop: asyncio.Event, health: Health) -> None:
        model = ReadModel(settings.console_max_alerts, settings.console_max_stories)
        listener = web_server.listen(settings.console_host, settings.console_port)
        feed = Feed(settings.kafka, model, health, timedelta(days=settings.console_grouped_days), utc_now)
        async with kafka.running_producer(settings.kafka) as producer:
            web = create_web(
                settings, model, Writer(producer, model.chronicles(), gazetteer.load, utc_now, settings.config)
            )
            log.get("tocsin.console").info("console_listening", host=settings.console_host, port=settings.console_port)
            await until_first_ends(web_server.serve(web, listener, stop), feed.run())

    return main
