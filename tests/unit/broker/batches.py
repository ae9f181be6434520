"""Record batches as producers send them."""

import struct
from collections.abc import Sequence

from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c

_CRC_AT, _CRC_COVERS_FROM, _HEADER_BYTES = 17, 21, 61


def batch(
    *values: bytes, timestamp: int = 1_700_000_000_000, producer: tuple[int, int, int] = (-1, -1, -1), codec: int = 0
) -> bytes:
    """One batch; `producer` is id, epoch and first sequence. Records are one millisecond apart."""
    producer_id, epoch, sequence = producer
    builder = DefaultRecordBatchBuilder(2, codec, 0, producer_id, epoch, sequence, 1 << 24)
    for offset, value in enumerate(values or (b"value",)):
        builder.append(offset, timestamp + offset, None, value, [])
    return bytes(builder.build())


def corrupted(data: bytes, at: int = -1) -> bytes:
    """The batch with one byte changed."""
    changed = bytearray(data)
    changed[at] ^= 0xFF
    return bytes(changed)


def with_crc(data: bytes) -> bytes:
    """The batch with the check sum that it should have."""
    return data[:_CRC_AT] + struct.pack(">I", calc_crc32c(data[_CRC_COVERS_FROM:])) + data[_CRC_COVERS_FROM:]


def with_records(data: bytes, records: bytes, codec: int) -> bytes:
    """The batch with other bytes where its records were, said to be compressed by `codec`, and the right check sum."""
    head = data[:8] + struct.pack(">i", _HEADER_BYTES - 12 + len(records)) + data[12:_CRC_COVERS_FROM]
    return with_crc(head + struct.pack(">h", codec) + data[_CRC_COVERS_FROM + 2 : _HEADER_BYTES] + records)


def values_of(data: bytes) -> Sequence[bytes]:
    """The values in a run of batches."""
    from aiokafka.record.memory_records import MemoryRecords

    records, found = MemoryRecords(data), []
    while (one := records.next_batch()) is not None:
        assert one.validate_crc()
        found += [record.value for record in one]
    return found
