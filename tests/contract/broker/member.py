"""A group member for tests to kill: `python member.py BOOTSTRAP TOPIC GROUP`. Prints its partitions as they change."""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition


class _Announce(ConsumerRebalanceListener):  # type: ignore[misc]
    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        pass

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        print("assigned", *sorted(partition.partition for partition in assigned), flush=True)


async def _main(bootstrap: str, topic: str, group: str) -> None:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        session_timeout_ms=2_000,
        heartbeat_interval_ms=200,
        rebalance_timeout_ms=10_000,
        retry_backoff_ms=50,
    )
    consumer.subscribe([topic], listener=_Announce())
    await consumer.start()
    while True:
        await consumer.getmany(timeout_ms=500)


asyncio.run(_main(*sys.argv[1:]))
