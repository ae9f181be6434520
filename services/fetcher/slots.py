"""Host slots: spacing between requests to one registrable host, over all fetchers, through Redis."""

import asyncio
from urllib.parse import urlsplit

import tldextract
from redis.asyncio import Redis

from shared.http.egress import EgressGuard

SLOT = "tocsin:slot:"

# Who has to wait longer does so without holding up others: the host is asked again at a later poll.
MAX_WAIT_SECONDS = 120.0

# The suffix list that comes with the package; it is never fetched.
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def registrable_host(url: str) -> str:
    """The host whose owner a request bothers: ``example.co.uk`` for ``feeds.example.co.uk``, or the bare address."""
    host = urlsplit(url).hostname or ""
    return _suffixes(host).top_domain_under_public_suffix or host


class HostClosedError(Exception):
    """The host asked for a longer pause than a poll can wait; ``seconds`` are left of it."""

    def __init__(self, host: str, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"{host} asked for a pause, {seconds:.0f} s are left")


class HostSlots:
    """One slot a host: whoever takes it waits first until it is free."""

    def __init__(self, redis: Redis, guard: EgressGuard, spacing_seconds: float) -> None:
        self._redis, self._guard, self._spacing = redis, guard, spacing_seconds

    async def take(self, url: str) -> None:
        """Returns when a request to this URL's host may start. Hosts on the egress allow-list never wait.

        Raises HostClosedError.
        """
        if not self._spacing or await self._is_exempt(urlsplit(url).hostname or ""):
            return
        host = registrable_host(url)
        while not await self._redis.set(SLOT + host, 1, nx=True, px=max(1, int(self._spacing * 1000))):
            left = await self._redis.pttl(SLOT + host) / 1000
            if left > max(MAX_WAIT_SECONDS, self._spacing):
                raise HostClosedError(host, left)
            await asyncio.sleep(max(left, 0.01))

    async def _is_exempt(self, host: str) -> bool:
        try:
            return await self._guard.is_exempt(host)
        except UnicodeError:  # no host name ("a..b"); the request will say so
            return False

    async def close_for(self, url: str, seconds: float) -> None:
        """Keeps everybody from this URL's host for a while: it asked us to slow down. Never shortens a pause."""
        key = SLOT + registrable_host(url)
        left = await self._redis.pttl(key) / 1000
        await self._redis.set(key, 1, px=max(1, int(max(seconds, left) * 1000)))
