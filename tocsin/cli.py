"""The command line: ``tocsin``. Each command lives in a module of ``tocsin.commands`` and is loaded when it is used."""

from typing import Annotated

import structlog
import typer

from tocsin import __version__
from tocsin.commands import dead, demo, doctor, feed, gazetteer, items, notification, read, replay, run, topics, up

app = typer.Typer(
    name="tocsin",
    help="Self-hosted monitoring of conflict and crisis news: sources in, alerts out, each once and with its evidence.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("up")(up.up)
app.command("run")(run.run)
app.command("read")(read.read)
app.command("feed")(feed.feed)
app.command("replay")(replay.replay)
app.command("doctor")(doctor.doctor)
for _kind, _about in {
    "watch": "Watches: what is looked for, and who is told.",
    "source": "Sources: what is polled.",
    "receiver": "Receivers: who is told, and where.",
    "name": "Names: a desk's own places and actors, and further spellings of listed ones.",
    "silence": "Silences: alerts of which nobody is told for a while.",
}.items():
    app.add_typer(items.commands_for(_kind, _about), name=_kind)
app.add_typer(gazetteer.app, name="gazetteer")
app.add_typer(dead.app, name="dead")
app.add_typer(notification.app, name="notification")
app.add_typer(topics.app, name="topics")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tocsin {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Options before the command."""


def main() -> None:
    """The entry point of the ``tocsin`` script."""
    # What services log at "info" is none of a command's output.
    structlog.configure(logger_factory=structlog.stdlib.LoggerFactory())
    app()
