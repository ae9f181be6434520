"""The two things that every file of the broker needs."""

import os


def write_fully(fd: int, data: bytes, position: int) -> None:
    """Write all of `data` at `position`: the system may take less at once, most of all near a full disk.

    Raises:
        OSError: some of it may have been written.
    """
    written = os.pwrite(fd, data, position)
    while written < len(data):
        written += os.pwrite(fd, memoryview(data)[written:], position + written)


def force_to_disk(fd: int) -> None:
    """Return when what was written would survive a power cut."""
    getattr(os, "fdatasync", os.fsync)(fd)  # macOS has no fdatasync
