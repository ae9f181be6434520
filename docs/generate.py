"""Writes the pages that repeat what the code says: settings, topics, metrics, and the JSON Schemas of all events.

``python docs/generate.py`` writes them; ``--check`` only says which differ, and exits with 1 where one does.
"""
# ruff: noqa: INP001 - a script beside the pages that it writes, not a package

import importlib
import inspect
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from prometheus_client import Counter, Gauge, Histogram
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # the packages need not be installed

from shared import events, metrics, topics  # noqa: E402 - the path comes first
from shared.names.gazetteer import CACHE_VARIABLE  # noqa: E402
from shared.settings import ServiceSettings  # noqa: E402

DOCS = ROOT / "docs"
SCHEMAS = "schemas"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
DAY_MS = topics.DAY_MS
_BOUNDS = {"ge": "at least", "gt": "over", "le": "at most", "lt": "under", "min_length": "length at least"}

Metric = Counter | Gauge | Histogram

_GENERATED = "Written by `python docs/generate.py` from the code; a test compares. Change the code, not this page."
_ABOUT_SETTINGS = (
    "A setting is read from its environment variable, else from its key in `tocsin.yaml` of the configuration "
    "directory, else the default holds. A wrong value stops the service with exit code 78 and names the variable. "
    "Structured values are JSON in a variable, or one variable a key, joined by `__`."
)
_ABOUT_TOPICS = (
    "`tocsin topics create` makes what is missing (4 partitions unless `--partitions` says otherwise); brokers "
    "never do so by themselves. No topic is compacted. Values are UTF-8 JSON, compressed by the producer."
)
_ABOUT_EVENTS = (
    "Fields are only ever added, with a default; a breaking change gets a new topic. Events that were recorded "
    "when their version was made are decoded by `tests/contract/events/` for ever."
)
_ABOUT_METRICS = (
    "Every process answers them on `/metrics` of its status port (`TOCSIN_HTTP_PORT`), beside those of the "
    "process itself (`process_...`, `python_...`). A histogram comes as `..._bucket`, `..._sum` and `..._count`. "
    "Each process exports all of them; those that are not its business stay at nought."
)
_ABOUT_DASHBOARDS = (
    "Dashboards are in `deploy/grafana/dashboards/`, alert rules in `deploy/prometheus/tocsin.rules.yml`; both "
    "are tested against this list."
)

# Variables that no settings class reads: what reads them, and what they mean.
OTHER_VARIABLES = {
    CACHE_VARIABLE: "Folder of the compiled names; else `tocsin` in the user's cache folder. Read by the extractor, by "
    "the publisher of configuration files, by the console and by the command line. Images carry it filled. "
    "What another version compiled goes 30 days after its last use.",
    "TOCSIN_KAFKA": "For `tocsin up` and other commands: a broker to use instead of the embedded one.",
    "TOCSIN_REDIS": "For `tocsin up`: a Redis or Valkey to use instead of the one that comes along.",
    "TOCSIN_DATA": "For `tocsin up` and other commands: where the local stack keeps its data and logs.",
    "TOCSIN_CONSOLE_PORT": "For `tocsin up`: the console's port; another free one is taken where it is in use.",
}


def pages() -> dict[str, str]:
    """Every generated file by its path below ``docs/``, with its content."""
    schemas = {f"{SCHEMAS}/{event.__name__}.json": schema_file(event) for event in event_types()}
    return {"settings.md": settings_page(), "topics.md": topics_page(), "metrics.md": metrics_page(), **schemas}


def event_types() -> list[type[events.Event]]:
    """Every event of ``shared.events``, by name."""
    published = (event for event in events.Event.__subclasses__() if event.__module__ == events.__name__)
    return sorted(published, key=lambda event: event.__name__)


# ---------------------------------------------------------------- settings


def settings_classes() -> list[type[ServiceSettings]]:
    """``ServiceSettings`` and the class of every service, found in its ``settings.py``."""
    found: list[type[ServiceSettings]] = [ServiceSettings]
    for path in sorted((ROOT / "services").glob("*/settings.py")):
        module = importlib.import_module(f"services.{path.parent.name}.settings")
        own = [value for value in vars(module).values() if _is_class_of(value, module.__name__)]
        found.extend(sorted(own, key=lambda one: one.__name__))
    return found


def _is_class_of(value: object, module: str) -> bool:
    return isinstance(value, type) and issubclass(value, ServiceSettings) and value.__module__ == module


def settings_page() -> str:
    """``docs/settings.md``."""
    sections = ["# Settings", _GENERATED, _ABOUT_SETTINGS]
    for settings in settings_classes():
        inherited = ServiceSettings.model_fields if settings is not ServiceSettings else {}
        rows = [
            row
            for name, field in settings.model_fields.items()
            if name not in inherited
            for row in _setting_rows((name,), field)
        ]
        sections += [f"## {_settings_title(settings)}", _table(_SETTING_COLUMNS, rows)]
    others = [(f"`{name}`", meaning) for name, meaning in OTHER_VARIABLES.items()]
    sections += ["## Variables of the command line and of the names", _table(("Variable", "Meaning"), others)]
    return "\n\n".join(sections) + "\n"


_SETTING_COLUMNS = ("Variable", "In `tocsin.yaml`", "Type", "Default", "Meaning")


def _settings_title(settings: type[ServiceSettings]) -> str:
    return "Every service" if settings is ServiceSettings else settings.__name__.removesuffix("Settings")


def _setting_rows(path: tuple[str, ...], field: FieldInfo) -> Iterator[tuple[str, ...]]:
    if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
        for name, inner in field.annotation.model_fields.items():
            yield from _setting_rows((*path, name), inner)
        return
    variable = "TOCSIN_" + "__".join(path).upper()
    kind = "; ".join((_type_name(field.annotation), *_bounds(field)))
    yield f"`{variable}`", f"`{'.'.join(path)}`", kind, _default(field), field.description or ""


def _type_name(annotation: Any) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inner)
    if origin in {UnionType, Union}:
        return " or ".join(dict.fromkeys(_type_name(one) for one in inner if one is not NoneType))
    if origin is tuple:
        return f"list of {_type_name(inner[0])}"
    if annotation is SecretStr:
        return "secret"
    names = {int: "whole number", float: "number", str: "text", bool: "true or false", Path: "path"}
    return names.get(annotation) or {"IPv4Network": "network", "IPv6Network": "network"}[annotation.__name__]


def _bounds(field: FieldInfo) -> Iterator[str]:
    for constraint in field.metadata:
        for attribute, word in _BOUNDS.items():
            limit = getattr(constraint, attribute, None)
            if limit is not None:
                yield f"{word} {limit:,}" if abs(limit) >= 10_000 else f"{word} {limit}"


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined:
        return "**required**"
    if value is None or value in ((), ""):
        return "none"
    return f"`{value}`"


# ---------------------------------------------------------------- topics


def topics_page() -> str:
    """``docs/topics.md``."""
    columns = ("Topic", "Event", "Key", "Partitions", "Kept", "Largest event")
    rows = [
        (
            f"`{topic.name}`",
            f"[`{topic.event_type.__name__}`]({SCHEMAS}/{topic.event_type.__name__}.json)",
            topic.key,
            str(topic.partitions) if topic.partitions else "as the deployment asks",
            _kept(topic.retention_ms),
            f"{topic.max_event_bytes:,} bytes",
        )
        for topic in topics.TOPICS.values()
    ]
    meanings = [
        (f"[`{event.__name__}`]({SCHEMAS}/{event.__name__}.json)", _first_sentence(event.__doc__))
        for event in event_types()
    ]
    sections = [
        "# Topics and events",
        _GENERATED,
        _ABOUT_TOPICS,
        _table(columns, rows),
        "## Events",
        _ABOUT_EVENTS,
        _table(("Event", "Meaning"), meanings),
    ]
    return "\n\n".join(sections) + "\n"


def _kept(retention_ms: int) -> str:
    return "for ever" if retention_ms == topics.FOR_EVER_MS else f"{retention_ms // DAY_MS} days"


def _first_sentence(text: str | None) -> str:
    first = (text or "").strip().split("\n\n")[0]
    return re.sub(r"\s+", " ", first).replace("``", "`")


# ---------------------------------------------------------------- metrics


def all_metrics() -> list[Metric]:
    """Every metric of ``shared.metrics``, in its order."""
    return [value for value in vars(metrics).values() if isinstance(value, Counter | Gauge | Histogram)]


def metrics_page() -> str:
    """``docs/metrics.md``."""
    rows = []
    for metric in all_metrics():
        (family,) = metric.describe()
        name = f"{family.name}_total" if isinstance(metric, Counter) else family.name
        labels = ", ".join(f"`{label}`" for label in metric._labelnames) or "none"
        rows.append((f"`{name}`", family.type, labels, family.documentation))
    table = _table(("Metric", "Type", "Labels", "Meaning"), rows)
    sections = ["# Metrics", _GENERATED, _ABOUT_METRICS, table, _ABOUT_DASHBOARDS]
    return "\n\n".join(sections) + "\n"


# ---------------------------------------------------------------- schemas


def schema_file(event: type[events.Event]) -> str:
    """The JSON Schema of one event, as its file in ``docs/schemas/`` holds it."""
    schema = {"$schema": DRAFT, **msgspec.json.schema(event)}
    for definition in schema.get("$defs", {}).values():
        if "description" in definition:  # Python 3.13 takes the indentation off docstrings; earlier ones keep it
            definition["description"] = inspect.cleandoc(definition["description"])
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


# ---------------------------------------------------------------- files


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = [columns, tuple("---" for _ in columns), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells)


def differing() -> list[str]:
    """Paths below ``docs/`` that are missing, differ from what the code says, or have no event any more."""
    wanted = pages()
    stale = {f"{SCHEMAS}/{path.name}" for path in (DOCS / SCHEMAS).glob("*.json")} - set(wanted)
    return sorted(stale | {name for name, text in wanted.items() if _read(DOCS / name) != text})


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def write() -> list[str]:
    """Writes what differs, and returns its paths below ``docs/``."""
    wanted, changed = pages(), differing()
    for name in changed:
        path = DOCS / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[name], encoding="utf-8")
        else:
            path.unlink()
    return changed


def main() -> int:
    """Writes or checks, as the command line asks; returns the exit code."""
    check = sys.argv[1:] == ["--check"]
    changed = differing() if check else write()
    for name in changed:
        print(f"docs/{name} {'differs: run python docs/generate.py' if check else 'written'}")  # noqa: T201
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
