"""The receiver verifies signatures, checks Slack's limits, records what came, and misbehaves when told."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from tocsin.newsroom.receiver import Delivery, Receiver, create_app, demo_secret

SECRET = demo_secret("desk")
BODY = json.dumps({"type": "alert.raised", "data": {"alert_id": "a1"}})


@pytest.fixture
def seen() -> list[Delivery]:
    return []


@pytest.fixture
async def receiver(seen: list[Delivery], tmp_path: Path) -> Receiver:
    return Receiver({"desk": SECRET}, on_delivery=seen.append, log_path=tmp_path / "deliveries.jsonl")


@pytest.fixture
async def client(receiver: Receiver) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(receiver)), base_url="http://r.test"
    ) as client:
        yield client


def signed(body: str = BODY, *, secret: str = SECRET, message_id: str = "msg_1", age: timedelta = timedelta()):
    moment = datetime.now(UTC) - age
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, moment, body),
    }


def section(text: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


async def test_a_signed_webhook_is_accepted_and_recorded(client, receiver, seen, tmp_path):
    response = await client.post("/hook/desk", content=BODY, headers=signed())
    assert response.status_code == 204
    (delivery,) = receiver.accepted("desk")
    assert delivery.message_id == "msg_1"
    assert delivery.payload["data"]["alert_id"] == "a1"
    assert seen == [delivery]
    (line,) = (tmp_path / "deliveries.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["verdict"] == "accepted"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(secret=demo_secret("another")),
        signed(body="{}"),
        signed(age=timedelta(minutes=10)),
        signed() | {"webhook-signature": "nonsense"},
        signed() | {"webhook-timestamp": "9" * 30},
    ],
    ids=["none", "wrong secret", "other body", "too old", "malformed", "absurd time"],
)
async def test_a_bad_signature_is_401(client, receiver, headers):
    response = await client.post("/hook/desk", content=BODY, headers=headers)
    assert response.status_code == 401
    assert receiver.deliveries[0].verdict.startswith("bad signature")
    assert receiver.accepted("desk") == []


async def test_other_faults_of_a_webhook_are_told_apart(client):
    large = "x" * 20_000
    assert (await client.post("/hook/nobody", content=BODY, headers=signed())).status_code == 404
    assert (await client.post("/hook/desk", content=large, headers=signed(large))).status_code == 413
    assert (await client.post("/hook/desk", content="not json", headers=signed("not json"))).status_code == 400


async def test_a_proper_slack_message_is_answered_ok(client, receiver):
    message = {"text": "HIGH Deir ez-Zor", "blocks": [section("four dead"), {"type": "divider"}]}
    response = await client.post("/slack/desk", json=message)
    assert (response.status_code, response.text) == (200, "ok")
    assert receiver.accepted("desk")[0].payload == message


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("not an object", "invalid_payload"),
        ({"blocks": [section("a")]}, "no_text"),
        ({"text": "a", "blocks": [section("a")] * 51}, "invalid_blocks"),
        ({"text": "a", "blocks": "b"}, "invalid_blocks"),
        ({"text": "a", "blocks": [{"type": "unheard-of"}]}, "invalid_blocks"),
        ({"text": "a", "blocks": [section("x" * 3_001)]}, "invalid_blocks"),
        ({"text": "a", "blocks": [section("x" * 2_900)] * 4}, "msg_blocks_too_long"),
        ({"text": "a", "blocks": [section("hello <!channel>")]}, "a mention"),
        ({"text": "<@U123> look"}, "a mention"),
    ],
)
async def test_slack_refuses_what_slack_would_refuse(client, message, error):
    response = await client.post("/slack/desk", json=message)
    assert response.status_code == 400
    assert response.text.startswith(error)


async def test_failures_are_given_as_told_and_then_stop(client, receiver):
    receiver.fail_next("desk", 2, status=429, retry_after="3")
    answers = [await client.post("/hook/desk", content=BODY, headers=signed()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 204]
    assert answers[0].headers["retry-after"] == "3"
    assert len({delivery.message_id for delivery in receiver.deliveries}) == 1
    assert len(receiver.accepted("desk")) == 1


async def test_a_hanging_request_is_recorded_before_it_is_answered(client, receiver):
    receiver.hang_next("desk")
    request = asyncio.create_task(client.post("/hook/desk", content=BODY, headers=signed()))
    await receiver.wait_until(lambda r: len(r.deliveries) == 1, timeout_seconds=5)
    assert receiver.deliveries[0].verdict == "hanging"
    assert not receiver.deliveries[0].accepted
    receiver.end_hangs()
    assert (await request).status_code == 504


async def test_waiting_ends_with_the_delivery_or_with_a_timeout(client, receiver):
    waiting = asyncio.create_task(receiver.wait_until(lambda r: len(r.accepted("desk")) == 2, timeout_seconds=5))
    for number in (1, 2):
        await client.post("/hook/desk", content=BODY, headers=signed(message_id=f"msg_{number}"))
    await waiting
    with pytest.raises(TimeoutError):
        await receiver.wait_until(lambda _r: False, timeout_seconds=0.01)
