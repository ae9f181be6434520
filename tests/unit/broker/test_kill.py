"""SIGKILL of the broker under load: what was acknowledged is there, once and in order."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from tests.contract.broker.clients import consumer_of, create_topic, eventually, first, producer_of, read
from tests.stack.brokers import EmbeddedKafka
from tests.unit.broker.running import running

_ROUNDS = 5


class _Forcing(EmbeddedKafka):
    more_options = ("--fsync",)


@pytest.fixture(params=[EmbeddedKafka, _Forcing])
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EmbeddedKafka]:
    """That no other test uses."""
    async with running(request.param(tmp_path)) as broker:
        yield broker


async def test_everything_acknowledged_survives_five_kills(broker: EmbeddedKafka) -> None:
    topic = await create_topic(broker, "t", segment_bytes=1_048_576)
    acknowledged: list[bytes] = []
    async with producer_of(broker, enable_idempotence=True, retry_backoff_ms=20) as producer:
        sending = asyncio.create_task(_send(producer, topic, acknowledged))
        for _ in range(_ROUNDS):
            before = len(acknowledged)
            await eventually(lambda before=before: _longer(acknowledged, before + 400))
            await asyncio.to_thread(broker.kill)
            await asyncio.to_thread(broker.restart)
        before = len(acknowledged)
        await eventually(lambda: _longer(acknowledged, before + 100))
        sending.cancel()
        await asyncio.wait([sending])

    async with consumer_of(broker, topic) as consumer:
        end = (await consumer.end_offsets([first(topic)]))[first(topic)]
        records = await read(consumer, end)
    assert [record.offset for record in records] == list(range(end))
    stored = [record.value for record in records]
    assert stored == sorted(set(stored)), "once and in order"
    assert set(acknowledged) <= set(stored)
    assert (broker.data / "broker" / "topics" / "t" / "0").glob("*.index"), "over several segments"


async def test_a_tail_torn_while_the_broker_was_down_is_cut(broker: EmbeddedKafka) -> None:
    topic = await create_topic(broker, "t")
    async with producer_of(broker) as producer:
        for number in range(20):
            await producer.send_and_wait(topic, b"%04d" % number * 200)
    await asyncio.to_thread(broker.kill)
    [path] = (broker.data / "broker" / "topics" / "t" / "0").glob("*.log")
    whole = path.read_bytes()
    with path.open("ab") as file:
        file.write(whole[: len(whole) // 20 // 2])  # the next batch, half written
    with (broker.data / "broker" / "offsets.journal").open("ab") as file:
        file.write(b'0badc0de ["commit","g"')

    await asyncio.to_thread(broker.restart)
    assert path.stat().st_size == len(whole)
    async with producer_of(broker) as producer:
        assert (await producer.send_and_wait(topic, b"after")).offset == 20
    async with consumer_of(broker, topic) as consumer:
        assert [record.value[:4] for record in await read(consumer, 21)][-2:] == [b"0019", b"afte"]


async def test_a_damaged_topic_file_is_named_with_its_remedy(broker: EmbeddedKafka) -> None:
    await create_topic(broker, "t")
    await asyncio.to_thread(broker.kill)
    facts = broker.data / "broker" / "topics" / "t" / "topic.json"
    whole = facts.read_text()
    facts.write_text(whole[: len(whole) // 2])
    with pytest.raises(RuntimeError, match=r"cannot start: .*topic\.json is damaged .*restore it") as refused:
        await asyncio.to_thread(broker.restart)
    assert "Traceback" not in str(refused.value)
    facts.write_text(whole)
    await asyncio.to_thread(broker.restart)


async def _send(producer: AIOKafkaProducer, topic: str, acknowledged: list[bytes]) -> None:
    number = 0
    while True:
        values = [b"%08d" % (number + at) * 100 for at in range(20)]
        number += 20
        await asyncio.gather(*[await producer.send(topic, value, partition=0) for value in values])
        acknowledged += values


async def _longer(items: list[bytes], length: int) -> bool:
    return len(items) > length
