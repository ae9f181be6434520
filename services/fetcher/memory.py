"""What the fetchers remember in Redis of sources and articles. Losing it costs requests, never an article."""

from collections.abc import Sequence

import msgspec
from redis.asyncio import Redis

SOURCE = "tocsin:source:"
SEEN = "tocsin:seen:"
TRIES = "tocsin:tries:"
# Longer than the longest pause between two polls, or a page that fails at each of them would be tried for ever.
TRIES_TTL_SECONDS = 8 * 86_400
# Some feeds keep an ETag while they change: every so often the body is asked for whatever the validators say.
UNCONDITIONAL_EVERY = 24


class SourceMemory(msgspec.Struct, frozen=True, kw_only=True):
    """A source's validators, byte for byte as the server gave them, and how its last polls went."""

    etag: str = ""
    last_modified: str = ""
    url: str = ""
    body_sha256: str = ""
    polls: int = 0
    failures: int = 0

    def conditions(self, url: str) -> dict[str, str]:
        """Request headers that ask for the feed only where it changed; none where the URL or the cycle says so."""
        if self.url != url or self.polls % UNCONDITIONAL_EVERY == 0:
            return {}
        headers = {"if-none-match": self.etag, "if-modified-since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


class Memory:
    """Reads and writes of that memory."""

    def __init__(self, redis: Redis, seen_days: float) -> None:
        self._redis, self._seen_seconds = redis, int(seen_days * 86_400)

    async def source(self, source_id: str) -> SourceMemory:
        """What is remembered of a source; a blank where nothing is."""
        raw = await self._redis.get(SOURCE + source_id)
        try:
            return msgspec.json.decode(raw, type=SourceMemory) if raw else SourceMemory()
        except msgspec.DecodeError:
            return SourceMemory()

    async def keep_source(self, source_id: str, memory: SourceMemory) -> None:
        """Remembers a source."""
        await self._redis.set(SOURCE + source_id, msgspec.json.encode(memory))

    async def unseen(self, article_ids: Sequence[str]) -> set[str]:
        """Which of these articles were not published yet, as far as the cache knows.

        The others are remembered anew: what a feed still shows must not come back as new when its time is up.
        """
        if not article_ids:
            return set()
        async with self._redis.pipeline(transaction=False) as pipe:
            for article_id in article_ids:
                pipe.getex(SEEN + article_id, ex=self._seen_seconds)
            known = await pipe.execute()
        return {article_id for article_id, mark in zip(article_ids, known, strict=True) if mark is None}

    async def mark_seen(self, article_id: str) -> None:
        """Remembers that the broker has confirmed this article."""
        await self._redis.set(SEEN + article_id, 1, ex=self._seen_seconds)

    async def count_try(self, article_id: str) -> int:
        """Counts a failed attempt at an article's page; returns how many there were so far."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.incr(TRIES + article_id)
            pipe.expire(TRIES + article_id, TRIES_TTL_SECONDS)
            count, _ = await pipe.execute()
        return int(count)
