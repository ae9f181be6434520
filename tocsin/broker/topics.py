"""Topics on disk: `topics/<name>/topic.json` and one folder of segments a partition.

A topic appears and disappears by one rename from or to `scratch/`, which is emptied on start: there is no half-made
topic after a kill.
"""

import json
import logging
import os
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tocsin.broker.errors import Code, Refused
from tocsin.broker.log import PartitionLog
from tocsin.broker.topic_config import check_config, limits_of

_log = logging.getLogger(__name__)
_LEGAL_NAME = re.compile(r"[a-zA-Z0-9._-]{1,249}")
_MAX_PARTITIONS = 1_000


class Topic:
    """A topic that is open: its partitions by number, and the configuration that differs from the default."""

    def __init__(self, name: str, overrides: dict[str, str], partitions: list[PartitionLog]) -> None:
        self.name = name
        self.overrides = overrides
        self.partitions = partitions


class Topics:
    """Every topic of one data folder."""

    def __init__(self, folder: Path, *, fsync: bool = False, trusted: bool = False) -> None:
        """Open all topics; `trusted` after a clean stop.

        Raises:
            OSError: the folder cannot be read or written.
        """
        self._folder = folder / "topics"
        self._scratch = folder / "scratch"
        self._fsync = fsync
        shutil.rmtree(self._scratch, ignore_errors=True)
        for needed in (self._folder, self._scratch):
            needed.mkdir(parents=True, exist_ok=True)
        self._topics = {path.name: self._open(path, trusted=trusted) for path in sorted(self._folder.iterdir())}

    def __iter__(self) -> Iterator[Topic]:
        return iter(tuple(self._topics.values()))

    def __contains__(self, name: object) -> bool:
        return name in self._topics

    def get(self, name: str) -> Topic:
        """The topic of that name.

        Raises:
            Refused: INVALID_TOPIC, UNKNOWN_TOPIC_OR_PARTITION.
        """
        topic = self._topics.get(name)
        if topic is None:
            check_name(name)
            raise Refused(Code.UNKNOWN_TOPIC_OR_PARTITION)
        return topic

    def partition(self, name: str, number: int) -> PartitionLog:
        """One partition's log.

        Raises:
            Refused: UNKNOWN_TOPIC_OR_PARTITION.
        """
        topic = self._topics.get(name)
        if topic is None or not 0 <= number < len(topic.partitions):
            raise Refused(Code.UNKNOWN_TOPIC_OR_PARTITION)
        return topic.partitions[number]

    def check_new(self, name: str, partitions: int, config: Mapping[str, str | None]) -> dict[str, str]:
        """Whether `create` would take this; the checked configuration.

        Raises:
            Refused: INVALID_TOPIC, TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS, INVALID_CONFIG.
        """
        check_name(name)
        if name in self._topics:
            raise Refused(Code.TOPIC_ALREADY_EXISTS, f"topic {name!r} already exists")
        _check_partitions(partitions)
        return check_config(config)

    def create(self, name: str, partitions: int, config: Mapping[str, str | None]) -> None:
        """Create a topic for good before returning.

        Raises:
            Refused: what `check_new` says, or KAFKA_STORAGE_ERROR.
        """
        overrides = self.check_new(name, partitions, config)
        draft = self._scratch / uuid.uuid4().hex
        with _storage_errors_refused():
            for number in range(partitions):
                (draft / str(number)).mkdir(parents=True)
            _write_facts(draft, partitions, overrides)
            self._topics[name] = self._open(draft.rename(self._folder / name), trusted=True)

    def delete(self, name: str) -> None:
        """Remove a topic with all its events.

        Raises:
            Refused: UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC, KAFKA_STORAGE_ERROR.
        """
        topic = self.get(name)
        doomed = self._scratch / uuid.uuid4().hex
        with _storage_errors_refused():
            (self._folder / name).rename(doomed)
        del self._topics[name]
        for partition in topic.partitions:
            partition.delete()
        shutil.rmtree(doomed, ignore_errors=True)

    def alter(self, name: str, config: Mapping[str, str | None], validate_only: bool = False) -> None:
        """Replace the whole configuration of a topic; what is not named gets its default.

        Raises:
            Refused: UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC, INVALID_CONFIG, KAFKA_STORAGE_ERROR.
        """
        topic, overrides = self.get(name), check_config(config)
        if validate_only:
            return
        with _storage_errors_refused():
            _write_facts(self._folder / name, len(topic.partitions), overrides)
        topic.overrides = overrides
        for partition in topic.partitions:
            partition.limits = limits_of(overrides)

    def grow(self, name: str, partitions: int, validate_only: bool = False) -> None:
        """Add partitions until there are `partitions`.

        Raises:
            Refused: UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC, INVALID_PARTITIONS, KAFKA_STORAGE_ERROR.
        """
        topic = self.get(name)
        _check_partitions(partitions)
        if partitions <= len(topic.partitions):
            raise Refused(Code.INVALID_PARTITIONS, f"{name} has {len(topic.partitions)} partitions already")
        if validate_only:
            return
        with _storage_errors_refused():
            folder = self._folder / name
            numbers = range(len(topic.partitions), partitions)
            added = [self._open_partition(folder, number, topic.overrides, trusted=True) for number in numbers]
            _write_facts(folder, partitions, topic.overrides)
            topic.partitions.extend(added)

    def logs(self) -> Iterable[PartitionLog]:
        """Every partition of every topic."""
        return (partition for topic in self for partition in topic.partitions)

    def close(self) -> None:
        """Force everything to the disk and let go of the files."""
        for log in self.logs():
            log.sync()
            log.close()

    def _open(self, folder: Path, *, trusted: bool) -> Topic:
        facts = json.loads((folder / "topic.json").read_text())
        config = facts["config"]
        numbers = range(facts["partitions"])
        partitions = [self._open_partition(folder, number, config, trusted=trusted) for number in numbers]
        return Topic(folder.name, config, partitions)

    def _open_partition(self, folder: Path, number: int, config: dict[str, str], *, trusted: bool) -> PartitionLog:
        return PartitionLog(folder / str(number), limits_of(config), fsync=self._fsync, trusted=trusted)


def check_name(name: str) -> None:
    """Hold a topic's name against Kafka's rule.

    Raises:
        Refused: INVALID_TOPIC.
    """
    if not isinstance(name, str) or name in {".", ".."} or not _LEGAL_NAME.fullmatch(name):
        raise Refused(Code.INVALID_TOPIC, "1 to 249 of the characters a-z A-Z 0-9 . _ - make a topic's name")


def _check_partitions(count: int) -> None:
    if not 1 <= count <= _MAX_PARTITIONS:
        raise Refused(Code.INVALID_PARTITIONS, f"a topic has 1 to {_MAX_PARTITIONS} partitions")


def _write_facts(folder: Path, partitions: int, overrides: Mapping[str, str]) -> None:
    draft = folder / "topic.json.new"
    with draft.open("w") as file:
        json.dump({"partitions": partitions, "config": dict(overrides)}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())  # an empty file after a power cut would keep the broker from starting
    draft.replace(folder / "topic.json")


@contextmanager
def _storage_errors_refused() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        _log.exception("cannot change the topics on disk")
        raise Refused(Code.KAFKA_STORAGE_ERROR, str(error)) from error
