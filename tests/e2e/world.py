"""A small world for end-to-end tests: a site, a receiver, a configuration directory and the local stack."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.e2e.standstills import Standstills
from tocsin.demo.newsstand import HOST, serving
from tocsin.newsroom.receiver import Delivery, Receiver, create_app, demo_secret
from tocsin.stack.local import LocalStack, StackOptions
from tocsin.stack.ports import free_port
from tocsin.stack.programs import SERVICES

DESK = "desk"
WITHOUT_CONSOLE = tuple(name for name in SERVICES if name != "console")


@dataclass(slots=True)
class Site:
    """Pages and a feed that lists them; ``served`` says when a page was first fetched."""

    url: str
    pages: dict[str, bytes] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    feed: bytes | None = None
    served: dict[str, float] = field(default_factory=dict)

    def publish(self, path: str, title: str, page: bytes) -> str:
        """Adds a page to site and feed; returns its address."""
        self.pages[path], self.titles[path] = page, title
        return self.url + path

    def publish_text(self, path: str, title: str, *paragraphs: str) -> str:
        """Adds a plain page of these paragraphs."""
        body = "".join(f"<p>{p}</p>" for p in paragraphs)
        html = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article></body></html>"
        return self.publish(path, title, html.encode())

    def app(self) -> Starlette:
        """The site as an ASGI app."""

        async def feed(_: Request) -> Response:
            return Response(self.feed or self._rss(), media_type="application/rss+xml")

        async def page(request: Request) -> Response:
            path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            if path not in self.pages:
                return Response(status_code=404)
            self.served.setdefault(path, time.time())
            return Response(self.pages[path], media_type="text/html; charset=utf-8")

        return Starlette(routes=[Route("/feed.xml", feed), Route("/{path:path}", page)])

    def _rss(self) -> bytes:
        items = "".join(
            f"<item><title><![CDATA[{self.titles[path]}]]></title><link>{self.url}{path}</link></item>"
            for path in self.pages
        )
        return f'<rss version="2.0"><channel><title>Site</title>{items}</channel></rss>'.encode()


@dataclass
class World:
    """Enter it to have site and receiver served and the stack running with what ``configure`` wrote."""

    folder: Path
    kafka: str = ""
    services: tuple[str, ...] = WITHOUT_CONSOLE
    site: Site = field(init=False)
    receiver: Receiver = field(init=False)
    stack: LocalStack = field(init=False)
    arrived_at: dict[str, float] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    standstills: Standstills = field(default_factory=Standstills)

    def __post_init__(self) -> None:
        self.site_port, self.receiver_port = free_port(), free_port()
        self.site = Site(f"http://{HOST}:{self.site_port}")
        self.config = self.folder / "config"
        self.config.mkdir(parents=True)
        self.write("tocsin.yaml", {"egress": {"allow": ["127.0.0.0/8"]}})
        self.write("sources.yaml", {"sources": [self.source("site", f"{self.site.url}/feed.xml")]})
        self.write("receivers.yaml", {"receivers": [self.desk()]})

    def source(self, source_id: str, url: str) -> dict[str, Any]:
        """A source polled every second."""
        return {"id": source_id, "url": url, "interval_seconds": 1}

    def desk(self, **changes: Any) -> dict[str, Any]:
        """The webhook receiver."""
        url = f"http://{HOST}:{self.receiver_port}/hook/{DESK}"
        return {"id": DESK, "type": "webhook", "url": url, "secret": demo_secret(DESK), **changes}

    def write(self, name: str, value: object) -> None:
        """Writes a configuration file."""
        text = value if isinstance(value, str) else yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
        (self.config / name).write_text(text, encoding="utf-8")

    def watch(self, *watches: dict[str, Any]) -> None:
        """Writes watches.yaml."""
        self.write("watches.yaml", {"watches": [{"notify": [DESK], **w} for w in watches]})

    def _heard(self, delivery: Delivery) -> None:
        if delivery.accepted and delivery.message_id:
            self.arrived_at.setdefault(delivery.message_id, time.time())

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["World"]:
        """Everything is up inside the block."""
        self.receiver = Receiver(secrets={DESK: demo_secret(DESK)}, on_delivery=self._heard)
        options = StackOptions(self.config, self.folder / "data", self.kafka, services=self.services)
        site, receiver = (self.site.app(), self.site_port), (create_app(self.receiver), self.receiver_port)
        async with self.standstills.noted(), serving(*site), serving(*receiver):
            self.stack = LocalStack(options, lambda _: None, self.notices.append)
            try:
                await self.stack.start()
                yield self
            finally:
                self.receiver.end_hangs()
                await self.stack.stop()

    # ------------------------------------------------------------ what came of it

    def payloads(self) -> list[dict[str, Any]]:
        """The accepted webhooks' bodies, in order."""
        return [d.payload for d in self.receiver.deliveries if d.accepted and d.kind != "slack"]

    def pairs(self) -> list[tuple[str, str]]:
        """(page, watch) of each accepted webhook."""
        return [(self.path_of(p), p["data"]["watch"]["id"]) for p in self.payloads()]

    def path_of(self, payload: dict[str, Any]) -> str:
        """The page that a webhook speaks of."""
        return unquote(payload["data"]["report"]["url"].removeprefix(self.site.url))

    def log(self, service: str) -> list[dict[str, Any]]:
        """A service's log lines."""
        path = self.folder / "data" / "logs" / f"{service}.log"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [json.loads(line) for line in lines if line.startswith("{")]

    def published(self, file: str) -> int:
        """How often the configuration process published changes of a file."""
        told = [line for line in self.log("config") if line.get("event") == "config_published"]
        return sum(line["file"] == file for line in told)

    async def until(self, condition: Callable[[], bool], seconds: float = 30.0, what: str = "") -> None:
        """Returns once the condition holds; fails after the deadline."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds:g} s: {what}; heard {self.pairs()}; {self.notices}")
            await asyncio.sleep(0.02)
