"""A sparse index of one segment: about one entry per 32 kB, 24 bytes each, so 64 MB of log cost 48 kB of memory."""

from array import array
from bisect import bisect_left, bisect_right

_INTERVAL_BYTES = 32 * 1024


class SparseIndex:
    """Maps offsets and timestamps to file positions at which a batch starts, at or before the one looked for."""

    __slots__ = ("_earlier_max_timestamps", "_offsets", "_positions")

    def __init__(self) -> None:
        self._offsets = array("q")
        self._positions = array("q")
        self._earlier_max_timestamps = array("q")

    def __len__(self) -> int:
        return len(self._offsets)

    def add(self, offset: int, position: int, earlier_max_timestamp: int) -> None:
        """Offer a batch that starts at `position`; kept if the last entry is far enough behind.

        `earlier_max_timestamp` is the latest timestamp of all batches before it in the segment.
        """
        if self._positions and position - self._positions[-1] < _INTERVAL_BYTES:
            return
        self._offsets.append(offset)
        self._positions.append(position)
        self._earlier_max_timestamps.append(earlier_max_timestamp)

    def position_of_offset(self, offset: int) -> int:
        """Where to start walking to find `offset`."""
        return self._position_at(bisect_right(self._offsets, offset) - 1)

    def position_of_timestamp(self, timestamp: int) -> int:
        """Where to start walking to find the first batch with a record at or after `timestamp`."""
        return self._position_at(bisect_left(self._earlier_max_timestamps, timestamp) - 1)

    def last_boundary(self, after: int, limit: int) -> int:
        """The last known start of a batch in (after, limit]; `after` itself if none is known."""
        found = bisect_right(self._positions, limit) - 1
        return max(after, self._position_at(found))

    def _position_at(self, entry: int) -> int:
        return self._positions[entry] if entry >= 0 else 0

    def to_bytes(self) -> bytes:
        """For the file beside a sealed segment; native byte order, it never leaves the machine."""
        return b"".join((bytes(self._offsets), bytes(self._positions), bytes(self._earlier_max_timestamps)))

    @classmethod
    def from_bytes(cls, data: bytes) -> "SparseIndex":
        """The inverse of `to_bytes`."""
        index, third = cls(), len(data) // 3
        for column, start in zip(index._columns(), range(0, len(data), third or 1), strict=False):
            column.frombytes(data[start : start + third])
        return index

    def _columns(self) -> tuple["array[int]", "array[int]", "array[int]"]:
        return self._offsets, self._positions, self._earlier_max_timestamps
