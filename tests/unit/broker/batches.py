"""Record batches as producers send them."""

from collections.abc import Sequence

from aiokafka.record.default_records import DefaultRecordBatchBuilder


def batch(*values: bytes, timestamp: int = 1_700_000_000_000, producer: tuple[int, int, int] = (-1, -1, -1)) -> bytes:
    """One batch; `producer` is id, epoch and first sequence. Records are one millisecond apart."""
    producer_id, epoch, sequence = producer
    builder = DefaultRecordBatchBuilder(2, 0, 0, producer_id, epoch, sequence, 1 << 24)
    for offset, value in enumerate(values or (b"value",)):
        builder.append(offset, timestamp + offset, None, value, [])
    return bytes(builder.build())


def corrupted(data: bytes, at: int = -1) -> bytes:
    """The batch with one byte changed."""
    changed = bytearray(data)
    changed[at] ^= 0xFF
    return bytes(changed)


def values_of(data: bytes) -> Sequence[bytes]:
    """The values in a run of batches."""
    from aiokafka.record.memory_records import MemoryRecords

    records, found = MemoryRecords(data), []
    while (one := records.next_batch()) is not None:
        assert one.validate_crc()
        found += [record.value for record in one]
    return found
