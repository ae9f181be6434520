"""Notifiers: one attempt at telling one receiver. They judge answers alike, by one table."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import httpx
import msgspec
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from services.alerter.dispatch.attempt import Attempt, Verdict
from services.alerter.dispatch.secrets import SecretMissingError, Secrets
from services.alerter.dispatch.slack_message import slack_message
from services.alerter.dispatch.webhook_body import webhook_body
from shared.config.receivers import Receiver
from shared.events import NotificationRequested
from shared.http.egress import EgressRefusedError
from shared.http.retry_after import retry_after_seconds
from shared.times import Clock

MOST_DRAINED_BYTES = 4096
DRAIN_SECONDS = 1.0
_NEVER_SENT = (
    EgressRefusedError,
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
    UnicodeError,
)
_NOT_ANSWERED = (TimeoutError, httpx.HTTPError)


class Notifier(Protocol):
    """One kind of receiver."""

    async def send(self, receiver: Receiver, request: NotificationRequested) -> Attempt:
        """One attempt. Never raises for what the receiver does."""
        ...


def judge(status: int, headers: Mapping[str, str], final: Mapping[int, Verdict], now: datetime) -> Attempt:
    """An answer's verdict: only 2xx is success, ``final`` says which failures are, all else is tried again."""
    if 200 <= status < 300:
        return Attempt(Verdict.DELIVERED, status)
    verdict = final.get(status, Verdict.AGAIN)
    return Attempt(verdict, status, f"HTTP {status}", retry_after_seconds(headers.get("retry-after"), now))


class _Progress:
    """Follows a request: httpcore tells what it begins."""

    has_begun_to_send = False

    async def __call__(self, event: str, _: Mapping[str, Any]) -> None:
        """httpcore's trace."""
        if event.endswith("send_request_headers.started"):
            self.has_begun_to_send = True


class _Poster:
    """Posts, and tells what is known where no answer comes."""

    def __init__(self, http: httpx.AsyncClient, now: Clock, *, repeatable: bool) -> None:
        self._http, self._now, self._repeatable = http, now, repeatable

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], timeout_seconds: float, final: Mapping[int, Verdict]
    ) -> Attempt:
        attempt: Attempt | None = None
        progress = _Progress()
        posting = self._http.stream(
            "POST",
            url,
            content=body,
            headers=headers,
            follow_redirects=False,
            # Connecting and TLS each have their share, so that the deadline seldom ends either of them half way.
            timeout=httpx.Timeout(timeout_seconds, connect=timeout_seconds / 3),
            extensions={"trace": progress},
        )
        try:
            async with asyncio.timeout(timeout_seconds) as deadline, posting as answer:
                attempt = judge(answer.status_code, answer.headers, final, self._now())
                deadline.reschedule(asyncio.get_running_loop().time() + DRAIN_SECONDS)
                await _drain(answer)
        except (*_NEVER_SENT, *_NOT_ANSWERED) as error:
            # What follows an answer does not undo it.
            return attempt or self._unanswered(error, sent=progress.has_begun_to_send)
        return attempt

    def _unanswered(self, error: Exception, *, sent: bool) -> Attempt:
        if isinstance(error, (httpx.InvalidURL, UnicodeError)):
            return Attempt(Verdict.AGAIN, error=f"the address cannot be used: {type(error).__name__}")
        if isinstance(error, _NEVER_SENT) or (isinstance(error, TimeoutError) and not sent):
            return Attempt(Verdict.AGAIN, error=_shown(error))
        # The id makes a repeat harmless where the receiver knows it; where not, it may be heard twice.
        verdict = Verdict.AGAIN if self._repeatable else Verdict.UNKNOWN
        return Attempt(verdict, error=f"no answer: {_shown(error)}")


async def _drain(answer: httpx.Response) -> None:
    """Reads a short body, for the connection's further use; a long one must not fill memory."""
    length = "0" if answer.status_code == 204 else answer.headers.get("content-length", "")
    if length.isdecimal() and int(length) <= MOST_DRAINED_BYTES:
        await answer.aread()


def _shown(error: Exception) -> str:
    return str(error) if isinstance(error, EgressRefusedError) else f"{type(error).__name__}: {error}".rstrip(": ")


class WebhookNotifier:
    """Standard Webhooks: signed, one id on every attempt."""

    final: Mapping[int, Verdict] = {410: Verdict.GONE}

    def __init__(self, http: httpx.AsyncClient, secrets: Secrets, console_url: str, now: Clock) -> None:
        self._poster, self._secrets = _Poster(http, now, repeatable=True), secrets
        self._console_url, self._now = console_url, now

    async def send(self, receiver: Receiver, request: NotificationRequested) -> Attempt:
        """Posts the alert's body."""
        body = webhook_body(request.alert, self._console_url)
        try:
            url = self._secrets.resolve(receiver.url).get_secret_value()
            headers = self._headers(receiver, request.notification_id, body)
        except SecretMissingError as error:
            return Attempt(Verdict.AGAIN, error=str(error))
        except (EmptyWebhookSecretError, ValueError):
            return Attempt(Verdict.AGAIN, error="the receiver's secret is not 'whsec_' and base64")
        return await self._poster.post(url, body, headers, receiver.timeout_seconds, self.final)

    def _headers(self, receiver: Receiver, notification_id: str, body: bytes) -> dict[str, str]:
        now = self._now()
        headers = {
            "content-type": "application/json",
            "webhook-id": notification_id,
            "webhook-timestamp": str(int(now.timestamp())),
        }
        if receiver.secret is not None:
            secret = self._secrets.resolve(receiver.secret).get_secret_value()
            headers["webhook-signature"] = Webhook(secret).sign(notification_id, now, body.decode())
        return headers


class SlackNotifier:
    """A Slack incoming webhook. It has no idempotency key, so a lost answer leaves the send unknown."""

    # Slack's words for them: invalid_payload; action_prohibited; no_service, channel_not_found; channel_is_archived.
    final: Mapping[int, Verdict] = {400: Verdict.NEVER, 403: Verdict.NEVER, 404: Verdict.GONE, 410: Verdict.GONE}

    def __init__(self, http: httpx.AsyncClient, secrets: Secrets, console_url: str, now: Clock) -> None:
        self._poster, self._secrets = _Poster(http, now, repeatable=False), secrets
        self._console_url = console_url

    async def send(self, receiver: Receiver, request: NotificationRequested) -> Attempt:
        """Posts the alert's message."""
        payload: dict[str, Any] = slack_message(request.alert, self._console_url)
        try:
            url = self._secrets.resolve(receiver.url).get_secret_value()
        except SecretMissingError as error:
            return Attempt(Verdict.AGAIN, error=str(error))
        headers = {"content-type": "application/json"}
        return await self._poster.post(url, msgspec.json.encode(payload), headers, receiver.timeout_seconds, self.final)
