"""``tocsin gazetteer``."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.commands.options import Json, fail, print_json

if TYPE_CHECKING:
    from shared.names.records import NamedPlace

app = typer.Typer(help="The gazetteer that names are found in.", no_args_is_help=True)

Country = Annotated[
    list[Path] | None,
    typer.Option("--country", help="A country's dump of GeoNames (XX.zip or XX.txt); may be given again."),
]
Rows = Annotated[
    list[Path] | None,
    typer.Option("--rows", help="A YAML file of places in the shape of places.yaml; may be given again."),
]


@app.command("build")
def build(country: Country = None, rows: Rows = None, as_json: Json = False) -> None:
    """Compile the names, with the places of these files and no others added. Takes about a minute.

    Services use them after their next start, on this machine and wherever TOCSIN_NAMES points to the same folder.
    """
    from shared.names import gazetteer
    from shared.names.sources import extra

    try:
        folder = gazetteer.names_folder()
        added = extra.write(folder, _unlisted(_given(country or (), rows or ())))
        names = gazetteer.load(lambda step: print(f"compiling names: {step}", file=sys.stderr))
    except (OSError, ValueError) as error:
        fail(str(error))
    if as_json:
        print_json({"added": added, "version": names.version, "folder": str(folder)})
    else:
        print(f"{added:,} places added; names {names.version} in {folder}")


def _given(countries: "tuple[()] | list[Path]", rows: "tuple[()] | list[Path]") -> "Iterator[NamedPlace]":
    from shared.names.sources import geonames_dump, user_rows

    for path in rows:
        yield from user_rows.places(path)
    for path in countries:
        yield from geonames_dump.places(path)


def _unlisted(given: "Iterator[NamedPlace]") -> "Iterator[NamedPlace]":
    """Each place once, but for those that the gazetteer has anyway."""
    from shared.names import compile as compiling

    seen = {row.place.id for row in compiling.places()}
    for row in given:
        if row.place.id not in seen:
            seen.add(row.place.id)
            yield row
