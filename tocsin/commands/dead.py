"""``tocsin dead``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.commands.options import DATA, Data, Json, broker_address, fail, print_json, run

if TYPE_CHECKING:
    from tocsin.dead_letters import Found

app = typer.Typer(help="Messages that a step gave up on: see why, and give them back.", no_args_is_help=True)
Topic = Annotated[str, typer.Option("--topic", help="Only of this topic.")]
StageName = Annotated[str, typer.Option("--stage", help="Only of this step: extract, group, match ...")]


@app.command("list")
def list_(topic: Topic = "", stage: StageName = "", data: Data = DATA, as_json: Json = False) -> None:
    """List dead letters: when, which step, why."""
    letters = _find(broker_address(data), topic, stage)
    for found in letters:
        letter = found.letter
        if as_json:
            print_json(_row(found))
        else:
            print(f"{found.id}\n    {letter.failed_at:%Y-%m-%d %H:%M:%S}  {letter.stage}  {letter.error}")
    if not letters and not as_json:
        print("no dead letters")


@app.command("show")
def show(letter_id: Annotated[str, typer.Argument(help="An id as 'dead list' shows it.")], data: Data = DATA) -> None:
    """Show one dead letter whole, as JSON."""
    found = _pick(broker_address(data), [letter_id])[0]
    value = (found.letter.value or b"").decode("utf-8", "backslashreplace")
    headers = {name: content.decode("utf-8", "backslashreplace") for name, content in found.letter.headers}
    print_json({**_row(found), "headers": headers, "value": value})


@app.command("replay")
def replay(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids as 'dead list' shows them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Replay every dead letter.")] = False,
    topic: Topic = "",
    stage: StageName = "",
    data: Data = DATA,
) -> None:
    """Give dead letters back to the step that failed; other steps skip them. Doing it twice does no harm."""
    from tocsin import dead_letters

    address = broker_address(data)
    if not (ids or everything or topic or stage):
        fail("name ids, --topic, --stage or --all", 2)
    letters = _pick(address, ids) if ids else _find(address, topic, stage)
    run(dead_letters.replay(address, letters), address)
    print(f"replayed {len(letters)}")


def _find(address: str, topic: str = "", stage: str = "") -> "list[Found]":
    from tocsin import dead_letters

    async def collect() -> "list[Found]":
        return [found async for found in dead_letters.find(address, topic, stage)]

    return run(collect(), address)


def _pick(address: str, ids: list[str]) -> "list[Found]":
    by_id = {found.id: found for found in _find(address)}
    unknown = [letter_id for letter_id in ids if letter_id not in by_id]
    if unknown:
        fail(f"no dead letter has the id {', '.join(unknown)}: see 'tocsin dead list'")
    return [by_id[letter_id] for letter_id in ids]


def _row(found: "Found") -> dict[str, Any]:
    letter = found.letter
    return {
        "id": found.id,
        "failed_at": letter.failed_at.isoformat(),
        "stage": letter.stage,
        "consumer_group": letter.consumer_group,
        "attempts": letter.attempts,
        "error": letter.error,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
    }
