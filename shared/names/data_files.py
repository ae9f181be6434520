"""The tables that come with Tocsin: the files of ``data``."""

from importlib import resources
from typing import Any

import yaml

# libyaml reads them twenty times faster, where PyYAML was built with it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_bytes(name: str) -> bytes:
    """What this file holds."""
    return resources.files("shared.names").joinpath("data", name).read_bytes()


def read_text(name: str) -> str:
    """The same as text."""
    return read_bytes(name).decode("utf-8")


def read_yaml(name: str) -> Any:
    """The rows of a YAML file."""
    return yaml.load(read_text(name), _Loader)  # noqa: S506 - a safe loader
