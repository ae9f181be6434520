"""Topics and their configuration."""

from collections.abc import Callable

import pytest
from aiokafka.admin import NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from tests.contract.broker.clients import admin_of, consumer_of, create_topic, eventually, first, produce
from tests.stack.brokers import Broker

Name = Callable[[str], str]


async def test_a_topic_is_created_once_and_deleted(broker: Broker, unique_name: Name) -> None:
    topic = await create_topic(broker, unique_name("topic"), partitions=3)
    await produce(broker, topic, [b"event"])
    async with admin_of(broker) as admin:
        assert (await admin.create_topics([NewTopic(topic, 3, 1)])).topic_errors[0][1] == 36
        assert topic in await admin.list_topics()
        assert len((await admin.describe_topics([topic]))[0]["partitions"]) == 3

        assert (await admin.delete_topics([topic])).topic_error_codes[0][1] == 0

        async def is_gone() -> bool:
            return topic not in await admin.list_topics()

        await eventually(is_gone)
        assert (await admin.delete_topics([topic])).topic_error_codes[0][1] == 3

    await create_topic(broker, topic)
    async with consumer_of(broker) as consumer:
        assert await consumer.end_offsets([first(topic)]) == {first(topic): 0}


@pytest.mark.parametrize(
    ("name", "partitions", "replicas", "config", "code"),
    [
        ("a b", 1, 1, {}, 17),
        ("..", 1, 1, {}, 17),
        ("x" * 250, 1, 1, {}, 17),
        ("", 1, 1, {}, 17),
        ("contract.refused", 0, 1, {}, 37),
        ("contract.refused", 1, 3, {}, 38),
        ("contract.refused", 1, 1, {"retention.ms": "soon"}, 40),
        ("contract.refused", 1, 1, {"no.such.key": "1"}, 40),
    ],
)
async def test_what_makes_no_topic_is_refused(
    broker: Broker, name: str, partitions: int, replicas: int, config: dict[str, str], code: int
) -> None:
    async with admin_of(broker) as admin:
        answer = await admin.create_topics([NewTopic(name, partitions, replicas, topic_configs=config)])
        assert answer.topic_errors[0][1] == code
        assert name not in await admin.list_topics()


async def test_a_dry_run_creates_nothing(broker: Broker, unique_name: Name) -> None:
    topic = unique_name("topic")
    async with admin_of(broker) as admin:
        answer = await admin.create_topics([NewTopic(topic, 1, 1)], validate_only=True)
        assert answer.topic_errors[0][1] == 0
        assert topic not in await admin.list_topics()


async def test_configuration_is_described_and_altered(broker: Broker, unique_name: Name) -> None:
    topic = await create_topic(broker, unique_name("topic"), retention_ms=-1, max_message_bytes=900_000)

    async def config() -> dict[str, str]:
        answer = (await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)]))[0]
        assert answer.resources[0][0] == 0
        return {row[0]: row[1] for row in answer.resources[0][4]}

    async with admin_of(broker) as admin:
        before = await config()
        assert (before["retention.ms"], before["max.message.bytes"]) == ("-1", "900000")
        assert (before["cleanup.policy"], before["retention.bytes"]) == ("delete", "-1")

        change = {"retention.ms": "1000", "segment.bytes": "2097152"}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=change)])

        async def is_changed() -> bool:
            after = await config()
            return (after["retention.ms"], after["segment.bytes"]) == ("1000", "2097152")

        await eventually(is_changed)
        assert (await config())["max.message.bytes"] == "1048588"


async def test_configuration_of_an_unknown_topic(broker: Broker, unique_name: Name) -> None:
    async with admin_of(broker) as admin:
        resource = ConfigResource(ConfigResourceType.TOPIC, unique_name("unknown"))
        assert (await admin.describe_configs([resource]))[0].resources[0][0] == 3


async def test_partitions_are_added(broker: Broker, unique_name: Name) -> None:
    topic = await create_topic(broker, unique_name("topic"))
    async with admin_of(broker) as admin:
        await admin.create_partitions({topic: NewPartitions(3)})

        async def has_three() -> bool:
            return len((await admin.describe_topics([topic]))[0]["partitions"]) == 3

        await eventually(has_three)


async def test_the_cluster_is_one_node_at_the_address_that_was_used(broker: Broker) -> None:
    async with admin_of(broker) as admin:
        cluster = await admin.describe_cluster()
    [node] = cluster["brokers"]
    assert f"{node['host']}:{node['port']}" == broker.bootstrap
    assert cluster["controller_id"] == node["node_id"]
    assert cluster["cluster_id"]
