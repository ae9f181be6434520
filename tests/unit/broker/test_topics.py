"""Topics on disk."""

import shutil
from pathlib import Path

import pytest

from tests.unit.broker.batches import batch
from tocsin.broker import topics as topics_module
from tocsin.broker.errors import Refused
from tocsin.broker.server import DataFolder
from tocsin.broker.topics import DamagedTopic, Topics


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


def test_what_is_no_topic_is_passed_over(tmp_path: Path) -> None:
    Topics(tmp_path).create("t", 1, {})
    (tmp_path / "topics" / "lost+found").mkdir()
    (tmp_path / "topics" / "t" / "topic.json.new").write_text('{"parti')
    assert [topic.name for topic in Topics(tmp_path)] == ["t"]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"partitions": 1}', '{"partitions": "1", "config": {}}', '{"partitions": 0, "config": {}}',
     '{"partitions": 1000000000, "config": {}}', '{"partitions": 1, "config": {"retention.ms": "soon"}}', "[" * 9_000,
     '{"partitions": 1, "config": []}', "\0" * 50],
)  # fmt: skip
def test_a_damaged_topic_is_named_with_its_remedy(tmp_path: Path, text: str) -> None:
    Topics(tmp_path).create("t", 1, {})
    path = tmp_path / "topics" / "t" / "topic.json"
    path.write_text(text)
    with pytest.raises(DamagedTopic, match="restore it from a backup") as damaged:
        Topics(tmp_path)
    assert str(path) in str(damaged.value)


def test_all_topics_together_have_a_bounded_number_of_partitions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics_module, "_MAX_PARTITIONS_IN_ALL", 5)
    topics = Topics(tmp_path)
    topics.create("t", 3, {})
    for change in (lambda: topics.create("u", 3, {}), lambda: topics.grow("t", 6)):
        with pytest.raises(Refused, match="INVALID_PARTITIONS"):
            change()
    topics.grow("t", 5)


def test_a_topic_that_cannot_be_opened_is_not_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    topics = Topics(tmp_path)
    with monkeypatch.context() as failing:

        def refuses(*_: object, **__: object) -> None:
            raise OSError(24, "Too many open files")

        failing.setattr(topics_module, "PartitionLog", refuses)
        with pytest.raises(Refused, match="KAFKA_STORAGE_ERROR"):
            topics.create("t", 1, {})
    topics.create("t", 1, {})


def test_a_data_folder_that_has_gone_is_closed_all_the_same(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.topics.create("t", 1, {})
    shutil.rmtree(tmp_path / "data")
    folder.close()


@pytest.mark.parametrize("content", [b"", b"\0" * 22, b"\xff", b"x" * 21, b"x" * 5_000])
def test_a_damaged_cluster_id_is_made_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cluster-id").write_bytes(content)
    folder = DataFolder(tmp_path)
    made = folder.cluster_id
    folder.close()
    again = DataFolder(tmp_path)
    assert (len(made), again.cluster_id) == (22, made)
    again.close()


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
