"""Items, versions and differences as text. Pure."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from shared.config.difference import Difference
from shared.config.edits import Conflict
from shared.config.history import Chronicle, Item
from shared.config.kinds import Kind
from shared.config.silences import Silence
from shared.config.told import version_row

_MOST = 100


def item_row(kind: Kind, item: Item) -> dict[str, Any]:
    """An item as JSON: its fields, defaults among them, and what is known of it."""
    defaults = {
        name: field.get_default(call_default_factory=False)
        for name, field in kind.model.model_fields.items()
        if not field.is_required() and field.alias is None
    }
    shown = {name: value for name, value in defaults.items() if value is not None} | dict(item.text)
    changed = item.changed_at.isoformat()
    return {**shown, "version": item.version, "owner": item.owner, "place": item.place, "by": item.by, "at": changed}


def item_line(kind: Kind, item: Item, now: datetime) -> str:
    """An item on one line."""
    return f"{item.id:<28} {_summary(kind, item.body, now):<44} {item.owner}  v{item.version}"


def _summary(kind: Kind, body: Mapping[str, Any], now: datetime) -> str:
    match kind.name:
        case "watch":
            return f"{body.get('severity', 'medium'):<9} -> {', '.join(body['notify'])}"
        case "source":
            return str(body["url"])
        case "receiver":
            return f"{body['type']:<9} {body['url'] if isinstance(body['url'], str) else 'url kept secret'}"
        case "name":
            return f"{body['kind']:<9} {_name_summary(body)}"
        case _:
            return _silence_summary(Silence.model_validate(body), now)


def _name_summary(body: Mapping[str, Any]) -> str:
    spellings = [*filter(None, [body.get("name")]), *body.get("aliases", ()), *body.get("ambiguous", ())]
    where = f"= {body['same_as']}" if "same_as" in body else f"{body['lat']}, {body['lon']}" if "lat" in body else ""
    return "  ".join(filter(None, [", ".join(spellings), where]))


def _silence_summary(silence: Silence, now: datetime) -> str:
    if silence.is_active(now):
        state = f"until {silence.until:%Y-%m-%d %H:%M} UTC"
    else:
        state = "expired" if silence.until is None or silence.until <= now else f"from {silence.starts:%Y-%m-%d %H:%M}"
    return f"{state}  {silence.comment}"


# ---------------------------------------------------------------- versions


def version_lines(chronicle: Chronicle, item_id: str, version: int) -> Iterator[str]:
    """A version as text."""
    row = version_row(chronicle, item_id, version)
    who = f"{row['by']} ({row['owner']})" if row["by"] else row["place"] or row["owner"]
    yield f"version {version}  {row['at'][:19]}Z  {who}" + ("  removed" if row["removed"] else "")
    before = chronicle.at(item_id, version - 1)
    if before is not None and before.owner != row["owner"]:
        yield f"    from {before.owner} to {row['owner']}"
    if not row["removed"]:
        for field, (was, now) in row["changes"].items():
            yield f"    {field}: {value(now)}" if was is None else f"    {field}: {value(was)} -> {value(now)}"


# ---------------------------------------------------------------- conflicts


def conflict_lines(conflict: Conflict) -> Iterator[str]:
    """What differs, field by field."""
    for field, (base, yours, theirs) in difference_of(conflict).items():
        yield f"    {field}"
        yield f"        yours   {value(yours)}" + ("  (as it was)" if yours == base else "")
        yield f"        theirs  {value(theirs)}" + ("  (as it was)" if theirs == base else "")
        if base not in (yours, theirs):
            yield f"        before  {value(base)}"


def difference_of(conflict: Conflict) -> Difference:
    """The fields of a conflict in which the two edits differ."""
    return {field: values for field, values in conflict.fields.items() if values[1] != values[2]}


def value(of: Any) -> str:
    """A field's value on one line."""
    if of is None:
        return "(absent)"
    text = of if isinstance(of, str) and of else json.dumps(of, ensure_ascii=False)
    return text if len(text) <= _MOST else text[: _MOST - 1] + "…"
