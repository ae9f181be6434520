"""Wiring of the alerter's three steps."""

import asyncio

from services.alerter import lifecycle
from services.alerter.dispatch import dispatch_step
from services.alerter.dispatch.notifiers import Notifier, SlackNotifier, WebhookNotifier
from services.alerter.dispatch.receivers_in_force import ReceiversInForce
from services.alerter.dispatch.secrets import Secrets
from services.alerter.dispatch.sent_log import SentLog
from services.alerter.matching import match_step
from services.alerter.matching.watch_index import WatchIndex
from services.alerter.settings import AlerterSettings
from services.alerter.silencing import ActiveSilences
from shared import kafka
from shared.config.history import History
from shared.consume import consume
from shared.delivery import Delivery
from shared.events import ConfigChanged
from shared.follow import ConfigFollower
from shared.http.client import client
from shared.http.egress import EgressGuard
from shared.names import lexicon
from shared.names.lexicon import ActorParts
from shared.process import Main
from shared.status_server import Health
from shared.tasks import until_first_ends
from shared.times import utc_now
from shared.topics import NAMES_CHANGED, RECEIVERS_CHANGED, SILENCES_CHANGED, SOURCES_CHANGED, WATCHES_CHANGED
from shared.worker import run_stage


def create_match(settings: AlerterSettings) -> Main:
    """The match step, to be run by ``shared.process``."""

    async def main(stop: asyncio.Event, health: Health) -> None:
        sources = ConfigFollower(settings.kafka, SOURCES_CHANGED)
        match = match_step.Match(WatchIndex(ActorParts(lexicon.parents())), utc_now, sources.history)

        def apply(change: ConfigChanged) -> None:
            match.apply(change, watches.history)

        watches = ConfigFollower(settings.kafka, WATCHES_CHANGED, apply)
        names = ConfigFollower(settings.kafka, NAMES_CHANGED, match.apply_name)

        async def work() -> None:
            for follower in (watches, sources, names):
                await follower.ready.wait()
            await run_stage(
                match_step.STAGE,
                match,
                settings.kafka,
                batch=settings.match_batch,
                wait_seconds=settings.match_batch_wait_seconds,
                stop=stop,
                health=health,
            )

        await until_first_ends(watches.run(), sources.run(), names.run(), work())

    return main


def create_lifecycle(settings: AlerterSettings) -> Main:
    """The lifecycle step, to be run by ``shared.process``."""

    async def main(stop: asyncio.Event, health: Health) -> None:
        active = ActiveSilences()
        silences = ConfigFollower(settings.kafka, SILENCES_CHANGED, active.apply)
        step = lifecycle.Lifecycle(settings.kafka, utc_now, active)
        async with kafka.running_producer(settings.kafka) as producer:

            async def work() -> None:
                await silences.ready.wait()
                await consume(settings.kafka, Delivery(lifecycle.STAGE, step, producer), step, stop, health)

            await until_first_ends(silences.run(), work())

    return main


def create_dispatch(settings: AlerterSettings) -> Main:
    """The dispatch step, to be run by ``shared.process``."""

    async def main(stop: asyncio.Event, health: Health) -> None:
        history, secrets = History(), Secrets(settings.config)
        async with (
            kafka.running_producer(settings.kafka) as producer,
            client(EgressGuard(settings.egress.allow), settings.notify_user_agent) as http,
        ):
            notifiers: dict[str, Notifier] = {
                "webhook": WebhookNotifier(http, secrets, settings.console_url, utc_now),
                "slack": SlackNotifier(http, secrets, settings.console_url, utc_now),
            }
            step = dispatch_step.Dispatch(
                SentLog(settings.kafka, dispatch_step.STAGE.consumer_group),
                producer,
                ReceiversInForce(history),
                notifiers,
                utc_now,
                settings.notify_concurrency,
            )
            receivers = ConfigFollower(settings.kafka, RECEIVERS_CHANGED, step.receiver_changed, history)

            async def work() -> None:
                await receivers.ready.wait()
                delivery = Delivery(dispatch_step.STAGE, step, producer)
                await consume(settings.kafka, delivery, step, stop, health, step.settle)

            await until_first_ends(receivers.run(), step.run(), work())

    return main


STEPS = {"match": create_match, "lifecycle": create_lifecycle, "dispatch": create_dispatch}
