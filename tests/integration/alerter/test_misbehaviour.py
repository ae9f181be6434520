"""Receivers that misbehave on real sockets: what each attempt comes to, and that nobody else is held up."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest

from services.alerter.dispatch.attempt import Verdict
from services.alerter.dispatch.notifiers import Notifier, SlackNotifier, WebhookNotifier
from services.alerter.dispatch.secrets import Secrets
from shared.config.receivers import Receiver
from shared.http.client import client
from shared.http.egress import EgressGuard
from shared.times import utc_now
from tests.contract.broker.clients import eventually
from tests.integration.alerter import hooks
from tests.integration.alerter.hooks import Hook, Misbehave
from tests.integration.alerter.world import World
from tests.unit.alerter.samples import request

AGAIN, DELIVERED, GONE, NEVER, UNKNOWN = Verdict.AGAIN, Verdict.DELIVERED, Verdict.GONE, Verdict.NEVER, Verdict.UNKNOWN

# What a receiver does: what a webhook makes of it, what Slack makes of it.
MISBEHAVIOUR: list[tuple[str | Misbehave | None, Verdict, Verdict]] = [
    (hooks.hang, AGAIN, UNKNOWN),
    (hooks.late, AGAIN, UNKNOWN),
    (hooks.close, AGAIN, UNKNOWN),
    (hooks.reset, AGAIN, UNKNOWN),
    (hooks.garbage, AGAIN, UNKNOWN),
    (hooks.drip_head, AGAIN, UNKNOWN),
    (hooks.endless_head, AGAIN, UNKNOWN),
    (hooks.endless_body, DELIVERED, DELIVERED),
    (hooks.drip_body, DELIVERED, DELIVERED),
    (hooks.body_cut_off, DELIVERED, DELIVERED),
    ("302 Found\r\nlocation: http://127.0.0.1:1/", AGAIN, AGAIN),
    ("308 Permanent Redirect\r\nlocation: http://127.0.0.1:1/", AGAIN, AGAIN),
    ("429 Too Many Requests\r\nretry-after: 7", AGAIN, AGAIN),
    ("502 Bad Gateway", AGAIN, AGAIN),
    ("504 Gateway Timeout", AGAIN, AGAIN),
    ("400 Bad Request", AGAIN, NEVER),
    ("410 Gone", GONE, GONE),
]
UNREACHABLE = {
    "refused": "http://127.0.0.1:1/hook",
    "no such host": "http://no-such-host.invalid/hook",
    "a TLS handshake without end": "https://127.0.0.1:{port}/hook",
    "inside": "http://10.255.255.1/hook",
}


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client(EgressGuard([ip_network("127.0.0.0/8")]), "test") as made:
        yield made


def notifier(kind: str, http: httpx.AsyncClient) -> Notifier:
    make = WebhookNotifier if kind == "webhook" else SlackNotifier
    return make(http, Secrets(None), "", utc_now)


def receiver(kind: str, url: str) -> Receiver:
    return Receiver.model_validate({"id": "desk", "type": kind, "url": url, "timeout_seconds": 1})


@pytest.mark.parametrize("kind", ["webhook", "slack"])
@pytest.mark.parametrize(("does", "webhook", "slack"), MISBEHAVIOUR)
async def test_each_misbehaviour_has_its_verdict(
    http: httpx.AsyncClient, kind: str, does: str | Misbehave | None, webhook: Verdict, slack: Verdict
) -> None:
    async with Hook(usually=does).listening() as hook:
        began = time.monotonic()
        attempt = await notifier(kind, http).send(receiver(kind, hook.url), request())
        assert attempt.verdict is (webhook if kind == "webhook" else slack)
        assert time.monotonic() - began < 10
        assert len(hook.posts) == 1
        assert attempt.error or attempt.verdict is DELIVERED


@pytest.mark.parametrize("kind", ["webhook", "slack"])
@pytest.mark.parametrize("where", UNREACHABLE)
async def test_what_was_never_sent_is_never_ambiguous(http: httpx.AsyncClient, kind: str, where: str) -> None:
    async with Hook().listening() as hook:
        url = UNREACHABLE[where].format(port=hook.port)
        attempt = await notifier(kind, http).send(receiver(kind, url), request())
        assert attempt.verdict is AGAIN
        assert attempt.error
        assert not hook.posts


@pytest.mark.parametrize("kind", ["webhook", "slack"])
async def test_a_server_without_tls(http: httpx.AsyncClient, kind: str) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read()
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        attempt = await notifier(kind, http).send(receiver(kind, url), request())
    assert attempt.verdict is AGAIN
    assert "SSL" in attempt.error


async def test_no_receiver_holds_up_another(bootstrap: str, unique_name: Callable[[str], str], tmp_path: Path) -> None:
    does = [hooks.hang, hooks.reset, hooks.drip_head, hooks.endless_body, "500 Oops", "429 No\r\nretry-after: 3600"]
    worlds = [World(bootstrap, unique_name("bad"), tmp_path) for _ in does]
    for world, what in zip(worlds, does, strict=True):
        world.hook.usually = what
    good = World(bootstrap, unique_name("good"), tmp_path)
    async with AsyncExitStack() as stack:
        for world in (*worlds, good):
            await stack.enter_async_context(world.hook.listening())
            await world.define(timeout_seconds=5, per_second=1000)
            await world.request(*map(str, range(30)))
        async with good.dispatching():

            async def delivered() -> bool:
                return (await good.outcomes()).count("delivered") == 30

            await eventually(delivered, 20)
            for world in (*worlds, good):
                await world.define()
    at = [record.sent_at for record in await good.sent()]
    assert (max(at) - min(at)).total_seconds() < 4  # less than one that hangs takes
