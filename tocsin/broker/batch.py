"""Record batches, format 2: the only unit that the broker stores, checks and sends.

Layout and check sum: https://kafka.apache.org/documentation/#recordbatch. Records inside are never touched on the way
in or out: compression and decoding are the clients' work.
"""

import struct
from contextlib import suppress
from typing import NamedTuple

import cramjam
from aiokafka.errors import KafkaError
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.util import calc_crc32c

from tocsin.broker.errors import Code, Refused

_HEADER = struct.Struct(">qiibIhiqqqhii")
_OFFSET = struct.Struct(">q")
HEADER_BYTES = _HEADER.size
_LENGTH_EXCLUDES = 12  # the base offset and the length itself
_CRC_COVERS_FROM = 21
_NO_LEADER_EPOCH = b"\0\0\0\0"
_COMPRESSION, _TRANSACTIONAL, _CONTROL = 0x07, 0x10, 0x20
_LAST_COMPRESSION = 4  # none, gzip, snappy, lz4, zstd
_CODECS = {1: cramjam.gzip, 3: cramjam.lz4, 4: cramjam.zstd}
_SNAPPY = 2
_MAX_DECOMPRESSED_BYTES = 4 * 1024 * 1024  # a bomb of 60 kB comes to 2 GB


class BatchHeader(NamedTuple):
    """The first 61 bytes of a batch. Timestamps are milliseconds since 1970; `producer_id` -1 means none."""

    base_offset: int
    length: int
    leader_epoch: int
    magic: int
    crc: int
    attributes: int
    last_offset_delta: int
    first_timestamp: int
    max_timestamp: int
    producer_id: int
    producer_epoch: int
    base_sequence: int
    record_count: int

    @property
    def size(self) -> int:
        """Bytes of the whole batch."""
        return self.length + _LENGTH_EXCLUDES

    @property
    def last_offset(self) -> int:
        """Offset of the batch's last record."""
        return self.base_offset + self.last_offset_delta

    @property
    def is_plausible(self) -> bool:
        """Whether this can be the start of a stored batch at all; the check sum is another matter."""
        return self.magic == 2 and self.length >= HEADER_BYTES - _LENGTH_EXCLUDES and self.last_offset_delta >= 0


def parse_header(data: bytes | memoryview) -> BatchHeader | None:
    """The header at the start of `data`; None when there are not enough bytes for one."""
    return BatchHeader._make(_HEADER.unpack_from(data)) if len(data) >= HEADER_BYTES else None


def has_valid_crc(data: bytes, header: BatchHeader) -> bool:
    """Whether `data`, exactly one batch, carries the check sum that its header says."""
    return bool(calc_crc32c(memoryview(data)[_CRC_COVERS_FROM:]) == header.crc)


def check_produced(data: bytes) -> BatchHeader:
    """Check what a producer sent for one partition.

    Raises:
        Refused: CORRUPT_MESSAGE for anything that is not one whole batch with the right check sum, INVALID_RECORD for a
            second batch, a control batch or a transactional one, UNSUPPORTED_COMPRESSION_TYPE.
    """
    header = parse_header(data)
    if header is None or not header.is_plausible or header.size > len(data):
        raise Refused(Code.CORRUPT_MESSAGE, "not a record batch of format 2")
    if header.size < len(data):
        raise Refused(Code.INVALID_RECORD, "more than one record batch for a partition")
    if not has_valid_crc(data, header):
        raise Refused(Code.CORRUPT_MESSAGE, "wrong check sum")
    _check_contents(header)
    return header


def _check_contents(header: BatchHeader) -> None:
    if header.record_count != header.last_offset_delta + 1:
        raise Refused(Code.INVALID_RECORD, "offsets of the records are not consecutive")
    if header.attributes & (_TRANSACTIONAL | _CONTROL):
        raise Refused(Code.INVALID_RECORD, "transactions are not supported")
    if header.attributes & _COMPRESSION > _LAST_COMPRESSION:
        raise Refused(Code.UNSUPPORTED_COMPRESSION_TYPE)


def with_base_offset(data: bytes, base_offset: int) -> bytes:
    """The batch as it is stored. Neither field that changes is covered by the check sum."""
    return b"".join((_OFFSET.pack(base_offset), data[8:12], _NO_LEADER_EPOCH, memoryview(data)[16:]))


def first_at_or_after(data: bytes, timestamp: int) -> tuple[int, int]:
    """(offset, timestamp) of the first record in one batch at or after `timestamp`, which its header says is there.

    The one place where records are decompressed and read, on behalf of a client that may have sent anything: what
    comes to more than `_MAX_DECOMPRESSED_BYTES`, or is no run of records, is answered for with the batch's own offset.
    """
    header = BatchHeader._make(_HEADER.unpack_from(data))
    with suppress(KafkaError, cramjam.DecompressionError, ValueError, OverflowError):
        for record in DefaultRecordBatch(_decompressed(data, header)):
            if record.timestamp >= timestamp and header.base_offset <= record.offset <= header.last_offset:
                return record.offset, record.timestamp
    return header.base_offset, header.max_timestamp


def _decompressed(data: bytes, header: BatchHeader) -> bytes:
    codec = _CODECS.get(header.attributes & _COMPRESSION)
    if header.attributes & _COMPRESSION == _SNAPPY:
        raise ValueError("snappy has frames of its own around it")
    if codec is None:
        return data
    room = bytearray(_MAX_DECOMPRESSED_BYTES)
    size = codec.decompress_into(memoryview(data)[HEADER_BYTES:], room)
    plain = header._replace(attributes=header.attributes & ~_COMPRESSION, length=HEADER_BYTES - _LENGTH_EXCLUDES + size)
    return _HEADER.pack(*plain) + room[:size]
