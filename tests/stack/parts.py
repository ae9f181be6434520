"""What happens when a real part of the stack is missing: a bare machine does without and says so, CI fails."""

import os
from collections.abc import Callable
from typing import TypeVar

import pytest

from tests.stack.process import MissingPart

T = TypeVar("T")
_done_without: dict[str, MissingPart] = {}


def require(start: Callable[[], T]) -> T:
    """What `start` gives; if a part is missing, skip the test and remember it, or fail when `CI` is true."""
    try:
        return start()
    except MissingPart as missing:
        _done_without[missing.part] = missing
        if is_ci():
            pytest.fail(f"CI=true, and the tests cannot run on {missing}", pytrace=False)
        pytest.skip(f"without {missing}")


def done_without() -> str:
    """The missing parts for people to read; empty if nothing was missing."""
    return ", ".join(map(str, _done_without.values()))


def is_ci() -> bool:
    """Whether a missing part is a failure."""
    return os.environ.get("CI", "").lower() in {"true", "1"}
