"""How much memory a piece of work takes at its peak, whatever this process took before."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_FORGET_PEAK = "5"


@contextlib.contextmanager
def at_most_megabytes(most: float) -> Iterator[None]:
    """Fails where the work inside takes more at its peak. Only Linux forgets an older peak: not measured elsewhere."""
    if not _CLEAR.exists():
        yield
        return
    _CLEAR.write_text(_FORGET_PEAK)
    before = _megabytes("VmRSS")
    yield
    grown = _megabytes("VmHWM") - before
    if grown > most:
        pytest.fail(f"{grown:.0f} MB more at its peak, of at most {most:g}")


def _megabytes(row: str) -> float:
    (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith(f"{row}:"))
    return int(line.split()[1]) / 1024
