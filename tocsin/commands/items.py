"""``tocsin watch|source|receiver|silence|name``: the same commands for every kind of configured items."""

from collections.abc import Callable

import typer

from tocsin.commands import item_editing, item_import, item_reading

_COMMANDS: dict[str, Callable[..., None]] = {
    "list": item_reading.list_,
    "show": item_reading.show,
    "add": item_editing.add,
    "edit": item_editing.edit,
    "remove": item_editing.remove,
    "history": item_reading.history,
    "restore": item_editing.restore,
    "import": item_import.import_,
    "export": item_reading.export,
    "adopt": item_editing.adopt,
    "release": item_editing.release,
    "lint": item_reading.lint,
}


def commands_for(kind: str, about: str) -> typer.Typer:
    """The group of commands about items of this kind."""
    app = typer.Typer(help=about, no_args_is_help=True)

    @app.callback()
    def _choose(context: typer.Context) -> None:
        context.obj = kind

    for name, command in _COMMANDS.items():
        app.command(name)(command)
    return app
