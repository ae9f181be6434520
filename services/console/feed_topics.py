"""Reading the topics into the model: one consumer in no group, from where each topic begins to matter."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from services.console.read_model import DeadHeader, GroupedHeader, ReadModel
from shared import codec, events, kafka, log, metrics, topics
from shared.events import Event
from shared.kafka import DependencyDownError
from shared.status_server import Health
from shared.tasks import until_first_ends
from shared.times import Clock
from shared.topics import DEAD_SUFFIX, TOPICS

POLL_MS = 100
BATCH_RECORDS = 500
LINK_CHECK_SECONDS = 3.0
LINK_TIMEOUT_SECONDS = 5.0
# Holds the last poll of each source but of one that is gone (410), which is asked once a week.
POLLED_SINCE = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Followed:
    """A topic that is read: as which event, and how far back (None: from its first offset)."""

    topic: str
    event_type: type[Event]
    reach: timedelta | None = None


def followed_topics(grouped_reach: timedelta) -> tuple[Followed, ...]:
    """Everything that the console reads."""
    dead = (Followed(name, DeadHeader) for name in TOPICS if name.endswith(DEAD_SUFFIX))
    return (
        Followed(topics.SOURCES_CHANGED.name, events.ConfigChanged),
        Followed(topics.RECEIVERS_CHANGED.name, events.ConfigChanged),
        Followed(topics.WATCHES_CHANGED.name, events.ConfigChanged),
        Followed(topics.SILENCES_CHANGED.name, events.ConfigChanged),
        Followed(topics.NAMES_CHANGED.name, events.ConfigChanged),
        Followed(topics.SOURCES_POLLED.name, events.SourcePolled, POLLED_SINCE),
        Followed(topics.REPORTS_GROUPED.name, GroupedHeader, grouped_reach),
        Followed(topics.ALERTS_RAISED.name, events.AlertRaised),
        Followed(topics.ALERTS_CHANGED.name, events.AlertChanged),
        Followed(topics.NOTIFICATIONS_SENT.name, events.NotificationSent),
        *dead,
    )


class Feed:
    """Keeps the model in step with the topics for as long as it runs."""

    def __init__(self, bootstrap: str, model: ReadModel, health: Health, grouped_reach: timedelta, now: Clock) -> None:
        self._bootstrap, self._model, self._health, self._now = bootstrap, model, health, now
        self._followed = {item.topic: item for item in followed_topics(grouped_reach)}
        self._log = log.get("tocsin.console")

    async def run(self) -> None:
        """Reads for ever. Raises DependencyDownError where Kafka does not answer at the start or a topic is missing."""
        reader = kafka.consumer(self._bootstrap)
        try:
            await reader.start()
            partitions = [tp for topic in self._followed for tp in await kafka.partitions_of(reader, topic)]
            reader.assign(partitions)
            await until_first_ends(self._watch_link(reader, partitions), self._read(reader, partitions))
        except KafkaError as error:
            raise DependencyDownError(f"reading topics: {error!r}") from error
        finally:
            await reader.stop()

    async def _read(self, reader: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> None:
        ends = await reader.end_offsets(partitions)
        await self._seek(reader, partitions)
        behind = set(partitions)
        while True:
            if not self._model.caught_up:
                behind = {tp for tp in behind if await reader.position(tp) < ends[tp]}
                self._note_progress(behind)
            batches = await reader.getmany(timeout_ms=POLL_MS, max_records=BATCH_RECORDS)
            for records in batches.values():
                self._apply(records)
            await asyncio.sleep(0)  # getmany does not yield while records lie ready

    def _note_progress(self, behind: set[TopicPartition]) -> None:
        if behind:
            self._health.detail = f"reading {', '.join(sorted({tp.topic for tp in behind}))}"
            return
        self._model.set_caught_up()
        self._health.set_ready(f"{self._model.count_alerts()} alerts")
        self._log.info("console_ready", alerts=self._model.count_alerts(), stories=len(self._model.stories))

    async def _seek(self, reader: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> None:
        await reader.seek_to_beginning(*partitions)
        moments = {tp: _milliseconds(self._now() - reach) for tp in partitions if (reach := self._reach(tp))}
        for tp, found in (await reader.offsets_for_times(moments)).items():
            if found is None:
                await reader.seek_to_end(tp)
            else:
                reader.seek(tp, found.offset)

    def _reach(self, partition: TopicPartition) -> timedelta | None:
        return self._followed[partition.topic].reach

    def _apply(self, records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            try:
                event = codec.decode(record.value, self._followed[record.topic].event_type)
            except codec.UndecodableError as error:
                self._log.error("console_undecodable", topic=record.topic, offset=record.offset, error=str(error))
                continue
            self._model.apply(record.topic, event)
        metrics.CONSOLE_EVENTS.labels(records[0].topic).inc(len(records))

    async def _watch_link(self, reader: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> None:
        """Tells the model when Kafka falls silent: the consumer itself would wait for it without a word."""
        while True:
            await asyncio.sleep(LINK_CHECK_SECONDS)
            try:
                await asyncio.wait_for(reader.end_offsets(partitions), LINK_TIMEOUT_SECONDS)
            except (TimeoutError, KafkaError) as error:
                if self._model.link_lost_at is None:
                    self._log.warning("kafka_silent", error=repr(error))
                self._set_link(self._model.link_lost_at or self._now())
            else:
                self._set_link(None)

    def _set_link(self, lost_at: datetime | None) -> None:
        self._model.set_link(lost_at)
        if lost_at is not None:
            self._health.ready, self._health.detail = False, "Kafka does not answer"
        elif self._model.caught_up:
            self._health.set_ready(f"{self._model.count_alerts()} alerts")


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
