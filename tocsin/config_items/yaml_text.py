"""Items as YAML that the configuration directory takes."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

LINE_WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """Quotes what YAML 1.1 or 1.2 would take for anything but text."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # PyYAML knows the numbers of YAML 1.1 alone: 1e3 and 0o17 are text to it.
    plain = "'" if text[:1] in set("0123456789+-.") else None
    style = plain if text.isprintable() else '"'  # it folds what Unicode, and not YAML 1.2, takes for a line's end
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def item_yaml(item: Mapping[str, Any]) -> str:
    """One item."""
    return _dump(dict(item))


def file_yaml(key: str, items: Iterable[Mapping[str, Any]]) -> str:
    """A file of items, as the configuration directory holds it."""
    return _dump({key: [dict(item) for item in items]})


def _dump(value: Any) -> str:
    return yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=LINE_WIDTH, default_flow_style=None
    )
