"""``tocsin feed``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import Json, fail, print_json


def feed(
    source: Annotated[str, typer.Argument(help="A file, or - for standard input.")],
    as_json: Json = False,
    url: Annotated[str, typer.Option("--url", help="The feed's address, for relative links.")] = "",
) -> None:
    """Show a feed's entries as the fetcher sees them."""
    import msgspec

    from services.fetcher.feed import NotAFeedError, parse_feed

    try:
        body = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        parsed = parse_feed(body, url)
    except OSError as error:
        fail(f"{source}: {error.strerror}")
    except NotAFeedError as error:
        fail(f"{source}: {error}")
    for entry in parsed.entries:
        if as_json:
            print_json(msgspec.to_builtins(entry))
        else:
            when = f"{entry.published_at:%Y-%m-%d %H:%M}" if entry.published_at else "undated         "
            print(f"{when}  {entry.title}\n                  {entry.link}")
