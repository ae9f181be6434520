"""What is fuzzed: one function a target, bytes in, an exception out where the property does not hold."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from shared import codec
from shared.config import text_query
from shared.config.items import parse_items
from shared.config.kinds import KINDS
from shared.config.yaml_file import ConfigError, load
from tests.fuzz.broker_files import BrokerFiles
from tests.fuzz.broker_in_memory import BrokerInMemory
from tests.fuzz.seeds import EVENT_TYPES
from tests.unit.broker.batches import with_crc
from tocsin.broker.batch import check_produced, first_at_or_after, with_base_offset
from tocsin.broker.errors import Refused

Target = Callable[[bytes], None]

_folder = TemporaryDirectory(prefix="tocsin-fuzz-")
_broker: list[BrokerInMemory] = []
_files: list[BrokerFiles] = []


def broker(data: bytes) -> None:
    """One client's bytes, from its first to its last. Every answer is whole and readable; no bug reaches the log."""
    if not _broker:
        _broker.append(BrokerInMemory(Path(_folder.name, "broker")))
    _broker[0].serve(data)


def records(data: bytes) -> None:
    """A batch with the right check sum and anything in it: refused, or searched by time within its offsets."""
    sent = with_crc(data)
    try:
        header = check_produced(sent)
    except Refused:
        return
    offset, _ = first_at_or_after(with_base_offset(sent, 5), header.max_timestamp)
    assert 5 <= offset <= 5 + header.last_offset_delta


def files(data: bytes) -> None:
    """A file of the broker's data folder, overwritten: it starts or names the file, and goes on from there."""
    if not _files:
        _files.append(BrokerFiles(Path(_folder.name, "files")))
    _files[0].start_on(data)


def event(data: bytes) -> None:
    """The first byte picks the type. What decodes is encoded and decoded again to the same."""
    if not data:
        return
    kind = EVENT_TYPES[data[0] % len(EVENT_TYPES)]
    try:
        decoded = codec.decode(data[1:], kind)
    except codec.UndecodableError:
        return
    assert codec.decode(codec.encode(decoded), kind) == decoded


def config(data: bytes) -> None:
    """The first byte picks the kind of file. Every error is one line that names the file's line."""
    if not data:
        return
    kind = KINDS[data[0] % len(KINDS)]
    path = Path(_folder.name, kind.file)
    path.write_bytes(data[1:])
    try:
        parsed = parse_items(load(path), kind.key, kind.model)
        errors = parsed.errors
    except ConfigError as error:
        errors = (error,)
    for error in errors:
        name, _, line = error.place.rpartition(":")
        assert name == kind.file
        assert int(line) >= 1
        assert "\n" not in str(error)


def query(data: bytes) -> None:
    """A watch's text query is read or refused."""
    try:
        found = text_query.parse(data.decode("utf-8", "replace"))
    except text_query.QueryError:
        return
    assert all(text_query.phrases(found))


TARGETS: Mapping[str, Target] = {
    "broker": broker,
    "records": records,
    "files": files,
    "event": event,
    "config": config,
    "query": query,
}
