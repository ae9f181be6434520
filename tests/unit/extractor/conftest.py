"""Names, compiled once for all tests."""

import pytest

from services.extractor.read import Reader
from shared.names import gazetteer
from shared.names.gazetteer import Gazetteer


@pytest.fixture(scope="session")
def names() -> Gazetteer:
    """All names."""
    return gazetteer.load()


@pytest.fixture(scope="session")
def reader(names: Gazetteer) -> Reader:
    """The reader with all names."""
    return Reader(names)
