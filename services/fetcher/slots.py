"""Host slots: spacing between requests to one registrable host, over all fetchers, through Redis."""

import asyncio
from urllib.parse import urlsplit

import tldextract
from redis.asyncio import Redis

from shared.http.egress import EgressGuard

SLOT = "tocsin:slot:"

# The suffix list that comes with the package; it is never fetched.
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def registrable_host(url: str) -> str:
    """The host whose owner a request bothers: ``example.co.uk`` for ``feeds.example.co.uk``, or the bare address."""
    host = urlsplit(url).hostname or ""
    return _suffixes(host).top_domain_under_public_suffix or host


class HostSlots:
    """One slot a host: whoever takes it waits first until it is free."""

    def __init__(self, redis: Redis, guard: EgressGuard, spacing_seconds: float) -> None:
        self._redis, self._guard, self._spacing = redis, guard, spacing_seconds

    async def take(self, url: str) -> None:
        """Returns when a request to this URL's host may start. Hosts on the egress allow-list never wait."""
        if not self._spacing or await self._guard.is_exempt(urlsplit(url).hostname or ""):
            return
        key = SLOT + registrable_host(url)
        while not await self._redis.set(key, 1, nx=True, px=int(self._spacing * 1000)):
            left = await self._redis.pttl(key)
            await asyncio.sleep(max(left, 10) / 1000)

    async def close_for(self, url: str, seconds: float) -> None:
        """Keeps everybody from this URL's host for a while: it asked us to slow down."""
        await self._redis.set(SLOT + registrable_host(url), 1, px=max(1, int(seconds * 1000)))
