"""A Faust worker for tests to kill: `python faust_worker.py BOOTSTRAP TOPIC GROUP FOLDER`.

Works as Tocsin's own workers do: raw bytes, `concurrency=1`, batches by `stream.take`. Writes every event to
FOLDER/events.<pid> and its partitions to FOLDER/partitions.<pid> whenever they change.
"""

import os
import sys
from pathlib import Path

import faust

bootstrap, topic_name, group, folder = sys.argv[1:]
events = Path(folder, f"events.{os.getpid()}")
partitions = Path(folder, f"partitions.{os.getpid()}")

app = faust.App(
    group,
    broker=f"aiokafka://{bootstrap}",
    value_serializer="raw",
    key_serializer="raw",
    consumer_auto_offset_reset="earliest",
    consumer_metadata_max_age_ms=2_000,  # a leader that joined before it knew the topic learns of it, and shares it out
    broker_session_timeout=2.0,
    broker_heartbeat_interval=0.3,
    broker_rebalance_timeout=10.0,
    broker_request_timeout=15.0,
    broker_commit_interval=0.2,
    stream_wait_empty=True,
    topic_disable_leader=True,
    topic_replication_factor=1,
    web_enabled=False,
    datadir=folder,
)
topic = app.topic(topic_name, value_type=bytes, value_serializer="raw")


@app.agent(topic, concurrency=1)
async def keep(stream: faust.StreamT[bytes]) -> None:
    """Take note of every event before the batch is acknowledged."""
    async for batch in stream.take(20, within=0.05):
        with events.open("ab") as file:
            file.write(b"".join(value + b"\n" for value in batch))


@app.on_partitions_assigned.connect
async def announce(sender: object, assigned: set[object], **_: object) -> None:
    """Say which partitions this worker has."""
    mine = sorted(part.partition for part in assigned if part.topic == topic_name)  # type: ignore[attr-defined]
    partitions.write_text(" ".join(map(str, mine)))


if __name__ == "__main__":
    sys.argv[1:] = ["worker", "--loglevel=warn", "--without-web"]
    app.main()
