"""Names, compiled once for all tests."""

import pytest

from services.extractor.read import Reader
from shared.names import gazetteer


@pytest.fixture(scope="session")
def reader() -> Reader:
    """The reader with all names."""
    return Reader(gazetteer.load())
