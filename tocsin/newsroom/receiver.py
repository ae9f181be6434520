"""A local receiver of Standard Webhooks and Slack posts that records every delivery and can be told to misbehave."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

Kind: TypeAlias = Literal["webhook", "slack"]

MAX_BLOCKS = 50
MAX_MESSAGE_CHARS = 9_000
"""Slack rejects somewhere between 9,597 and 11,341 characters; a sender should stay below this."""
MAX_WEBHOOK_BYTES = 20_000
_MENTION = re.compile(r"<!(?:channel|here|everyone|subteam)|<@[UW]")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request as it came and what the receiver made of it. `status` is 0 when no answer was sent (a hang)."""

    kind: Kind
    name: str
    received_at: datetime
    headers: Mapping[str, str]
    body: bytes
    status: int
    verdict: str

    @property
    def accepted(self) -> bool:
        """True when the sender was told that it arrived."""
        return 200 <= self.status < 300

    @property
    def message_id(self) -> str | None:
        """The `webhook-id`, the same on every retry; None for Slack."""
        return self.headers.get("webhook-id")

    @property
    def payload(self) -> Any:
        """The JSON body, or None when it is not JSON."""
        return _parse_json(self.body)

    def as_json(self) -> str:
        """One line for a log of deliveries."""
        record = asdict(self) | {
            "received_at": self.received_at.isoformat(),
            "headers": dict(self.headers),
            "body": self.body.decode("utf-8", "replace"),
        }
        return json.dumps(record, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """What a receiver does instead of judging one request: answer `status`, or answer only after `hang_seconds`."""

    status: int = 500
    retry_after: str | None = None
    hang_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told, and why."""

    status: int
    verdict: str
    retry_after: str | None = None


class Receiver:
    """Records deliveries in order. Belongs to one event loop; the log, when given, is written before the answer."""

    def __init__(
        self,
        secrets: Mapping[str, str],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_delivery: Callable[[Delivery], None] | None = None,
        log_path: Path | None = None,
    ) -> None:
        self.deliveries: list[Delivery] = []
        self.changed = asyncio.Event()
        self.clock = clock
        self._webhooks = {name: Webhook(secret) for name, secret in secrets.items()}
        self._on_delivery = on_delivery
        self._log_path = log_path
        self._misbehaviours: dict[str, deque[Misbehaviour]] = {}
        self._hangs_ended = asyncio.Event()

    def fail_next(self, name: str, times: int = 1, *, status: int = 500, retry_after: str | None = None) -> None:
        """The next `times` requests to this name are answered with `status` (and Retry-After), unjudged."""
        self._queue(name).extend([Misbehaviour(status, retry_after)] * times)

    def hang_next(self, name: str, times: int = 1, *, seconds: float = 3_600.0) -> None:
        """The next `times` requests to this name wait `seconds`, then get 504."""
        self._queue(name).extend([Misbehaviour(504, hang_seconds=seconds)] * times)

    def end_hangs(self) -> None:
        """Let every waiting request, and those to come, get its 504 now: before a shutdown."""
        self._hangs_ended.set()

    def accepted(self, name: str) -> list[Delivery]:
        """Deliveries to this name that were answered with 2xx, repeats included."""
        return [delivery for delivery in self.deliveries if delivery.name == name and delivery.accepted]

    async def wait_until(self, satisfied: Callable[[Receiver], bool], timeout_seconds: float) -> None:
        """Return once `satisfied(self)`; asked again after every delivery. Raises TimeoutError."""
        async with asyncio.timeout(timeout_seconds):
            while not satisfied(self):
                self.changed.clear()
                await self.changed.wait()

    async def take(self, kind: Kind, name: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Judge one request, record it and give the answer."""
        received_at = self.clock()
        misbehaviour = self._next_misbehaviour(name)
        if misbehaviour is None:
            answer = self._judge(kind, name, headers, body)
        else:
            answer = await self._misbehave(misbehaviour, Delivery(kind, name, received_at, headers, body, 0, "hanging"))
        self._record(Delivery(kind, name, received_at, headers, body, answer.status, answer.verdict))
        return _response(kind, answer)

    async def _misbehave(self, misbehaviour: Misbehaviour, unanswered: Delivery) -> Answer:
        if misbehaviour.hang_seconds:
            self._record(unanswered)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hangs_ended.wait(), misbehaviour.hang_seconds)
        return Answer(misbehaviour.status, "told to fail", misbehaviour.retry_after)

    def _queue(self, name: str) -> deque[Misbehaviour]:
        return self._misbehaviours.setdefault(name, deque())

    def _next_misbehaviour(self, name: str) -> Misbehaviour | None:
        queue = self._queue(name)
        return queue.popleft() if queue else None

    def _judge(self, kind: Kind, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if kind == "slack":
            return judge_slack(body)
        webhook = self._webhooks.get(name)
        return Answer(404, "no such webhook") if webhook is None else judge_webhook(webhook, headers, body)

    def _record(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        if self._log_path is not None:
            with self._log_path.open("a", encoding="utf-8") as log:
                log.write(delivery.as_json() + "\n")
        if self._on_delivery is not None:
            self._on_delivery(delivery)
        self.changed.set()


def judge_webhook(webhook: Webhook, headers: Mapping[str, str], body: bytes) -> Answer:
    """Standard Webhooks: a body below 20 kB, a signature and a timestamp that verify, JSON inside."""
    if len(body) >= MAX_WEBHOOK_BYTES:
        return Answer(413, f"body of {len(body)} bytes")
    try:
        webhook.verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError, OverflowError) as error:  # it also trips over malformed headers
        return Answer(401, f"bad signature: {error}")
    return Answer(400, "not JSON") if _parse_json(body) is None else Answer(204, "accepted")


def judge_slack(body: bytes) -> Answer:
    """Slack's incoming webhook, as strict as it is known to be, with the error words that it answers in."""
    payload = _parse_json(body)
    if not isinstance(payload, dict):
        return Answer(400, "invalid_payload")
    blocks = payload.get("blocks", [])
    if not payload.get("text"):
        return Answer(400, "no_text")
    if not isinstance(blocks, list) or len(blocks) > MAX_BLOCKS:
        return Answer(400, "invalid_blocks: at most 50")
    try:
        _check_blocks(blocks)
    except (SlackObjectFormationError, TypeError, ValueError, KeyError) as error:
        return Answer(400, f"invalid_blocks: {error}")
    return _judge_texts(payload)


def _judge_texts(payload: dict[str, Any]) -> Answer:
    texts = list(_texts(payload))
    total = sum(map(len, texts))
    if total >= MAX_MESSAGE_CHARS:
        return Answer(400, f"msg_blocks_too_long: {total} characters")
    if any(_MENTION.search(text) for text in texts):
        return Answer(400, "a mention that would ring everyone")
    return Answer(200, "accepted")


def _check_blocks(blocks: list[Any]) -> None:
    parsed: Sequence[Block | None] = Block.parse_all(blocks)  # its own hint forgets the None for an unknown type
    for block in parsed:
        if block is None:
            raise ValueError("unknown block type")
        block.validate_json()


def _texts(value: Any) -> Iterator[str]:
    """Every string that stands under a `text` key, at any depth."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "text" and isinstance(item, str):
                yield item
            else:
                yield from _texts(item)


def create_app(receiver: Receiver) -> Starlette:
    """An ASGI app: POST `/hook/{name}` (Standard Webhooks) and `/slack/{name}` (incoming webhooks)."""

    async def hook(request: Request) -> Response:
        return await _take(receiver, "webhook", request)

    async def slack(request: Request) -> Response:
        return await _take(receiver, "slack", request)

    app = Starlette(
        routes=[Route("/hook/{name}", hook, methods=["POST"]), Route("/slack/{name}", slack, methods=["POST"])]
    )
    app.state.receiver = receiver
    return app


def demo_secret(seed: str) -> str:
    """A `whsec_` secret of 32 bytes made from `seed`: for the demo and for tests, never for anything else."""
    return "whsec_" + base64.b64encode(seed.encode().ljust(32, b".")[:32]).decode()


async def _take(receiver: Receiver, kind: Kind, request: Request) -> Response:
    return await receiver.take(kind, request.path_params["name"], dict(request.headers), await request.body())


def _response(kind: Kind, answer: Answer) -> Response:
    headers = {"Retry-After": answer.retry_after} if answer.retry_after is not None else None
    if answer.status == 204:
        return Response(status_code=204)
    text = "ok" if kind == "slack" and answer.status == 200 else answer.verdict
    return PlainTextResponse(text, answer.status, headers)


def _parse_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
