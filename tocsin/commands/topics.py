"""``tocsin topics``."""

from typing import Annotated

import typer

from tocsin.commands.options import DATA, Data, Json, fail, kafka_address, print_json, run

app = typer.Typer(help="Topics on the broker.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Topics on the broker."""


@app.command("create")
def create(
    data: Data = DATA,
    kafka: Annotated[str, typer.Option("--kafka", help="Broker address; else TOCSIN_KAFKA or the running stack.")] = "",
    partitions: Annotated[int, typer.Option(min=1, max=1000, help="Partitions of topics that share work.")] = 4,
    replication: Annotated[int, typer.Option(min=1, max=9, help="Replicas of each partition.")] = 1,
    as_json: Json = False,
) -> None:
    """Create the topics that are missing. Repeating it does nothing."""
    from tocsin.topic_admin import create_topics

    address = kafka or kafka_address(data)
    if not address:
        fail("no broker: give --kafka, set TOCSIN_KAFKA, or start 'tocsin up'", 2)
    created = run(create_topics(address, partitions, replication), address)
    if as_json:
        print_json({"created": created})
    else:
        print("\n".join(f"created {name}" for name in created) or "all topics are there")
