"""The command line: ``tocsin``. Each command lives in a module of ``tocsin.commands`` and is loaded when it is used."""

from typing import Annotated

import typer

from tocsin import __version__
from tocsin.commands import dead, demo, doctor, feed, gazetteer, read, run, topics, up, watch

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
app.command("doctor")(doctor.doctor)
app.add_typer(watch.app, name="watch")
app.add_typer(gazetteer.app, name="gazetteer")
app.add_typer(dead.app, name="dead")
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
    app()
