"""YAML 1.2 documents with the line of every value.

PyYAML reads YAML 1.1, where ``22:00`` is the number 1320 and ``NO`` is false; the resolvers below are those of the
YAML 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema), on top of libyaml's parser where it is built in.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import yaml

Path_ = tuple[str | int, ...]

_CORE_TAGS = {
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+0123456789.",
    ),
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "merge": (r"<<", "<"),
}


class ConfigError(ValueError):
    """A configuration file is wrong at a line; the message says how to mend it."""

    def __init__(self, place: str, problem: str, remedy: str = "") -> None:
        self.place, self.problem, self.remedy = place, problem, remedy
        super().__init__(f"{place}: {problem}" + (f". {remedy}" if remedy else ""))


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader with the implicit types of YAML 1.2's core schema alone."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


for _tag, (_pattern, _first) in _CORE_TAGS.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first))


def _construct_int(_loader: Any, node: yaml.ScalarNode) -> int:
    text = str(node.value)
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its value, and the 1-based line at which the value of each path starts."""

    name: str
    value: Any
    lines: dict[Path_, int]

    def place(self, path: Path_) -> str:
        """``watches.yaml:12`` for the value at this path, or for the nearest one above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.name}:{self.lines.get(path, 1)}"


def _key(node: yaml.Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else "?"


def _note_lines(node: yaml.Node, path: Path_, lines: dict[Path_, int], name: str) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key_node, value_node in node.value:
            key = _key(key_node)
            if key in seen:
                place = f"{name}:{key_node.start_mark.line + 1}"
                raise ConfigError(place, f"the key '{key}' stands twice in one mapping", "Remove one of the two")
            seen.add(key)
            lines[(*path, key)] = key_node.start_mark.line + 1
            _note_lines(value_node, (*path, key), lines, name)
    elif isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            _note_lines(child, (*path, index), lines, name)


def parse(text: str, name: str) -> Document:
    """The document in this text; ``name`` is what errors call it. Raises ConfigError with the line of a fault."""
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            lines: dict[Path_, int] = {}
            if node is None:
                return Document(name, None, lines)
            _note_lines(node, (), lines, name)
            return Document(name, loader.construct_document(node), lines)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise ConfigError(
            _error_place(error, name), f"not YAML: {_error_text(error)}", "Check indentation and quotes"
        ) from error
    except (ValueError, RecursionError, TypeError) as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(f"{name}:1", f"cannot be read as YAML: {error}") from error


def _error_place(error: yaml.YAMLError, name: str) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return f"{name}:{mark.line + 1}" if mark else f"{name}:1"


def _error_text(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error).replace("\n", " ")


def load(path: Path) -> Document:
    """The document in this file. Raises ConfigError; a missing file reads as an empty document."""
    try:
        return parse(path.read_text(encoding="utf-8-sig"), path.name)
    except FileNotFoundError:
        return Document(path.name, None, {})
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path.name}:1", "not UTF-8 text", "Save the file as UTF-8") from error
    except OSError as error:
        raise ConfigError(
            f"{path.name}:1", f"cannot be read: {error.strerror}", "Check the file's permissions"
        ) from error
