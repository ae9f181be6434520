"""Places that ``tocsin gazetteer build`` added: kept beside the compiled names, and part of what they are made from."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from shared.names.records import NamedPlace

FILE = "extra_places.jsonl"


def places(folder: Path) -> Iterator[NamedPlace]:
    """The places added in this folder; none where there are none."""
    yield from (msgspec.json.decode(line, type=NamedPlace) for line in content(folder).splitlines())


def content(folder: Path) -> bytes:
    """The file as it is; empty where there is none."""
    try:
        return (folder / FILE).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return b""


def write(folder: Path, rows: Iterable[NamedPlace]) -> int:
    """Replaces what was added in this folder, in one step; none removes it. Returns how many there are now."""
    lines = [msgspec.json.encode(row) for row in rows]
    folder.mkdir(parents=True, exist_ok=True)
    if not lines:
        (folder / FILE).unlink(missing_ok=True)
        return 0
    scratch = folder / f".{FILE}.new"
    scratch.write_bytes(b"".join(line + b"\n" for line in lines))
    scratch.replace(folder / FILE)
    return len(lines)
