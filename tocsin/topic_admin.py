"""Creating topics: the one table, on any broker."""

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from shared.kafka import DependencyDownError
from shared.topics import TOPICS, Topic, partitions_of

DEFAULT_PARTITIONS = 4


async def create_topics(bootstrap: str, partitions: int = DEFAULT_PARTITIONS, replication: int = 1) -> list[str]:
    """Creates the topics that are missing, and returns their names. Repeating it does nothing."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        existing = set(await admin.list_topics())
        missing = [topic for topic in TOPICS.values() if topic.name not in existing]
        if missing:
            response = await admin.create_topics([_new_topic(topic, partitions, replication) for topic in missing])
            _check(response)
        return [topic.name for topic in missing]
    except KafkaError as error:
        raise DependencyDownError(f"Kafka at {bootstrap}: {error}") from error
    finally:
        await admin.close()


def _new_topic(topic: Topic, partitions: int, replication: int) -> NewTopic:
    configs = {
        "cleanup.policy": "delete",
        "retention.ms": str(topic.retention_ms),
        "max.message.bytes": str(topic.max_event_bytes + 10_000),
    }
    return NewTopic(topic.name, partitions_of(topic, partitions), replication, topic_configs=configs)


def _check(response: object) -> None:
    for name, code, *_ in response.topic_errors:  # type: ignore[attr-defined]
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise DependencyDownError(f"topic {name}: {error.__name__}")
