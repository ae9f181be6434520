"""Disks that refuse, for what a real one cannot be made to do in a test."""

import errno
import os
from collections.abc import Iterable
from pathlib import Path


def write_half(fd: int, data: bytes, position: int) -> None:
    """In place of `write_fully`: full in the middle of it."""
    os.pwrite(fd, data[: len(data) // 2], position)
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def fails(_: Iterable[Path]) -> None:
    """In place of `force_paths`: what was written may be there or not."""
    raise OSError(errno.EIO, os.strerror(errno.EIO))
