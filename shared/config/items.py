"""Configured items out of YAML files: each entry judged by itself, so that one bad entry refuses only itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, StringConstraints, ValidationError

from shared.config.yaml_file import ConfigError, Document, Path_

M = TypeVar("M", bound="ItemModel")

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]  # ISO 3166 alpha-2


class ItemModel(BaseModel):
    """Base of sources, receivers, watches and silences."""

    id: str


@dataclass(frozen=True, slots=True)
class Entry(Generic[M]):
    """A valid entry of a file, as it is written there, and where it stands."""

    model: M
    place: str
    written: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parsed(Generic[M]):
    """What a file came to. ``refused_ids`` are entries whose id could be read although they are not valid."""

    entries: tuple[Entry[M], ...]
    errors: tuple[ConfigError, ...]
    refused_ids: frozenset[str] = frozenset()


def parse_items(document: Document, key: str, model: type[M]) -> Parsed[M]:
    """The entries of the list ``key`` in the document. Raises ConfigError where the document as a whole is wrong."""
    entries: dict[str, Entry[M]] = {}
    errors: list[ConfigError] = []
    refused: set[str] = set()
    for index, row in enumerate(_rows(document, key)):
        path = (key, index)
        try:
            found = validate(row, model, _places(document, path))
            entry = Entry(found, document.place(path), row)
            _refuse_twin(entry, entries)
            entries[entry.model.id] = entry
        except ConfigError as error:
            errors.append(error)
            if isinstance(row, dict) and isinstance(row.get("id"), str) and row["id"] not in entries:
                refused.add(row["id"])
    return Parsed(tuple(entries.values()), tuple(errors), frozenset(refused))


def _refuse_twin(entry: Entry[M], entries: dict[str, Entry[M]]) -> None:
    twin = entries.get(entry.model.id)
    if twin:
        raise ConfigError(entry.place, f"the id '{entry.model.id}' is taken by {twin.place}", "Give it another id")


def _rows(document: Document, key: str) -> list[Any]:
    value = document.value
    if value is None:
        return []
    if not isinstance(value, dict):
        raise ConfigError(document.place(()), "expected a mapping", f"Start the file with '{key}:'")
    rows = value.get(key)
    if rows is None:
        return []
    if not isinstance(rows, list):
        raise ConfigError(document.place((key,)), f"'{key}' is not a list", "Start every entry with '- '")
    return rows


def validate(row: Any, model: type[M], place: Callable[[Path_], str]) -> M:
    """The item that this row describes; ``place`` says where a path of it stands. Raises ConfigError."""
    name = row.get("id", "?") if isinstance(row, Mapping) else "?"
    try:
        return model.model_validate(row, strict=False)
    except ValidationError as error:
        fault = next(_faults(error, show_input=not model.model_config.get("hide_input_in_errors")))
        raise ConfigError(place(fault.path), f"{name}: {fault.problem}", fault.remedy) from error
    except RecursionError as error:
        raise ConfigError(place(()), f"{name}: nested too deep", "Take some of its levels away") from error


def _places(document: Document, path: Path_) -> Callable[[Path_], str]:
    return lambda below: document.place((*path, *below))


def is_deeper_than(most: int, value: Any) -> bool:
    """Whether lists and mappings nest more than so deep."""
    level = [value]
    for _ in range(most):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, (list, tuple)) else ()


def find_place(document: Document, key: str, item_id: str) -> str:
    """Where the entry of this id stands; empty where the document has none."""
    rows = document.value.get(key) if isinstance(document.value, dict) else None
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, dict) and row.get("id") == item_id:
            return document.place((key, index))
    return ""


@dataclass(frozen=True, slots=True)
class _Fault:
    path: Path_
    problem: str
    remedy: str


def _faults(error: ValidationError, *, show_input: bool) -> Iterator[_Fault]:
    for fault in error.errors(include_url=False):
        kind, message = fault["type"], fault["msg"].removeprefix("Value error, ")
        named = fault["loc"][-1:] if kind in ("extra_forbidden", "missing") else ()  # a key, whatever it looks like
        tagged = fault["loc"][: -len(named) or None]
        path = (*(part for part in tagged if not _is_union_tag(part)), *named)
        field = ".".join(str(part) for part in path) or "the entry"
        if kind == "extra_forbidden":
            yield _Fault(
                path, f"'{field}' is not a known key", "Check its spelling against the documentation, or remove it"
            )
        elif kind == "missing":
            yield _Fault(path[:-1], f"'{path[-1]}' is missing", f"Add '{path[-1]}: ...'")
        elif ". " in message:
            problem, remedy = message.split(". ", 1)
            yield _Fault(path, f"{field}: {problem}", remedy)
        else:
            found = f"Found {str(fault['input'])[:80]!r}" if show_input else "Check its value"
            yield _Fault(path, f"{field}: {message}", found)


def _is_union_tag(part: str | int) -> bool:
    """Pydantic puts the names of a union's members into the path; they are not in the file."""
    return isinstance(part, str) and (
        part[:1].isupper() or "[" in part or part in ("str", "function-after", "dict", "tuple")
    )
