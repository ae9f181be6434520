"""``tocsin replay``."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from tocsin.commands.options import DATA, Data, Json, broker_address, fail, print_json

Topic = Annotated[str, typer.Argument(help="articles.fetched, reports.extracted, reports.grouped, reports.matched ...")]
Since = Annotated[str, typer.Option("--since", help="Only what came within this time: 90m, 8h, 2d. Else all of it.")]


def replay(topic: Topic, since: Since = "", data: Data = DATA, as_json: Json = False) -> None:
    """Give what a topic holds to its step again, after a repair or an upgrade. What was sent is not sent again.

    The messages are appended to the topic once more, marked for that step's consumer group; others skip them.
    """
    from shared.config.silences import duration
    from shared.kafka import DependencyDownError
    from tocsin.replay import GROUPS, replay_topic

    if topic not in GROUPS:
        fail(f"{topic}: nothing consumes a topic of this name. Choose one of {', '.join(GROUPS)}", 2)
    address = broker_address(data)
    try:
        moment = datetime.now(UTC) - duration(since) if since else None
        count = asyncio.run(replay_topic(address, topic, moment))
    except ValueError as error:
        fail(f"--since: {error}", 2)
    except DependencyDownError as error:
        fail(str(error))
    if as_json:
        print_json({"topic": topic, "consumer_group": GROUPS[topic], "replayed": count})
    else:
        print(f"replayed {count} messages of {topic} to {GROUPS[topic]}")
