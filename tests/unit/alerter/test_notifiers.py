"""Both notifiers judge answers by one table; what is signed can be verified; no secret gets into a record."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from services.alerter.dispatch.attempt import Attempt, Verdict
from services.alerter.dispatch.notifiers import Notifier, SlackNotifier, WebhookNotifier
from services.alerter.dispatch.secrets import Secrets
from shared.config.receivers import Receiver
from shared.http.egress import EgressRefusedError
from tests.unit.alerter.samples import NOW, request

AGAIN, DELIVERED, GONE, NEVER, UNKNOWN = Verdict.AGAIN, Verdict.DELIVERED, Verdict.GONE, Verdict.NEVER, Verdict.UNKNOWN
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
SLACK_URL = "https://hooks.slack.com/services/T0/B0/verysecretpart"

# Answer: what a webhook makes of it, what Slack makes of it.
STATUSES = {
    200: (DELIVERED, DELIVERED),
    201: (DELIVERED, DELIVERED),
    204: (DELIVERED, DELIVERED),
    299: (DELIVERED, DELIVERED),
    301: (AGAIN, AGAIN),
    302: (AGAIN, AGAIN),
    304: (AGAIN, AGAIN),
    307: (AGAIN, AGAIN),
    400: (AGAIN, NEVER),
    401: (AGAIN, AGAIN),
    403: (AGAIN, NEVER),
    404: (AGAIN, GONE),
    408: (AGAIN, AGAIN),
    410: (GONE, GONE),
    429: (AGAIN, AGAIN),
    500: (AGAIN, AGAIN),
    502: (AGAIN, AGAIN),
    503: (AGAIN, AGAIN),
    504: (AGAIN, AGAIN),
}
FAILURES: dict[str, tuple[Exception, Verdict, Verdict]] = {
    "refused": (httpx.ConnectError("refused"), AGAIN, AGAIN),
    "connect timeout": (httpx.ConnectTimeout("slow"), AGAIN, AGAIN),
    "egress": (EgressRefusedError("10.0.0.1 is not public"), AGAIN, AGAIN),
    "read timeout": (httpx.ReadTimeout("slow"), AGAIN, UNKNOWN),
    "cut off": (httpx.RemoteProtocolError("closed"), AGAIN, UNKNOWN),
    "read": (httpx.ReadError("reset"), AGAIN, UNKNOWN),
    "deadline before anything was sent": (TimeoutError(), AGAIN, AGAIN),
    "no address": (httpx.InvalidURL("no host"), AGAIN, AGAIN),
    "name too long": (UnicodeError("label too long"), AGAIN, AGAIN),
}


class World:
    """The network: answers as it is told, and keeps what was posted."""

    def __init__(self) -> None:
        self.posted: list[httpx.Request] = []
        self.answer: Callable[[], httpx.Response] = lambda: httpx.Response(200)

    def __call__(self, posted: httpx.Request) -> httpx.Response:
        self.posted.append(posted)
        return self.answer()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(world)) as client:
        yield client


def webhook(http: httpx.AsyncClient, now: datetime = NOW) -> tuple[Notifier, Receiver]:
    receiver = Receiver.model_validate(
        {"id": "desk", "type": "webhook", "url": "https://desk.example/hook", "secret": SECRET}
    )
    return WebhookNotifier(http, Secrets(None), "", lambda: now), receiver


def slack(http: httpx.AsyncClient, now: datetime = NOW) -> tuple[Notifier, Receiver]:
    receiver = Receiver.model_validate({"id": "desk", "type": "slack", "url": SLACK_URL})
    return SlackNotifier(http, Secrets(None), "", lambda: now), receiver


KINDS = [pytest.param(0, webhook, id="webhook"), pytest.param(1, slack, id="slack")]
Make = Callable[[httpx.AsyncClient], tuple[Notifier, Receiver]]


@pytest.mark.parametrize(("column", "make"), KINDS)
@pytest.mark.parametrize("status", STATUSES)
async def test_every_status_is_judged_by_one_table(
    world: World, http: httpx.AsyncClient, column: int, make: Make, status: int
) -> None:
    headers = {"retry-after": "7", "location": "https://elsewhere.example/"}
    world.answer = lambda: httpx.Response(status, headers=headers)
    notifier, receiver = make(http)
    attempt = await notifier.send(receiver, request())
    assert (attempt.verdict, attempt.status) == (STATUSES[status][column], status)
    assert attempt.retry_after_seconds == (None if attempt.verdict is DELIVERED else 7)
    assert len(world.posted) == 1  # no redirect is followed


@pytest.mark.parametrize(("column", "make"), KINDS)
@pytest.mark.parametrize("failure", FAILURES)
async def test_no_answer_is_judged_by_whether_it_may_have_arrived(
    world: World, http: httpx.AsyncClient, column: int, make: Make, failure: str
) -> None:
    error, *verdicts = FAILURES[failure]

    def fail() -> httpx.Response:
        raise error

    world.answer = fail
    notifier, receiver = make(http)
    attempt = await notifier.send(receiver, request())
    assert attempt.verdict is verdicts[column]
    assert attempt.status is None
    assert attempt.error
    assert "verysecretpart" not in attempt.error


@pytest.mark.parametrize(("column", "make"), KINDS)
async def test_retry_after_may_be_a_date(world: World, http: httpx.AsyncClient, column: int, make: Make) -> None:
    when = (NOW + timedelta(seconds=90)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    world.answer = lambda: httpx.Response(429, headers={"retry-after": when})
    notifier, receiver = make(http)
    assert (await notifier.send(receiver, request())).retry_after_seconds == 90


@pytest.mark.parametrize(("column", "make"), KINDS)
async def test_a_body_without_end_does_not_undo_a_success(
    world: World, http: httpx.AsyncClient, column: int, make: Make
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    world.answer = lambda: httpx.Response(200, content=endless())
    notifier, receiver = make(http)
    assert (await notifier.send(receiver, request())) == Attempt(DELIVERED, 200)


@pytest.mark.parametrize(("column", "make"), KINDS)
async def test_a_short_body_that_breaks_off_does_not_undo_a_success(
    world: World, http: httpx.AsyncClient, column: int, make: Make
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"o"
        raise httpx.ReadError("reset")

    world.answer = lambda: httpx.Response(200, headers={"content-length": "2"}, content=broken())
    notifier, receiver = make(http)
    assert (await notifier.send(receiver, request())) == Attempt(DELIVERED, 200)


async def test_a_webhook_is_signed_and_its_id_is_that_of_the_notification(
    world: World, http: httpx.AsyncClient
) -> None:
    asked, now = request(), datetime.now(UTC)  # the judge looks at the real clock
    for attempt_at in (now, now + timedelta(seconds=30)):
        notifier, receiver = webhook(http, attempt_at)
        await notifier.send(receiver, asked)
    first, second = world.posted
    for posted in world.posted:
        body = Webhook(SECRET).verify(posted.content, dict(posted.headers))
        assert body["data"]["alert_id"] == asked.alert.alert_id
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == asked.notification_id
    assert "." not in first.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + base64.b64encode(b"another key of 24 bytes!").decode()).verify(
            first.content, dict(first.headers)
        )


async def test_a_webhook_without_secret_is_not_signed(world: World, http: httpx.AsyncClient) -> None:
    notifier, receiver = webhook(http)
    await notifier.send(receiver.model_copy(update={"secret": None}), request())
    assert "webhook-signature" not in world.posted[0].headers


@pytest.mark.parametrize("secret", ["whsec_", "whsec_====", "whsec_é", "", "no secret at all"])
async def test_a_secret_that_is_none_waits_for_a_better_one(
    http: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("TEST_HOOK_SECRET", secret)
    notifier, receiver = webhook(http)
    given = Receiver.model_validate(receiver.model_dump() | {"secret": {"env": "TEST_HOOK_SECRET"}})
    attempt = await notifier.send(given, request())
    assert attempt.verdict is AGAIN
    assert not world.posted
    assert not secret or secret == "whsec_" or secret not in attempt.error


@pytest.mark.parametrize(
    "text", ["", "receivers: 3", "receivers: [", "- a", "receivers:\n  - {id: desk}", "\ufeff\x00"]
)
@pytest.mark.parametrize(("column", "make"), KINDS)
async def test_a_broken_receivers_file_costs_a_turn_and_no_more(
    world: World, http: httpx.AsyncClient, tmp_path: Path, text: str, column: int, make: Make
) -> None:
    (tmp_path / "receivers.yaml").write_text(text, encoding="utf-8")
    notifier, receiver = make(http)
    field = "secret" if receiver.type == "webhook" else "url"
    given = Receiver.model_validate(
        receiver.model_dump(exclude_none=True) | {field: {"config": f"receivers/desk/{field}"}}
    )
    secrets = Secrets(tmp_path)
    notifier = type(notifier)(http, secrets, "", lambda: NOW)  # type: ignore[call-arg]
    attempt = await notifier.send(given, request())
    assert attempt.verdict is AGAIN
    assert "receivers.yaml" in attempt.error
    assert not world.posted


async def test_slack_is_posted_its_message(world: World, http: httpx.AsyncClient) -> None:
    notifier, receiver = slack(http)
    await notifier.send(receiver, request())
    assert str(world.posted[0].url) == SLACK_URL
    assert json.loads(world.posted[0].content)["blocks"]
