"""Due times in a real Redis."""

from redis.asyncio import Redis as RedisClient

from services.fetcher.due import DUE, DueQueue
from tests.stack.redis import Redis


async def test_sources_are_brought_forward_and_never_put_off(redis_server: Redis) -> None:
    async with RedisClient.from_url(redis_server.url) as redis:
        await redis.delete(DUE)
        due = DueQueue(redis)
        await due.add_missing(["far", "near"], now=0)
        await due.put("far", 9000)
        await due.put("near", 20)
        await due.hasten({"far": 50, "near": 50, "unknown": 50})
        assert await redis.zrange(DUE, 0, -1, withscores=True) == [(b"near", 20.0), (b"far", 50.0)]
        await redis.delete(DUE)
