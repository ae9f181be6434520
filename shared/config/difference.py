"""What differs between bodies, field by field. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

Difference = dict[str, tuple[Any, ...]]


def compare(*bodies: Mapping[str, Any] | None) -> Difference:
    """By dotted field, its value in each body, for the fields that are not alike in all; None stands for absent."""
    flat = [dict(_fields(body or {}, "")) for body in bodies]
    names = dict.fromkeys(name for fields in flat for name in fields)
    rows = {name: tuple(fields.get(name) for fields in flat) for name in names}
    return {name: values for name, values in rows.items() if any(value != values[0] for value in values)}


def _fields(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Leaves by path. A list of plain values is one leaf, one of mappings is taken apart."""
    if isinstance(value, Mapping) and (value or not path):
        for key, inner in value.items():
            yield from _fields(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)) and any(isinstance(inner, Mapping) for inner in value):
        for index, inner in enumerate(value):
            yield from _fields(inner, f"{path}.{index}")
    else:
        yield path, list(value) if isinstance(value, tuple) else value
