"""What every file of the broker needs: whole writes, forcing to the disk, and one voice when the disk refuses."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

_log = logging.getLogger(__name__)


class Disk:
    """The disk under a data folder. Says once that it refuses writes, and once that it takes them again."""

    def __init__(self, folder: Path, *, fsync: bool = False) -> None:
        self.fsync = fsync
        self._folder = folder
        self._refusing: set[Path] = set()

    def refused(self, path: Path, error: OSError) -> None:
        """A write below the data folder failed; producers try again many times a second, and the disk is full."""
        if not self._refusing:
            _log.error(
                "cannot write to %s (%s: %s): events and commits are refused until it can. Free space on that disk, or "
                "shorten the topics' retention; writing then goes on by itself",
                self._folder,
                path,
                error.strerror or error,
            )
        self._refusing.add(path)

    def took(self, path: Path) -> None:
        """A write to `path` succeeded."""
        if self._refusing and path in self._refusing:
            self._refusing.remove(path)
            if not self._refusing:
                _log.warning("can write to %s again", self._folder)


class GroupCommit:
    """Forces a file's writes to the disk, once for everybody who asked while the run before was under way.

    `force` does it; after it failed nobody knows what is on the disk, and `rewind` takes back all that is not.
    """

    def __init__(self, force: Callable[[], Awaitable[None]], rewind: Callable[[], None]) -> None:
        self._force = force
        self._rewind = rewind
        self._running: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        self._must_rewind = False
        self.times_rewound = 0

    async def wait(self) -> None:
        """Return when a run has ended well that began after this call.

        Raises:
            OSError: it did not, and what was written before this call is taken back.
        """
        before = self.times_rewound
        if self._next is None:
            self._next = asyncio.get_running_loop().create_task(self._run(self._running))
            self._next.add_done_callback(_retrieve)
        await asyncio.shield(self._next)  # a client that hangs up must not cancel the others' run
        if self.times_rewound != before:
            raise OSError("taken back with what was written before it")

    def rewind_if_due(self) -> None:
        """To be called before every write: a rewind that failed is tried again.

        Raises:
            OSError: it fails again, and nothing may be written.
        """
        if self._must_rewind:
            self.times_rewound += 1
            self._rewind()
            self._must_rewind = False

    async def _run(self, before: "asyncio.Task[None] | None") -> None:
        if before:
            await asyncio.wait([before])
        self._running, self._next = self._next, None
        self.rewind_if_due()
        try:
            await self._force()
        except OSError:
            self._must_rewind = True
            self.rewind_if_due()
            raise


def _retrieve(task: "asyncio.Task[None]") -> None:
    """Everybody who waited may be gone; asyncio would complain of an exception that nobody saw."""
    if not task.cancelled():
        task.exception()


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


def force_paths(paths: Iterable[Path]) -> None:
    """Force files, or the entries of folders, to the disk; for a thread, as it opens each by itself.

    Raises:
        OSError: one cannot be opened or forced.
    """
    for path in paths:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            force_to_disk(fd)
        finally:
            os.close(fd)


def replace_file(path: Path, text: str) -> None:
    """Write a small file so that, whenever the process or the power ends, the old text is there or the new one.

    Raises:
        OSError: the old text is still there.
    """
    draft = path.with_name(f"{path.name}.new")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
