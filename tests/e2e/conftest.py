"""The whole pipeline as processes, on the embedded broker and on Apache Kafka."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.names import gazetteer
from tests.e2e.world import World
from tests.stack.brokers import ApacheKafka, Broker, EmbeddedKafka
from tests.stack.parts import require


@pytest.fixture(scope="session", autouse=True)
def compiled_names() -> None:
    """Names are compiled once, before any service waits for them."""
    gazetteer.load()


def _fresh(kind: type[EmbeddedKafka] | type[ApacheKafka], folder: Path) -> Broker:
    broker: Broker = kind(folder)
    broker.start()
    return broker


@pytest.fixture(
    params=[pytest.param(EmbeddedKafka, id="embedded"), pytest.param(ApacheKafka, id="kafka", marks=pytest.mark.kafka)]
)
def fresh_broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """A broker of this test's own: the pipeline's topics have fixed names."""
    broker = require(lambda: _fresh(request.param, tmp_path / "kafka"))
    yield broker
    broker.wipe()


@pytest.fixture
def open_world(tmp_path: Path) -> Callable[..., World]:
    """Makes a world in this test's folder."""

    def make(**options: object) -> World:
        return World(tmp_path / "world", **options)  # type: ignore[arg-type]

    return make


@pytest.fixture
def world(open_world: Callable[..., World]) -> World:
    """A world on the embedded stack, with no configuration yet and nothing started."""
    return open_world()
