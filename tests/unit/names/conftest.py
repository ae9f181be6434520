"""Names, compiled once for all tests."""

import pytest

from shared.names import gazetteer


@pytest.fixture(scope="session")
def names() -> gazetteer.Gazetteer:
    """All names."""
    return gazetteer.load()
