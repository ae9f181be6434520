"""The dispatcher on a real broker and real sockets: what each receiver does to it, and what comes of it."""

import asyncio
import base64
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from standardwebhooks.webhooks import Webhook

from services.alerter.dispatch import attempt, breaker
from shared import kafka
from shared.delivery import Output
from shared.events import NotificationSent
from shared.times import utc_now
from shared.topics import NOTIFICATIONS_REQUESTED, NOTIFICATIONS_SENT
from tests.contract.broker.clients import eventually
from tests.integration.alerter.hooks import Hook
from tests.integration.alerter.world import World
from tests.stack.process import Process
from tests.unit.alerter.samples import revised

Name = Callable[[str], str]
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
_KILLED = Path(__file__).with_name("killed_step.py")
_ROOT = str(Path(__file__).parents[3])


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt, "RETRY_PAUSES", (0.1,) * 9)
    monkeypatch.setattr(breaker, "FIRST_REST_SECONDS", 0.3)


async def test_a_receiver_that_is_down_gets_all_of_it_once_it_is_up(world: World) -> None:
    async with world.hook.listening():
        pass  # now it has a port where nobody listens
    await world.define(secret=SECRET)
    requests = await world.request("a", "b", "c", "d", "e")
    async with world.dispatching():

        async def failed() -> bool:
            return len(await world.outcomes()) >= 4

        await eventually(failed, 15)
        assert set(await world.outcomes()) == {"retrying"}
        async with world.hook.listening():

            async def delivered() -> bool:
                return (await world.outcomes()).count("delivered") == 5

            await eventually(delivered, 15)
    assert sorted(world.hook.ids) == sorted(request.notification_id for request in requests)


async def test_gone_closes_the_receiver_until_it_is_configured_anew(world: World) -> None:
    world.hook.answers = ["410 Gone"]
    async with world.hook.listening():
        await world.define(per_second=1000)
        async with world.dispatching():
            await world.request("a")
            await world.until("failed")
            await world.request("b")
            await asyncio.sleep(0.5)
        async with world.dispatching():  # a restart opens nothing
            await world.request("c")
            await asyncio.sleep(0.5)
            assert len(world.hook.posts) == 1
            await world.define(per_second=900)
            await world.until("failed", "delivered", "delivered")
    assert (await world.sent())[0].closed_version == 1
    assert len(world.hook.posts) == 3


async def test_a_newer_revision_replaces_one_that_waits_and_outlives_a_restart(world: World) -> None:
    world.hook.answers = ["503 Service Unavailable\r\nretry-after: 2"]
    async with world.hook.listening():
        await world.define(per_second=1000)
        (first,) = await world.request("a")
        async with world.dispatching():
            await world.until("retrying")
            second = revised(first, 2)
            await world.publish(Output(NOTIFICATIONS_REQUESTED, world.id, second))
            await world.until("retrying", "superseded")
        await world.publish(Output(NOTIFICATIONS_REQUESTED, world.id, first))  # a late replay
        async with world.dispatching():
            await world.until("retrying", "superseded", "delivered")
            await world.publish(Output(NOTIFICATIONS_REQUESTED, world.id, first))
            await world.request("b")
            await world.until("retrying", "superseded", "delivered", "delivered")
    assert world.hook.ids[:2] == [first.notification_id, second.notification_id]


async def test_a_resend_goes_out_once_under_the_same_id(world: World) -> None:
    world.hook.answers = ["410 Gone"]
    async with world.hook.listening():
        await world.define(per_second=1000)
        (asked,) = await world.request("a")
        async with world.dispatching():
            await world.until("failed")
            await world.define(per_second=900)
            again = msgspec.structs.replace(asked, resend=1, requested_at=utc_now())
            await world.publish(*[Output(NOTIFICATIONS_REQUESTED, world.id, again)] * 2)
            await world.until("failed", "delivered")
        async with world.dispatching():
            await world.publish(Output(NOTIFICATIONS_REQUESTED, world.id, again))
            await world.request("b")
            await world.until("failed", "delivered", "delivered")
    assert world.hook.ids[:2] == [asked.notification_id] * 2
    assert len(world.hook.posts) == 3


async def test_retry_after_is_obeyed(world: World) -> None:
    world.hook.answers = ["429 Too Many Requests\r\nretry-after: 3"]
    async with world.hook.listening():
        await world.define(per_second=1000)
        (asked,) = await world.request("a")
        async with world.dispatching():
            await world.until("retrying")
            await world.request("b")
            await asyncio.sleep(0.4)
            assert len(world.hook.posts) == 1
            await world.until("retrying", "delivered", "delivered")
    first, *later = await world.sent()
    assert first.status == 429
    assert all(record.sent_at - first.sent_at >= timedelta(seconds=3) for record in later)
    assert world.hook.ids.count(asked.notification_id) == 2


async def test_a_redirect_is_a_failure_and_is_not_followed(world: World) -> None:
    async with Hook().listening() as elsewhere, world.hook.listening():
        world.hook.answers = [f"307 Temporary Redirect\r\nlocation: {elsewhere.url}"]
        await world.define(secret=SECRET)
        await world.request("a")
        async with world.dispatching():
            await world.until("retrying", "delivered")
    assert not elsewhere.posts
    assert [record.status for record in await world.sent()] == [307, 204]


@pytest.mark.parametrize(
    ("kind", "outcomes"), [("webhook", ["retrying"]), ("slack", ["sending", "unknown", "sending"])]
)
async def test_no_answer_in_time(world: World, kind: str, outcomes: list[str]) -> None:
    world.hook.answers = [None]
    async with world.hook.listening():
        (world.config / "url").write_text(world.hook.url)
        url = world.hook.url if kind == "webhook" else {"file": "url"}
        await world.define(type=kind, url=url, timeout_seconds=1, per_second=1000)
        await world.request("a")
        async with world.dispatching():
            await world.until(*outcomes, "delivered")
    assert len(world.hook.posts) == 2
    assert "no answer: TimeoutError" in (await world.sent())[-2 if kind == "webhook" else -3].error


async def test_an_address_inside_is_refused(world: World) -> None:
    await world.define(url="http://10.255.255.1/hook")
    await world.request("a")
    async with world.dispatching():

        async def refused() -> bool:
            return bool(await world.outcomes())

        await eventually(refused, 15)
    assert "10.255.255.1: neither public nor listed" in (await world.sent())[0].error


@pytest.mark.parametrize("how", ["env", "file", "config", "none"])
async def test_secrets_come_from_environment_file_and_config(
    world: World, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_DISPATCH_SECRET", SECRET)
    (world.config / "secret.txt").write_text(SECRET + "\n")
    receivers = {"receivers": [{"id": world.id, "secret": SECRET}]}
    (world.config / "receivers.yaml").write_text(json.dumps(receivers))
    references = {
        "env": {"env": "TEST_DISPATCH_SECRET"},
        "file": {"file": "secret.txt"},
        "config": {"config": f"receivers/{world.id}/secret"},
        "none": None,
    }
    async with world.hook.listening():
        await world.define(secret=references[how])
        await world.request("a")
        async with world.dispatching():
            await world.until("delivered")
    _, headers, body = world.hook.posts[0]
    assert ("webhook-signature" in headers) is (how != "none")
    if how != "none":
        Webhook(SECRET).verify(body, headers)
    async for record in kafka.read_all(world.bootstrap, NOTIFICATIONS_SENT.name):
        assert SECRET.encode() not in record.value


async def test_a_restart_sends_nothing_again_and_goes_on_with_what_is_pending(world: World) -> None:
    world.hook.answers = ["204 No Content", "503 Service Unavailable\r\nretry-after: 2"]
    async with world.hook.listening():
        await world.define(per_second=1000)
        first, second = await world.request("a", "b")
        async with world.dispatching():
            await world.until("delivered", "retrying")
        async with world.dispatching():
            await world.until("delivered", "retrying", "delivered")
        _, refused, sent = await world.sent()
        assert sent.sent_at - refused.sent_at >= timedelta(seconds=2)
        async with world.dispatching():
            await world.request("c")
            await world.until("delivered", "retrying", "delivered", "delivered")
    assert world.hook.ids[:3] == [first.notification_id, second.notification_id, second.notification_id]
    assert len(world.hook.posts) == 4


async def test_a_slack_send_of_unknown_end_is_listed_as_such_and_repeated(world: World) -> None:
    async with world.hook.listening():
        (world.config / "url").write_text(world.hook.url)
        await world.define(type="slack", url={"file": "url"})
        (asked,) = await world.request("a")
        begun = NotificationSent(
            notification_id=asked.notification_id, receiver_id=world.id, alert_id=asked.alert.alert_id, revision=1,
            outcome="sending", attempt=1, sent_at=utc_now(),
        )  # fmt: skip
        await world.publish(Output(NOTIFICATIONS_SENT, world.id, begun))  # of a dispatcher that was killed
        async with world.dispatching():
            await world.until("sending", "unknown", "sending", "delivered")
    assert [record.attempt for record in await world.sent()] == [1, 1, 2, 2]
    assert len(world.hook.posts) == 1


async def test_a_kill_between_the_post_and_its_record_repeats_the_same_id(world: World) -> None:
    environment = {
        "PYTHONPATH": _ROOT, "TOCSIN_KAFKA": world.bootstrap, "TOCSIN_CONFIG": str(world.config),
        "TOCSIN_LOG_LEVEL": "warning", "TOCSIN_EGRESS": '{"allow": ["127.0.0.0/8"]}',
    }  # fmt: skip
    doomed = Process(world.config / "doomed.log")
    command = [sys.executable, _KILLED, "dispatch", NOTIFICATIONS_SENT.name, "delivered"]
    async with world.hook.listening():
        await world.define(secret=SECRET)
        (asked,) = await world.request("a")
        await asyncio.to_thread(doomed.start, command, is_ready=lambda: True, env=environment)

        async def dead() -> bool:
            return not doomed.is_running

        try:
            await eventually(dead, 20)
        finally:
            await asyncio.to_thread(doomed.kill)
        assert len(world.hook.posts) == 1, doomed.output()
        async with world.dispatching():
            await world.until("delivered")
    assert world.hook.ids == [asked.notification_id] * 2
    first, second = (body for _, _, body in world.hook.posts)
    assert first == second
