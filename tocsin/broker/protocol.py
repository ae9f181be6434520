"""Frames and the table of requests that this broker understands.

The schemas are aiokafka's own, which take null everywhere and any number of elements; here null is taken where Kafka's
schemas have it, and a request has at most `MAX_FIELDS` fields: 100 MB of empty strings would come to gigabytes. A
request it does not know ends the connection, as in Apache Kafka; only ApiVersions has an answer for versions that are
too new.
"""

import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

from aiokafka.protocol import admin, commit, coordination, fetch, group, metadata, offset, produce, transaction
from aiokafka.protocol.api import RequestStruct
from aiokafka.protocol.types import Array, Bytes, Schema, String

from tocsin.broker.errors import Code

LENGTH = struct.Struct(">i")
_HEADER = struct.Struct(">hhih")
SMALLEST_FRAME = _HEADER.size
MAX_FIELDS = 100_000  # a fetch of 10,000 partitions has half as many
PRODUCE, FETCH, LIST_OFFSETS, METADATA = 0, 1, 2, 3
OFFSET_COMMIT, OFFSET_FETCH, FIND_COORDINATOR = 8, 9, 10
JOIN_GROUP, HEARTBEAT, LEAVE_GROUP, SYNC_GROUP, DESCRIBE_GROUPS, LIST_GROUPS = 11, 12, 13, 14, 15, 16
API_VERSIONS, CREATE_TOPICS, DELETE_TOPICS, INIT_PRODUCER_ID = 18, 19, 20, 22
DESCRIBE_CONFIGS, ALTER_CONFIGS, CREATE_PARTITIONS, DELETE_GROUPS = 32, 33, 37, 42

VERSIONS: Mapping[int, tuple[int, int]] = {
    PRODUCE: (3, 8),
    FETCH: (4, 11),
    LIST_OFFSETS: (1, 3),
    METADATA: (0, 5),
    OFFSET_COMMIT: (2, 3),
    OFFSET_FETCH: (1, 3),
    FIND_COORDINATOR: (0, 1),
    JOIN_GROUP: (0, 5),
    HEARTBEAT: (0, 1),
    LEAVE_GROUP: (0, 1),
    SYNC_GROUP: (0, 3),
    DESCRIBE_GROUPS: (0, 2),
    LIST_GROUPS: (0, 1),
    API_VERSIONS: (0, 2),
    CREATE_TOPICS: (0, 3),
    DELETE_TOPICS: (0, 3),
    INIT_PRODUCER_ID: (0, 0),
    DESCRIBE_CONFIGS: (0, 2),
    ALTER_CONFIGS: (0, 1),
    CREATE_PARTITIONS: (0, 1),
    DELETE_GROUPS: (0, 1),
}
_MODULES = (admin, commit, coordination, fetch, group, metadata, offset, produce, transaction)
# Where Kafka's schemas take null, by the names that aiokafka gives the fields.
_NULLABLE = {
    "transactional_id",
    "messages",
    "group_instance_id",
    "metadata",
    "config_names",
    "config_value",
    "assignment",
}
_TOPICS_OR_ALL = {METADATA, OFFSET_FETCH}

# A body: the fields of the request's response schema, or the pieces of its encoded form.
Answer = tuple[Any, ...] | list[bytes]


class ProtocolError(Exception):
    """A client sent what no client of this broker sends; its connection is closed."""


@dataclass(frozen=True, slots=True)
class Request:
    """One decoded request. `body` has the attributes that aiokafka's schema of that version names."""

    key: int
    version: int
    correlation_id: int
    client_id: str
    body: Any


def decode(frame: bytes) -> Request:
    """Read one frame, without its length.

    Raises:
        ProtocolError: an unknown API or version, or bytes that are not such a request.
    """
    try:
        key, version, correlation_id, name_size = _HEADER.unpack_from(frame)
        body_at = _HEADER.size + max(name_size, 0)
        client_id = frame[_HEADER.size : body_at].decode()
    except (struct.error, UnicodeDecodeError) as error:
        raise ProtocolError(f"not a request header: {error}") from error
    if key == API_VERSIONS and not _is_known(key, version):
        return Request(key, version, correlation_id, client_id, None)
    schema = SCHEMAS.get((key, version))
    if schema is None:
        raise ProtocolError(f"api {key} version {version} is not supported")
    return Request(key, version, correlation_id, client_id, _decode_body(schema, frame, body_at))


def _decode_body(schema: Any, frame: bytes, body_at: int) -> Any:
    stream = BytesIO(frame) if len(frame) <= MAX_FIELDS else _Fields(frame)  # a field takes a byte at least
    stream.seek(body_at)
    try:
        body = schema.decode(stream)
        for name, check in _null_checks(schema):
            check(getattr(body, name))
    except (ValueError, struct.error, OverflowError) as error:
        raise ProtocolError(f"not a {schema.__name__}: {str(error)[:200]}") from error
    if stream.tell() != len(frame):
        raise ProtocolError(f"{len(frame) - stream.tell()} bytes too many for a {schema.__name__}")
    return body


class _Fields(BytesIO):
    """A request's bytes, read field by field, and not too many of them."""

    left = MAX_FIELDS

    def read(self, size: int | None = -1, /) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise ValueError(f"more than {MAX_FIELDS} fields")
        return super().read(size)


_Check = Callable[[Any], None]


@cache
def _null_checks(schema: Any) -> list[tuple[str, _Check]]:
    """What to check of a request's fields: those of them that null can be read for."""
    named = zip(schema.SCHEMA.names, schema.SCHEMA.fields, strict=True)
    found = [(name, _null_check(schema.API_KEY, name, kind)) for name, kind in named]
    return [(name, check) for name, check in found if check]


def _null_check(key: int, name: str, kind: Any) -> _Check | None:
    is_nullable = name in _NULLABLE or (name == "topics" and key in _TOPICS_OR_ALL)
    if isinstance(kind, Schema):
        return _check_parts([_null_check(key, *field) for field in zip(kind.names, kind.fields, strict=True)])
    if isinstance(kind, Array):
        return _check_items(name, _null_check(key, f"{name}[]", kind.array_of), is_nullable=is_nullable)
    if is_nullable or not (isinstance(kind, String) or kind is Bytes):
        return None
    return _check_items(name, None, is_nullable=False)


def _check_parts(checks: list[_Check | None]) -> _Check:
    wanted = [(at, check) for at, check in enumerate(checks) if check]

    def check_parts(value: Any) -> None:
        for at, check in wanted:
            check(value[at])

    return check_parts


def _check_items(name: str, check: _Check | None, *, is_nullable: bool) -> _Check:
    def check_items(value: Any) -> None:
        if value is None and not is_nullable:
            raise ValueError(f"{name} is null")
        if check:
            for item in value or ():
                check(item)

    return check_items


def encode(request: Request, answer: Answer) -> list[bytes]:
    """One whole frame, in pieces."""
    body = answer if isinstance(answer, list) else [_encode_fields(request, answer)]
    return [struct.pack(">ii", 4 + sum(map(len, body)), request.correlation_id), *body]


def _encode_fields(request: Request, fields: tuple[Any, ...]) -> bytes:
    body: bytes = SCHEMAS[request.key, request.version].RESPONSE_TYPE.SCHEMA.encode(fields)
    return body


def api_versions(request: Request) -> Answer:
    """What this broker speaks. A version it does not know gets the answer of version 0 with an error (KIP-511)."""
    rows = [(key, low, high) for key, (low, high) in VERSIONS.items()]
    if request.body is None:
        table = b"".join(struct.pack(">hhh", *row) for row in rows)
        return [struct.pack(">hi", Code.UNSUPPORTED_VERSION, len(rows)), table]
    return (Code.NONE, rows, 0) if request.version else (Code.NONE, rows)


@dataclass(frozen=True, slots=True)
class FetchedPartition:
    """One partition's part of a fetch answer."""

    number: int
    code: Code
    next_offset: int = -1
    start_offset: int = -1
    records: bytes = b""


def encode_fetch(version: int, code: Code, topics: Iterable[tuple[str, list[FetchedPartition]]]) -> list[bytes]:
    """The body of a Fetch answer, versions 4 to 11. By hand: the schema would copy the records several times."""
    blocks = list(topics)
    parts = [struct.pack(">ihi", 0, code, 0) if version >= 7 else struct.pack(">i", 0), LENGTH.pack(len(blocks))]
    for topic, partitions in blocks:
        name = topic.encode()
        parts += (struct.pack(">h", len(name)), name, LENGTH.pack(len(partitions)))
        for partition in partitions:
            parts += (_fetched_head(version, partition), partition.records)
    return parts


def _fetched_head(version: int, partition: FetchedPartition) -> bytes:
    end = partition.next_offset
    head = struct.pack(">ihqq", partition.number, partition.code, end, end)
    if version >= 5:
        head += struct.pack(">q", partition.start_offset)
    head += LENGTH.pack(-1)  # aborted transactions: none
    if version >= 11:
        head += LENGTH.pack(-1)  # preferred read replica: this one
    return head + LENGTH.pack(len(partition.records))


def _is_known(key: int, version: int) -> bool:
    low, high = VERSIONS.get(key, (0, -1))
    return low <= version <= high


def _is_request_struct(item: Any) -> bool:
    return isinstance(item, type) and issubclass(item, RequestStruct) and item is not RequestStruct


def _schemas() -> dict[tuple[int, int], Any]:
    """Request schemas by key and version; aiokafka leaves out versions that look like the one before."""
    known: dict[tuple[int, int], Any] = {}
    for module in _MODULES:
        structs: list[Any] = [item for item in vars(module).values() if _is_request_struct(item)]
        known |= {(item.API_KEY, item.API_VERSION): item for item in structs}
    for key, (low, high) in VERSIONS.items():
        for version in range(low + 1, high + 1):
            known.setdefault((key, version), known[key, version - 1])
    return {name: schema for name, schema in known.items() if _is_known(*name)}


SCHEMAS = _schemas()
