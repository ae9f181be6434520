"""Events recorded when their version was made must decode for ever: a topic keeps them for months, some for good.

``v1/<Event>.jsonl`` holds them as they stand on a topic: some with every field filled (together they hold every value
of every ``Literal``), one with null wherever null may stand, one with the required fields of nested structs alone, and
one with required fields alone. Lines are added, never changed: a new field, or a new value of a ``Literal``, asks for
one more line that holds it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect as types

from shared import codec, events

RECORDED = Path(__file__).parent / "v1"
EVENT_TYPES = {e.__name__: e for e in events.Event.__subclasses__() if e.__module__ == events.__name__}

every_event = pytest.mark.parametrize("name", sorted(EVENT_TYPES))


def lines_of(name: str) -> list[bytes]:
    return (RECORDED / f"{name}.jsonl").read_bytes().splitlines()


def shortest_of(name: str) -> bytes:
    """The sample with required fields alone."""
    return min(lines_of(name), key=lambda line: (len(json.loads(line)), len(line)))


def steps_of(kind: types.Type, path: str) -> Iterator[str]:
    """Every place of a type that a sample must fill: fields by path, values of literals and null behind them."""
    match kind:
        case types.UnionType(types=choices):
            for choice in choices:
                yield from steps_of(choice, path)
        case types.VarTupleType(item_type=item):
            yield from steps_of(item, path)
        case types.StructType(fields=fields):
            for field in fields:
                yield f"{path}.{field.encode_name}"
                yield from steps_of(field.type, f"{path}.{field.encode_name}")
        case types.LiteralType(values=values):
            yield from (f"{path}={value}" for value in values)
        case types.NoneType():
            yield f"{path}=null"


def steps_in(value: Any, path: str) -> Iterator[str]:
    """The places that a sample fills, in the words of ``steps_of``."""
    match value:
        case dict():
            for key, inner in value.items():
                if inner not in ("", [], {}):
                    yield f"{path}.{key}"
                yield from steps_in(inner, f"{path}.{key}")
        case list():
            for item in value:
                yield from steps_in(item, path)
        case None:
            yield f"{path}=null"
        case str():
            yield f"{path}={value}"


def lost(recorded: Any, read: Any, path: str = "") -> list[str]:
    """Paths of what was recorded and was not read; fields that came later are nothing lost."""
    if isinstance(recorded, dict) and isinstance(read, dict):
        return [fault for key, value in recorded.items() for fault in lost(value, read.get(key), f"{path}.{key}")]
    if isinstance(recorded, list) and isinstance(read, list) and len(recorded) == len(read):
        return [fault for pair in zip(recorded, read, strict=True) for fault in lost(*pair, path)]
    return [] if recorded == read else [path]


def test_every_event_is_recorded_and_no_recording_is_orphaned():
    assert {path.stem for path in RECORDED.glob("*.jsonl")} == set(EVENT_TYPES)


@every_event
def test_recorded_events_decode_for_ever(name):
    """Those with required fields alone fail here where a field was added later and has no default."""
    for number, line in enumerate(lines_of(name), start=1):
        try:
            codec.decode(line, EVENT_TYPES[name])
        except codec.UndecodableError as error:
            pytest.fail(f"{name}.jsonl:{number}: {error}. Fields are only added, with a default; see shared/events.py")


@every_event
def test_nothing_that_was_recorded_is_passed_over(name):
    """A field that was renamed or removed would decode in silence, and its value would be gone."""
    for number, line in enumerate(lines_of(name), start=1):
        read = json.loads(codec.encode(codec.decode(line, EVENT_TYPES[name])))
        assert lost(json.loads(line), read) == [], f"{name}.jsonl:{number}"


@every_event
def test_the_samples_fill_every_field_with_every_kind_of_value(name):
    filled = {step for line in lines_of(name) for step in steps_in(json.loads(line), "")}
    missing = set(steps_of(types.type_info(EVENT_TYPES[name]), "")) - filled
    assert not missing, f"add a line to {RECORDED.name}/{name}.jsonl that holds these: {sorted(missing)}"


@every_event
def test_readers_pass_over_fields_of_newer_writers(name):
    newer = json.dumps({**json.loads(lines_of(name)[0]), "v": 2, "added_in_version_2": {"a": [1]}}).encode()
    assert codec.decode(newer, EVENT_TYPES[name]).v == 2


@every_event
def test_a_required_field_cannot_be_missing(name):
    """So the shortest recorded sample is as short as can be, and a field added without a default cannot hide in it."""
    shortest = json.loads(shortest_of(name))
    for key in shortest:
        cut = {other: value for other, value in shortest.items() if other != key}
        with pytest.raises(codec.UndecodableError):
            codec.decode(json.dumps(cut).encode(), EVENT_TYPES[name])


def test_a_field_added_without_a_default_would_be_noticed():
    later = msgspec.defstruct("AlertChanged", [("note", str)], bases=(events.AlertChanged,), kw_only=True, frozen=True)
    with pytest.raises(codec.UndecodableError, match="note"):
        codec.decode(shortest_of("AlertChanged"), later)
