"""The lists that come with Tocsin, in the folder ``data``."""

from importlib import resources
from typing import Any

import yaml

# libyaml is ten times as fast, and part of every wheel of PyYAML.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_bytes(name: str) -> bytes:
    """A file's bytes."""
    return resources.files("shared.names").joinpath("data", name).read_bytes()


def read_text(name: str) -> str:
    """A file's text."""
    return read_bytes(name).decode("utf-8")


def read_yaml(name: str) -> Any:
    """The document in a YAML file."""
    return yaml.load(read_bytes(name), _Loader)  # noqa: S506 - both are safe loaders
