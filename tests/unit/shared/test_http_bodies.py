"""Bodies are unpacked to a bound: what is small on the wire must not become large in memory."""

import gzip
import tracemalloc
import zlib

import httpx
import pytest

from shared.http.client import HttpFailureError, get

LIMIT = 100_000
BOMB = gzip.compress(b"a" * 50_000_000)


async def _get(body: bytes, encoding: str | None, limit: int = LIMIT) -> tuple[bytes, bool]:
    headers = {"content-encoding": encoding} if encoding is not None else {}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=httpx.ByteStream(body)))
    async with httpx.AsyncClient(transport=transport) as http:
        answer = await get(http, "http://a.example/", headers={}, max_body_bytes=limit, deadline_seconds=5)
        return answer.body, answer.cut


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(b"hello", None), (b"hello", ""), (gzip.compress(b"hello"), "gzip"), (zlib.compress(b"hello"), " Deflate")],
)
async def test_plain_gzip_and_deflate_are_read(body: bytes, encoding: str | None) -> None:
    assert await _get(body, encoding) == (b"hello", False)


async def test_a_bomb_is_cut_and_takes_no_more_memory_than_its_limit_needs() -> None:
    tracemalloc.start()
    body, cut = await _get(BOMB, "gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(body), cut) == (LIMIT, True)
    assert peak < 5_000_000


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "nonsense"])
async def test_what_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(HttpFailureError, match="was not asked for"):
        await _get(BOMB, encoding)


async def test_a_broken_stream_is_a_failure() -> None:
    with pytest.raises(HttpFailureError, match="cannot be unpacked"):
        await _get(b"no gzip at all", "gzip")


async def test_a_body_of_just_the_limit_is_whole() -> None:
    assert await _get(b"x" * 10, None, limit=10) == (b"x" * 10, False)
    assert await _get(b"x" * 11, None, limit=10) == (b"x" * 10, True)
