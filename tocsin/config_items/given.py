"""What a command is given of items: YAML from a file or stdin, or pairs of KEY=VALUE."""

import copy
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shared.config.kinds import Kind
from shared.config.yaml_file import ConfigError, Document, Path_, load, parse

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Given:
    """One item as somebody wrote it, and where its parts stand."""

    row: Mapping[str, Any]
    place: Callable[[Path_], str]

    @property
    def id(self) -> str:
        """Its id. Raises ConfigError."""
        found = self.row.get("id")
        if not isinstance(found, str):
            raise ConfigError(self.place(()), "'id' is missing", "Add 'id: ...'")
        return found


def document(source: str, folder: Path | None = None) -> Document:
    """The YAML of a file, or of stdin for ``-``; the shapes that it names lie in the folder, or beside it.

    Raises ConfigError.
    """
    if source == STDIN:
        return with_shapes(parse(sys.stdin.read(), "stdin"), folder or Path())
    path = Path(source)
    if not path.is_file():
        raise ConfigError(source, "no such file", "Name a YAML file, or '-' for stdin")
    return with_shapes(load(path), folder or path.parent)


def with_shapes(found: Document, folder: Path) -> Document:
    """The document with what the shapes' files in this folder hold: what the desk owns depends on no file.

    Raises ConfigError.
    """
    return replace(found, value=_with_shapes(found.value, folder))


def _with_shapes(value: Any, folder: Path) -> Any:
    if isinstance(value, list):
        return [_with_shapes(inner, folder) for inner in value]
    if not isinstance(value, dict):
        return value
    file = value.get("geojson")
    if not isinstance(file, str):
        return {key: _with_shapes(inner, folder) for key, inner in value.items()}
    from shared.config import shapes

    try:
        return {"name": file, **value, "geojson": shapes.read_file(folder, file)}
    except shapes.ShapeError as error:
        problem, _, remedy = str(error).partition(". ")
        raise ConfigError(str(folder / file), problem, remedy) from error


def as_file(found: Document, kind: Kind) -> Document:
    """The document in the form of a configuration file, where it is one item or a bare list of them."""
    value = found.value
    if isinstance(value, dict) and kind.key not in value and "id" in value:
        lines = {(kind.key, 0, *path): line for path, line in found.lines.items()}
        return Document(found.name, {kind.key: [value]}, lines)
    if isinstance(value, list):
        return Document(found.name, {kind.key: value}, {(kind.key, *path): line for path, line in found.lines.items()})
    return found


def rows(found: Document, kind: Kind) -> list[Given]:
    """The items of a document, unjudged. Raises ConfigError where it holds none."""
    whole = as_file(found, kind)
    listed = whole.value.get(kind.key) if isinstance(whole.value, dict) else None
    if not isinstance(listed, list) or not listed or not all(isinstance(row, dict) for row in listed):
        raise ConfigError(found.place(()), f"holds no {kind.name}", f"Write one, or '{kind.key}:' and a list of them")
    return [Given(row, _below(whole, (kind.key, index))) for index, row in enumerate(listed)]


def only_row(found: Document, kind: Kind) -> Given:
    """The one item of a document, which need not repeat its id. Raises ConfigError."""
    if isinstance(found.value, dict) and kind.key not in found.value:
        return Given(found.value, found.place)
    every = rows(found, kind)
    if len(every) > 1:
        raise ConfigError(found.place(()), f"holds {len(every)} {kind.key}", f"Use 'tocsin {kind.name} import'")
    return every[0]


def _below(whole: Document, above: Path_) -> Callable[[Path_], str]:
    return lambda path: whole.place((*above, *path))


def with_pairs(row: Mapping[str, Any], pairs: Sequence[str], folder: Path | None = None) -> Given:
    """The item with these fields set: ``severity=high``, ``when.place.name=Aleppo``; ``name=`` takes one away.

    Values are YAML; shapes' files lie in the folder, or in the working directory. Raises ConfigError.
    """
    changed = copy.deepcopy(dict(row))
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not all(key.split(".")):
            raise ConfigError(pair, "not KEY=VALUE", "Write severity=high, or --file FILE")
        _set(changed, key.split("."), _value(pair, text), pair)
    return Given(_with_shapes(changed, folder or Path()), lambda _: "the command line")


def _value(pair: str, text: str) -> Any:
    try:
        found = parse(text, pair).value
    except ConfigError:  # words need no quotes on a command line: an @name, or "50% of it"
        return text
    is_quoted = text.lstrip()[:1] in set("[{'\"")
    return text if isinstance(found, (str, dict, list)) and not is_quoted else found


def _set(target: dict[str, Any], path: Sequence[str], value: Any, pair: str) -> None:
    *above, last = path
    for key in above:
        target = target.setdefault(key, {})
        if not isinstance(target, dict):
            raise ConfigError(pair, f"'{key}' has no fields of its own", "Edit the item as YAML instead")
    if value is None:
        target.pop(last, None)
    else:
        target[last] = value
