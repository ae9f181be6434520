"""What each character of a text is, as columns: part of a word, a capital, a small letter. Pure."""

from functools import cache

import numpy as np
import numpy.typing as npt

# Kinds of characters, to be joined; beyond the table there are none.
IN_WORD, LARGE, SMALL = 1, 2, 4
_TABLE_SIZE = 0x33000


def codes_of(text: str) -> npt.NDArray[np.uint32]:
    """The code points."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def kinds_of(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    """For each character what it is. The first call builds a table (0.1 s)."""
    return _table()[np.minimum(codes, _TABLE_SIZE)]


@cache
def _table() -> npt.NDArray[np.uint8]:
    kinds = np.zeros(_TABLE_SIZE + 1, np.uint8)
    for kind, is_kind in ((IN_WORD, str.isalnum), (LARGE, str.isupper), (SMALL, str.islower)):
        kinds[:-1] |= np.fromiter(map(is_kind, map(chr, range(_TABLE_SIZE))), bool, _TABLE_SIZE) * np.uint8(kind)
    return kinds


def count_between(
    flags: npt.NDArray[np.bool_], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """How many flags are set in each [start, end)."""
    before = np.concatenate(([0], np.cumsum(flags)))
    counts: npt.NDArray[np.int64] = before[ends] - before[starts]
    return counts
