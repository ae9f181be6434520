"""``tocsin replay``."""

from typing import Annotated

import typer

from tocsin.commands.options import DATA, Data, Json, broker_address, fail, moment, print_json, run

Topic = Annotated[str, typer.Argument(help="articles.fetched, reports.extracted, reports.grouped, reports.matched ...")]
Since = Annotated[str, typer.Option("--since", help="Only what came within this time: 90m, 8h, 2d. Else all of it.")]


def replay(topic: Topic, since: Since = "", data: Data = DATA, as_json: Json = False) -> None:
    """Give what a topic holds to its step again, after a repair or an upgrade. What was sent is not sent again.

    The messages are appended to the topic once more, marked for that step's consumer group; others skip them.
    """
    from tocsin.replay import GROUPS, replay_topic

    if topic not in GROUPS:
        fail(f"{topic}: nothing consumes a topic of this name. Choose one of {', '.join(GROUPS)}", 2)
    address = broker_address(data)
    count = run(replay_topic(address, topic, moment(since) if since else None), address)
    if as_json:
        print_json({"topic": topic, "consumer_group": GROUPS[topic], "replayed": count})
    else:
        print(f"replayed {count} messages of {topic} to {GROUPS[topic]}")
