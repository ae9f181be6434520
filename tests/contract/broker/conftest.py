"""A client may get over a bug of the broker by connecting again: the broker's log tells."""

from collections.abc import Iterator

import pytest

from tests.stack.brokers import EmbeddedKafka


@pytest.fixture(autouse=True)
def no_traceback_in_the_brokers_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test on the embedded broker."""
    broker = request.getfixturevalue("broker")
    log = broker.data / "kafka.log"
    before = log.stat().st_size
    yield
    written = log.read_bytes()[before:].decode()
    assert not isinstance(broker, EmbeddedKafka) or "Traceback" not in written, written
