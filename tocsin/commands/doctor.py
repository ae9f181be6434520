"""``tocsin doctor``."""

import typer

from tocsin.commands.options import CONFIG, DATA, Config, Data, Json, print_json

_SIGNS = {"ok": "[green]ok  [/]", "note": "[yellow]note[/]", "bad": "[bold red]bad [/]"}


def doctor(config: Config = CONFIG, data: Data = DATA, as_json: Json = False) -> None:
    """Check configuration, names, broker, Redis, topics and services, and say what to do. Exit 1 if one is bad."""
    from rich.console import Console
    from rich.markup import escape

    from tocsin.checkup import check_all

    findings = check_all(config, data)
    if as_json:
        print_json([{"check": f.check, "state": f.state, "detail": f.detail} for f in findings])
    else:
        console = Console(highlight=False)
        for finding in findings:
            console.print(
                f"{_SIGNS[finding.state]}  {escape(finding.check):<22} {escape(finding.detail)}", soft_wrap=True
            )
    raise typer.Exit(1 if any(f.state == "bad" for f in findings) else 0)
