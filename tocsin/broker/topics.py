"""Topics on disk: `topics/<name>/topic.json` and one folder of segments a partition.

A topic appears and disappears by one rename from or to `scratch/`, which is emptied on start: there is no half-made
topic after a kill.
"""

import json
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tocsin.broker.disk import Disk, force_paths, replace_file
from tocsin.broker.errors import Code, Refused
from tocsin.broker.log import PartitionLog
from tocsin.broker.topic_config import check_config, limits_of

_LEGAL_NAME = re.compile(r"[a-zA-Z0-9._-]{1,249}")
_FACTS_FILE = "topic.json"
_MAX_PARTITIONS = 1_000
_MAX_PARTITIONS_IN_ALL = 10_000  # each takes a descriptor, and an entry in every answer about all topics


class DamagedTopic(Exception):
    """A topic's `topic.json` cannot be read: the message says how to mend it."""

    def __init__(self, path: Path, error: Exception) -> None:
        super().__init__(
            f"{path} is damaged ({error}): restore it from a backup, or write what the topic has, for example "
            '{"partitions": 1, "config": {}}; without its retention the default of seven days holds'
        )


class Topic:
    """A topic that is open: its partitions by number, and the configuration that differs from the default."""

    def __init__(self, name: str, overrides: dict[str, str], partitions: list[PartitionLog]) -> None:
        self.name = name
        self.overrides = overrides
        self.partitions = partitions


class Topics:
    """Every topic of one data folder."""

    def __init__(self, folder: Path, *, disk: Disk | None = None, trusted: bool = False) -> None:
        """Open all topics; `trusted` after a clean stop.

        Raises:
            OSError: the folder cannot be read or written.
            DamagedTopic: what a topic is has been overwritten; it is written by renaming alone.
        """
        self._folder = folder / "topics"
        self._scratch = folder / "scratch"
        self._disk = disk or Disk(folder)
        shutil.rmtree(self._scratch, ignore_errors=True)
        for needed in (self._folder, self._scratch):
            needed.mkdir(parents=True, exist_ok=True)
        found = sorted(path for path in self._folder.iterdir() if _LEGAL_NAME.fullmatch(path.name))
        self._topics = {path.name: self._open(path, trusted=trusted) for path in found}

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
        self._check_partitions(partitions, partitions)
        return check_config(config)

    def create(self, name: str, partitions: int, config: Mapping[str, str | None]) -> None:
        """Create a topic for good before returning.

        Raises:
            Refused: what `check_new` says, or KAFKA_STORAGE_ERROR.
        """
        overrides = self.check_new(name, partitions, config)
        draft, folder = self._scratch / uuid.uuid4().hex, self._folder / name
        with self._storage_errors_refused(), _removed_on_failure(draft, folder):
            self._draft(draft, partitions, overrides)
            draft.rename(folder)
            topic = self._open(folder, trusted=True)
            self._force_entries(folder, partitions)
        self._topics[name] = topic

    def _draft(self, draft: Path, partitions: int, overrides: Mapping[str, str]) -> None:
        for number in range(partitions):
            (draft / str(number)).mkdir(parents=True)
        _write_facts(draft, partitions, overrides)

    def delete(self, name: str) -> None:
        """Remove a topic with all its events.

        Raises:
            Refused: UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC, KAFKA_STORAGE_ERROR.
        """
        topic = self.get(name)
        doomed = self._scratch / uuid.uuid4().hex
        with self._storage_errors_refused():
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
        with self._storage_errors_refused():
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
        self._check_partitions(partitions, partitions - len(topic.partitions))
        if partitions <= len(topic.partitions):
            raise Refused(Code.INVALID_PARTITIONS, f"{name} has {len(topic.partitions)} partitions already")
        if validate_only:
            return
        with self._storage_errors_refused():
            folder, numbers = self._folder / name, range(len(topic.partitions), partitions)
            added = self._open_partitions(folder, numbers, topic.overrides, trusted=True)
            _write_facts(folder, partitions, topic.overrides)
            topic.partitions.extend(added)
            self._force_entries(folder, partitions)

    def logs(self) -> Iterable[PartitionLog]:
        """Every partition of every topic."""
        return (partition for topic in self for partition in topic.partitions)

    def close(self) -> None:
        """Force everything to the disk and let go of the files."""
        for log in self.logs():
            log.sync()
            log.close()

    def _open(self, folder: Path, *, trusted: bool) -> Topic:
        count, config = _read_facts(folder / _FACTS_FILE)
        return Topic(folder.name, config, self._open_partitions(folder, range(count), config, trusted=trusted))

    def _open_partitions(
        self, folder: Path, numbers: range, config: Mapping[str, str], *, trusted: bool
    ) -> list[PartitionLog]:
        """All of them or none."""
        limits, opened = limits_of(config), []
        with ExitStack() as failed:
            for number in numbers:
                log = PartitionLog(folder / str(number), limits, disk=self._disk, trusted=trusted)
                failed.callback(log.close)
                opened.append(log)
            failed.pop_all()
        return opened

    def _force_entries(self, folder: Path, partitions: int) -> None:
        if self._disk.fsync:
            force_paths((*(folder / str(number) for number in range(partitions)), folder, self._folder))

    def _check_partitions(self, count: int, more: int) -> None:
        if not 1 <= count <= _MAX_PARTITIONS:
            raise Refused(Code.INVALID_PARTITIONS, f"a topic has 1 to {_MAX_PARTITIONS} partitions")
        if sum(1 for _ in self.logs()) + more > _MAX_PARTITIONS_IN_ALL:
            raise Refused(
                Code.INVALID_PARTITIONS, f"all topics have at most {_MAX_PARTITIONS_IN_ALL} partitions together"
            )

    @contextmanager
    def _storage_errors_refused(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._disk.refused(self._folder, error)
            raise Refused(Code.KAFKA_STORAGE_ERROR, str(error)) from error
        self._disk.took(self._folder)


def check_name(name: str) -> None:
    """Hold a topic's name against Kafka's rule.

    Raises:
        Refused: INVALID_TOPIC.
    """
    if not isinstance(name, str) or name in {".", ".."} or not _LEGAL_NAME.fullmatch(name):
        raise Refused(Code.INVALID_TOPIC, "1 to 249 of the characters a-z A-Z 0-9 . _ - make a topic's name")


@contextmanager
def _removed_on_failure(*folders: Path) -> Iterator[None]:
    """A topic that could not be opened must not be in the way of the next attempt."""
    try:
        yield
    except OSError:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _write_facts(folder: Path, partitions: int, overrides: Mapping[str, str]) -> None:
    facts = {"partitions": partitions, "config": dict(overrides)}
    replace_file(folder / _FACTS_FILE, json.dumps(facts, indent=1))


def _read_facts(path: Path) -> tuple[int, dict[str, str]]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        return _checked_facts(facts["partitions"], facts["config"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, FileNotFoundError, Refused) as error:
        raise DamagedTopic(path, error) from error


def _checked_facts(partitions: object, config: Mapping[str, str]) -> tuple[int, dict[str, str]]:
    if not isinstance(partitions, int) or not 1 <= partitions <= _MAX_PARTITIONS:
        raise ValueError(f"a topic has 1 to {_MAX_PARTITIONS} partitions")
    return partitions, check_config(config)
