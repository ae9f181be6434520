"""The due queue: which source is due, shared by any number of fetchers through Redis.

A fetcher that takes a source leases it: its due time moves ahead by the lease, so that a fetcher which dies is
replaced when the lease runs out. Losing the queue costs one early poll of every source.
"""

from collections.abc import Iterable, Mapping

from redis.asyncio import Redis

DUE = "tocsin:due"
EDITED = "tocsin:edited:"
EDITED_TTL_SECONDS = 3600
# Renewed three times over while a poll lasts; what a killed fetcher was at waits so long for the next one.
LEASE_SECONDS = 15.0

_CLAIM = """
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, id in ipairs(ids) do redis.call('ZADD', KEYS[1], 'XX', ARGV[1] + ARGV[2], id) end
return ids
"""


class DueQueue:
    """Source ids by due time (unix seconds)."""

    def __init__(self, redis: Redis, lease_seconds: float = LEASE_SECONDS) -> None:
        self._redis, self.lease_seconds = redis, lease_seconds
        self._claim = redis.register_script(_CLAIM)

    async def add_missing(self, ids: Iterable[str], now: float) -> None:
        """Makes sources due that the queue does not hold; the others keep their time."""
        members = dict.fromkeys(ids, now)
        if members:
            await self._redis.zadd(DUE, members, nx=True)

    async def remove_others(self, ids: Iterable[str]) -> None:
        """Forgets sources that are not among these."""
        members: list[bytes] = await self._redis.zrange(DUE, 0, -1)  # type: ignore[assignment]
        stale = {member.decode() for member in members} - set(ids)
        if stale:
            await self._redis.zrem(DUE, *stale)

    async def make_due(self, source_id: str, version: int, now: float) -> None:
        """Makes an edited source due at once; only the first fetcher to say so of this version is heard."""
        if await self._redis.set(f"{EDITED}{source_id}:{version}", 1, nx=True, ex=EDITED_TTL_SECONDS):
            await self._redis.zadd(DUE, {source_id: now})

    async def claim(self, now: float, most: int) -> list[str]:
        """Up to ``most`` sources that are due, leased to the caller."""
        return [member.decode() for member in await self._claim(keys=[DUE], args=[now, self.lease_seconds, most])]

    async def hasten(self, dues: Mapping[str, float]) -> None:
        """Brings sources forward whose due time lies beyond the one given here."""
        if dues:
            await self._redis.zadd(DUE, dict(dues), xx=True, lt=True)

    async def put(self, source_id: str, due: float) -> None:
        """Sets when a source is due: ahead to keep a lease alive, or at its next poll. Unknown sources stay unknown."""
        await self._redis.zadd(DUE, {source_id: due}, xx=True)
