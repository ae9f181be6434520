"""YAML 1.2 documents with the line of every value.

PyYAML reads YAML 1.1, where ``22:00`` is the number 1320 and ``NO`` is false; the resolvers below are those of the
YAML 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema), on top of libyaml's parser where it is built in.
"""

import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import yaml

from shared.config import yaml_bounds

Path_ = tuple[str | int, ...]

_MAX_DIGITS = 40


def _int(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise ValueError(f"a number of more than {_MAX_DIGITS} digits")
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _float(text: str) -> float:
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


@dataclass(frozen=True, slots=True)
class _Scalar:
    """An implicit type of the core schema: what it looks like, with which letters it begins, what it comes to."""

    pattern: str
    first: list[str]
    value: Callable[[str], Any]


_SCALARS = {
    "bool": _Scalar(r"true|True|TRUE|false|False|FALSE", list("tTfF"), lambda text: text.lower() == "true"),
    "int": _Scalar(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789"), _int),
    "float": _Scalar(
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+0123456789."),
        _float,
    ),
    "null": _Scalar(r"~|null|Null|NULL|", ["~", "n", "N", ""], lambda _: None),
}


class ConfigError(ValueError):
    """A configuration file is wrong at a line; the message says how to mend it."""

    def __init__(self, place: str, problem: str, remedy: str = "") -> None:
        # What a file holds is quoted in it, and must not make two lines of one.
        self.place, self.problem, self.remedy = place, " ".join(problem.splitlines()), remedy
        super().__init__(f"{place}: {self.problem}" + (f". {remedy}" if remedy else ""))


_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):  # type: ignore[misc]
    """The safe loader with the types of YAML 1.2's core schema alone: a tag of any other is refused."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}
    yaml_constructors: ClassVar[dict[str | None, Any]] = {
        tag: _Safe.yaml_constructors[tag]
        for tag in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map", None)
    }


def _constructor(name: str, scalar: _Scalar) -> Callable[[Any, yaml.Node], Any]:
    pattern = re.compile(scalar.pattern)

    def construct(loader: Any, node: yaml.Node) -> Any:
        text = loader.construct_scalar(node)
        try:
            if pattern.fullmatch(text):
                return scalar.value(text)
            problem = f"{text[:_MAX_DIGITS]!r} is no {name}"
        except ValueError as error:
            problem = str(error)
        raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)

    return construct


for _name, _scalar in _SCALARS.items():
    _tag = f"tag:yaml.org,2002:{_name}"
    _Loader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_scalar.pattern})$"), _scalar.first)
    _Loader.add_constructor(_tag, _constructor(_name, _scalar))
_Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile("^<<$"), ["<"])


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
        yaml_bounds.check(text, _Loader)
        return _document(text, name)
    except yaml_bounds.BoundError as error:
        raise ConfigError(f"{name}:{error.line}", error.problem, error.remedy) from error
    except yaml.YAMLError as error:
        raise ConfigError(
            _error_place(error, name), f"not YAML: {_error_text(error)}", "Check indentation and quotes"
        ) from error
    except UnicodeEncodeError as error:
        raise ConfigError(f"{name}:1", "not Unicode text: a lone surrogate", "Save the file as UTF-8") from error


def _document(text: str, name: str) -> Document:
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


def _error_place(error: yaml.YAMLError, name: str) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return f"{name}:{mark.line + 1}" if mark else f"{name}:1"


def _error_text(error: yaml.YAMLError) -> str:
    parts = [getattr(error, name, None) for name in ("context", "problem")]
    return (", ".join(filter(None, parts)) or str(error)).replace("\n", " ")


def load(path: Path) -> Document:
    """The document in this file. Raises ConfigError; a missing file reads as an empty document."""
    try:
        return parse(_read(path).decode("utf-8-sig"), path.name)
    except FileNotFoundError:
        return Document(path.name, None, {})
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path.name}:1", "not UTF-8 text", "Save the file as UTF-8") from error
    except OSError as error:
        raise ConfigError(
            f"{path.name}:1", f"cannot be read: {error.strerror}", "Check the file's permissions"
        ) from error


def _read(path: Path) -> bytes:
    """No more than may be parsed, and never from a pipe or a device, which might have no end."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise ConfigError(f"{path.name}:1", "cannot be read: not a regular file", "Put a file in its place")
    with path.open("rb") as file:
        return file.read(yaml_bounds.MAX_BYTES + 1)
