"""The HTTP client that services use: guarded, bounded, with a total deadline."""

import asyncio
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from shared.http.egress import EgressGuard, GuardedBackend

MAX_REDIRECTS = 5
_GZIP_OR_ZLIB = 32  # zlib: tell either by its header


class HttpFailureError(Exception):
    """No answer could be had: connection, TLS, protocol or time. The message says which."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response with at most the allowed bytes of its body, decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    cut: bool = False


def client(
    guard: EgressGuard, user_agent: str, connect_seconds: float = 10, read_seconds: float = 20
) -> httpx.AsyncClient:
    """A client that ignores proxies of the environment and follows no redirect unless asked to."""
    transport = httpx.AsyncHTTPTransport(
        http2=True, limits=httpx.Limits(max_connections=200, max_keepalive_connections=50)
    )
    # httpx gives no way to hand the network down to httpcore; a test holds that this one is the one used.
    transport._pool._network_backend = GuardedBackend(guard)
    return httpx.AsyncClient(
        transport=transport,
        timeout=httpx.Timeout(read_seconds, connect=connect_seconds),
        # Only what _read unpacks with a bound: a decompressor without one lets 5 kB become gigabytes.
        headers={"user-agent": user_agent, "accept-encoding": "gzip"},
        max_redirects=MAX_REDIRECTS,
        trust_env=False,
    )


async def get(
    http: httpx.AsyncClient, url: str, *, headers: Mapping[str, str], max_body_bytes: int, deadline_seconds: float
) -> Answer:
    """GETs with redirects followed. Raises HttpFailureError, or EgressRefusedError where the guard says no."""
    try:
        async with (
            asyncio.timeout(deadline_seconds),
            http.stream("GET", url, headers=headers, follow_redirects=True) as answer,
        ):
            body, cut = await _read(answer, max_body_bytes)
            return Answer(answer.status_code, answer.headers, body, str(answer.url), cut)
    except TimeoutError as error:
        raise HttpFailureError(f"no complete answer within {deadline_seconds:g} s") from error
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise HttpFailureError(f"{type(error).__name__}: {error}") from error


async def _read(answer: httpx.Response, limit: int) -> tuple[bytes, bool]:
    unpack = _unpacker(answer.headers.get("content-encoding", "identity").strip().lower())
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += unpack(chunk, limit + 1 - len(body))
        if len(body) > limit:
            return bytes(body[:limit]), True
    return bytes(body), False


def _unpacker(encoding: str) -> Callable[[bytes, int], bytes]:
    """Unpacks chunk after chunk, each to a bound. Raises HttpFailureError for what was not asked for."""
    if encoding in ("", "identity"):
        return lambda chunk, most: chunk[:most]
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise HttpFailureError(f"content-encoding '{encoding[:50]}' was not asked for")
    inflater = zlib.decompressobj(zlib.MAX_WBITS | _GZIP_OR_ZLIB)

    def inflate(chunk: bytes, most: int) -> bytes:
        try:
            return inflater.decompress(chunk, most)
        except zlib.error as error:
            raise HttpFailureError(f"body that cannot be unpacked: {error}") from error

    return inflate
