"""Inputs that get past the first check: whole requests, recorded events, configuration files, broker files."""

import json
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from aiokafka.protocol.types import Array, Boolean, Bytes, Int8, Int16, Int32, Int64, Schema, String

from shared import events as event_types
from shared.config.kinds import KINDS
from tests.unit.broker.batches import batch, with_crc
from tocsin.broker import protocol

EVENT_TYPES = sorted(
    (kind for kind in event_types.Event.__subclasses__() if kind.__module__ == event_types.__name__),
    key=lambda kind: kind.__name__,
)
_TESTS = Path(__file__).parents[1]
_EVENTS = _TESTS / "contract" / "events" / "v1"
_HEADER = struct.Struct(">hhih")

LAST_MEMBER, NEXT_MEMBER = b"c-" + b"y" * 32, b"c-" + b"z" * 32  # the broker's own names are put in their place
_MEMBERS = [LAST_MEMBER.decode(), NEXT_MEMBER.decode()]
_NAMES = [
    *_MEMBERS, *_MEMBERS, "t", "t", "t", "other", "g", "g", "", "new", "consumer", "range", "a b", "\u0663",
    "x" * 300, "x" * 32_000, None,
]  # fmt: skip
_SETTINGS = ["retention.ms", "segment.bytes", "-1", "1048576", "9" * 4_000, "1"]
_NUMBERS = [
    0, 0, 0, 1, 1, 1, -1, -1, -2, 2, 3, 100, 10_000, 127, -128, 32_767, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63),
    1_700_000_000_000,
]  # fmt: skip
_BITS = {Int8: 8, Int16: 16, Int32: 32, Int64: 64}


def requests(random: Random) -> bytes:
    """A few requests of one client, or a member's first hour."""
    if random.random() < 0.2:
        first = [protocol.JOIN_GROUP, protocol.SYNC_GROUP, protocol.HEARTBEAT, protocol.OFFSET_COMMIT]
        group = random.choice("ghijk")
        return b"".join(_request(random, key, group) for key in [*first, *random.choices(_OF_GROUPS, k=3)])
    return b"".join(_request(random) for _ in range(random.choice([1, 1, 1, 2, 3, 8])))


def _request(random: Random, wanted: int | None = None, group: str = "") -> bytes:
    key, version = random.choice([name for name in protocol.SCHEMAS if wanted in {None, name[0]}])
    schema: Any = protocol.SCHEMAS[key, version].SCHEMA
    body = schema.encode(_value(random, schema) if wanted is None else _of_group(random, group, schema))
    client = b"c" if wanted is not None else random.choice([b"", b"c", b"c" * 30_000])
    frame = _HEADER.pack(key, version, random.randrange(100), len(client)) + client + body
    return protocol.LENGTH.pack(len(frame)) + frame


def _value(random: Random, kind: Any) -> Any:
    if isinstance(kind, Schema):
        return [_value(random, field) for field in kind.fields]
    if isinstance(kind, Array):
        count = random.choice([None, 0, 1, 1, 1, 1, 2, 3, 50])
        return None if count is None else [_value(random, kind.array_of) for _ in range(count)]
    if isinstance(kind, String):
        return random.choice(_NAMES if random.random() < 0.9 else _SETTINGS)
    if kind is Bytes:
        return random.choice([None, b"", random.randbytes(40), batches(random), batches(random), batches(random)])
    if kind is Boolean:
        return random.random() < 0.5
    bits = _BITS[kind]
    number = random.choice(_NUMBERS)
    return (number + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1)


_OF_GROUPS = [
    protocol.JOIN_GROUP, protocol.SYNC_GROUP, protocol.HEARTBEAT, protocol.OFFSET_COMMIT, protocol.OFFSET_FETCH,
    protocol.LEAVE_GROUP, protocol.DESCRIBE_GROUPS, protocol.LIST_GROUPS, protocol.DELETE_GROUPS,
]  # fmt: skip


def _of_group(random: Random, group: str, schema: Schema) -> list[Any]:
    """Fields that fit together, so that groups get beyond their first state."""
    is_join = "protocol_type" in schema.names
    fitting = {
        "group": [group], "consumer_group": [group], "groups": [[group]], "groups_names": [[group]],
        "generation_id": [1, 1, 2, 3], "consumer_group_generation_id": [1, 1, -1, 2],
        "session_timeout": [20, 20, 10_000, 1], "rebalance_timeout": [20, 20, 10_000, 1],
        "member_id": ["", "", *_MEMBERS] if is_join else _MEMBERS, "consumer_id": _MEMBERS,
        "group_instance_id": [None, "i"], "protocol_type": ["consumer"],
        "group_protocols": [[("range", b"x")], [("range", b"y"), ("sticky", b"")]],
        "group_assignment": [[], [(name, b"part") for name in _MEMBERS]],
        "topics": [[("t", [(0, 3, "note")])]] if "consumer_id" in schema.names else [None, [("t", [0])]],
    }  # fmt: skip
    return [
        random.choice(fitting[name]) if name in fitting else _value(random, kind)
        for name, kind in zip(schema.names, schema.fields, strict=True)
    ]


def batches(random: Random) -> bytes:
    """One batch of a producer, a little spoilt."""
    producer = random.choice([(-1, -1, -1), (7, 0, 0), (7, 0, 1), (7, 1, 0), (2**62, 32_767, 2**31 - 1)])
    values = [random.randbytes(random.choice([0, 10, 1_000])) for _ in range(random.choice([1, 1, 3, 20]))]
    data = bytearray(
        batch(
            *values,
            timestamp=random.choice([0, 1_700_000_000_000, 2**62]),
            producer=producer,
            codec=random.choice([0, 0, 1, 4]),
        )
    )
    for _ in range(random.choice([0, 0, 1, 4])):
        data[random.randrange(len(data))] = random.choice([0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)])
    return with_crc(bytes(data)) if random.random() < 0.8 else bytes(data)


def with_lengths(data: bytes) -> bytes:
    """The same frames with lengths that fit, so that what is in them is looked at."""
    at, frames = 0, []
    while at + protocol.LENGTH.size < len(data):
        (size,) = protocol.LENGTH.unpack_from(data, at)
        size = size if 0 < size <= len(data) - at - protocol.LENGTH.size else len(data) - at - protocol.LENGTH.size
        frames.append(protocol.LENGTH.pack(size) + data[at + protocol.LENGTH.size :][:size])
        at += protocol.LENGTH.size + size
    return b"".join(frames)


def events(random: Random) -> bytes:
    """A recorded event, now and then with another's type."""
    number = random.randrange(len(EVENT_TYPES))
    lines = (_EVENTS / f"{EVENT_TYPES[number].__name__}.jsonl").read_bytes().splitlines()
    value = json.loads(random.choice(lines))
    if random.random() < 0.3:
        value[random.choice(list(value))] = random.choice(_JSON)
    return bytes([number if random.random() < 0.95 else random.randrange(256)]) + json.dumps(value).encode()


_JSON: list[Any] = [
    None, True, -1, 2**63, 2**64, 10**400, 1e308, float("nan"), "", "\ud800", "x" * 10_000, [], [[[[]]]], {}, {"": {}},
    {"a": []}, "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "====", "AA==",
]  # fmt: skip

_ITEMS = {
    "sources": """
  - {id: south-desk, url: "http://e.org/feed.xml", interval_seconds: 5}
""",
    "receivers": """
  - {id: desk, type: webhook, url: "http://e.org/hook", secret: {env: NAME}}
  - {id: team, type: slack, url: {file: path}}
""",
    "watches": """
  - {id: deir-ez-zor, when: {place: {name: Deir ez-Zor, within_km: 30}}, notify: [desk]}
  - id: front
    when:
      all:
        - place: {country: SY}
        - any: [{actor: Ahrar al-Sham}, {text: '"air strikes" NOT drill'}]
    notify: desk
    severity: high
""",
    "names": """
  - {id: base-x, kind: place, lat: 34.52, lon: 37.63, country: SY, aliases: [T4, مطار التيفور]}
  - {id: raqqa, kind: place, same_as: "gn:172955", aliases: Rakka}
  - {id: sun, kind: actor, name: Sunrise Brigade, countries: [SY], parents: [fsa], ambiguous: [SB], context: [rebels]}
""",
    "silences": """
  - {id: night, watch: front, for: 8h, reason: known}
""",
}


def configs(random: Random) -> bytes:
    """A file of one kind."""
    number = random.randrange(len(KINDS))
    key = KINDS[number].key
    return bytes([number]) + f"{key}:{_ITEMS[key] * random.choice([1, 1, 2])}".encode()


def queries(random: Random) -> bytes:
    """Words and operators."""
    words = ["a", "AND", "OR", "NOT", "(", ")", '"', '"air strikes"', "-", "دير", " "]
    return " ".join(random.choice(words) for _ in range(random.choice([1, 5, 20, 2_000]))).encode()


def files(random: Random) -> bytes:
    """What a file of the broker might hold."""
    journal = json.dumps(["commit", "g", "t", 0, random.choice(_NUMBERS), random.choice(["", "x", None])]).encode()
    contents = [
        batches(random) * random.choice([1, 3]),
        b'{"size": 1200144, "next_offset": 2, "max_timestamp": 1, "producers": [[7, 0, [[1, 1, 1]]]]}\n'
        + random.randbytes(48),
        journal + b"\n" + journal,
        json.dumps(
            {"partitions": random.choice(_NUMBERS), "config": random.choice([{}, [], None, {"a": "b"}])}
        ).encode(),
        b"\0" * random.choice([1, 100, 5_000]),
        random.randbytes(22),
    ]
    number = random.randrange(len(contents))
    return bytes([number, random.randrange(4)]) + contents[number if random.random() < 0.9 else random.randrange(6)]


SEEDS: Mapping[str, Callable[[Random], bytes]] = {
    "broker": requests,
    "records": batches,
    "files": files,
    "event": events,
    "config": configs,
    "query": queries,
}
