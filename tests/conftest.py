"""What every test may use."""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import settings

pytest_plugins = ["tests.stack.plugin"]

# The first example pays for tables that are built on first use; how long one takes is the bench's business.
settings.register_profile("tocsin", deadline=None)
settings.load_profile("tocsin")


@pytest.fixture(autouse=True)
def _collector_as_it_was() -> Iterator[None]:
    """What settles for good in a worker must not: names that each test loads for itself would pile up by gigabytes."""
    before = gc.get_threshold()
    yield
    if gc.get_threshold() != before:
        gc.unfreeze()
        gc.set_threshold(*before)
        gc.collect()
