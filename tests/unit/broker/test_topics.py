"""Topics on disk."""

from pathlib import Path

import pytest

from tests.unit.broker.batches import batch
from tocsin.broker.errors import Refused
from tocsin.broker.topics import Topics


def test_topics_survive_opening_again(tmp_path: Path) -> None:
    topics = Topics(tmp_path)
    topics.create("reports.grouped", 3, {"retention.ms": "-1", "retention.bytes": None})
    topics.partition("reports.grouped", 2).append(batch())
    topics.grow("reports.grouped", 4)
    topics.create("gone", 1, {})
    topics.delete("gone")
    topics.close()

    [topic] = Topics(tmp_path)
    assert (topic.name, len(topic.partitions)) == ("reports.grouped", 4)
    assert topic.overrides == {"retention.ms": "-1"}
    assert [log.next_offset for log in topic.partitions] == [0, 0, 1, 0]
    assert topic.partitions[0].limits.retention_ms == -1


def test_a_topic_that_was_half_made_is_not_there(tmp_path: Path) -> None:
    Topics(tmp_path).close()
    (tmp_path / "scratch" / "draft" / "0").mkdir(parents=True)
    topics = Topics(tmp_path)
    assert not list(topics)
    assert not list((tmp_path / "scratch").iterdir())


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../etc", "a b", "ü", "a\n", "x" * 250])
def test_names_that_are_no_names_are_refused(tmp_path: Path, name: str) -> None:
    topics = Topics(tmp_path)
    with pytest.raises(Refused, match="INVALID_TOPIC"):
        topics.create(name, 1, {})
    assert not list((tmp_path / "topics").iterdir())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("retention.ms", value) for value in ("-2", "1e3", "", "-", "²")],
        ("segment.bytes", "1000"),
        ("cleanup.policy", "compact"),
        ("flush.ms", "1"),
    ],
)
def test_configuration_that_is_not_understood_is_refused(tmp_path: Path, key: str, value: str) -> None:
    topics = Topics(tmp_path)
    with pytest.raises(Refused, match="INVALID_CONFIG"):
        topics.create("topic", 1, {key: value})
