"""Notifiers: one attempt at telling one receiver. They judge answers alike, by one table."""

import asyncio
import contextlib
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
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Notifier(Protocol):
    """One kind of receiver."""

    async def send(self, receiver: Receiver, request: NotificationRequested) -> Attempt:
        """One attempt. Never raises for what the receiver does."""
        ...


def judge(status: int, headers: Mapping[str, str], never: frozenset[int], now: datetime) -> Attempt:
    """An answer's verdict: only 2xx is success, ``never`` are final, all else is tried again."""
    if 200 <= status < 300:
        return Attempt(Verdict.DELIVERED, status)
    verdict = Verdict.NEVER if status in never else Verdict.AGAIN
    return Attempt(verdict, status, f"HTTP {status}", retry_after_seconds(headers.get("retry-after"), now))


class _Poster:
    """Posts, and tells what is known where no answer comes."""

    def __init__(self, http: httpx.AsyncClient, now: Clock, *, repeatable: bool) -> None:
        self._http, self._now, self._repeatable = http, now, repeatable

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], timeout_seconds: float, never: frozenset[int]
    ) -> Attempt:
        try:
            async with (
                asyncio.timeout(timeout_seconds),
                self._http.stream("POST", url, content=body, headers=headers, follow_redirects=False) as answer,
            ):
                attempt = judge(answer.status_code, answer.headers, never, self._now())
                await _drain(answer)
                return attempt
        except EgressRefusedError as error:
            return Attempt(Verdict.AGAIN, error=str(error))
        except _NEVER_SENT as error:
            return Attempt(Verdict.AGAIN, error=_shown(error))
        except (httpx.InvalidURL, UnicodeError) as error:
            return Attempt(Verdict.AGAIN, error=f"the address cannot be used: {type(error).__name__}")
        except (TimeoutError, httpx.HTTPError) as error:
            # The id makes a repeat harmless where the receiver knows it; where not, it may be heard twice.
            verdict = Verdict.AGAIN if self._repeatable else Verdict.UNKNOWN
            return Attempt(verdict, error=f"no answer: {_shown(error)}")


async def _drain(answer: httpx.Response) -> None:
    """Reads a short body, for the connection's further use; a long one must neither fill memory nor undo a success."""
    length = "0" if answer.status_code == 204 else answer.headers.get("content-length", "")
    if length.isdecimal() and int(length) <= MOST_DRAINED_BYTES:
        with contextlib.suppress(httpx.HTTPError, TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await answer.aread()


def _shown(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


class WebhookNotifier:
    """Standard Webhooks: signed, one id on every attempt."""

    # 410: the receiver does not want to hear from us again.
    never = frozenset({410})

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
        return await self._poster.post(url, body, headers, receiver.timeout_seconds, self.never)

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

    # Slack's own words for "this will never work": invalid_payload, no_service, channel_is_archived and the like.
    never = frozenset({400, 403, 404, 410})

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
        return await self._poster.post(url, msgspec.json.encode(payload), headers, receiver.timeout_seconds, self.never)
