"""Reading and writing one kind of items on a broker, for as long as a command takes."""

import asyncio
import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from shared import kafka
from shared.config.history import Chronicle
from shared.config.kinds import BY_KEY, Kind
from shared.config_writer import Writer
from shared.events import ConfigChanged
from shared.follow import ConfigFollower
from shared.names import gazetteer
from shared.rebuild import decoded
from shared.times import utc_now

listed = functools.cache(gazetteer.load)


async def read(bootstrap: str, kind: Kind) -> Chronicle:
    """Everything that was ever said of these items. Raises DependencyDownError."""
    chronicle = Chronicle()
    async for change in decoded(kafka.read_all(bootstrap, kind.topic.name), ConfigChanged):
        chronicle.apply(change)
    return chronicle


async def read_beside(bootstrap: str, kind: Kind) -> dict[str, Chronicle]:
    """By key, what is in force of the kinds that this one's items are judged by. Raises DependencyDownError."""
    return {key: await read(bootstrap, BY_KEY[key]) for key in kind.judged_by}


@asynccontextmanager
async def writing(bootstrap: str, kind: Kind, folder: Path | None = None) -> AsyncIterator[tuple[Writer, Chronicle]]:
    """A writer, and the chronicle that it keeps in step with. ``folder``: where files lie that items name.

    Raises DependencyDownError.
    """
    chronicle = Chronicle()
    chronicles = {**await read_beside(bootstrap, kind), kind.key: chronicle}
    follower = ConfigFollower(bootstrap, kind.topic, history=chronicle)
    following, ready = asyncio.create_task(follower.run()), asyncio.create_task(follower.ready.wait())
    try:
        await asyncio.wait({following, ready}, return_when=asyncio.FIRST_COMPLETED)
        if following.done():
            following.result()
        async with kafka.running_producer(bootstrap) as producer:
            yield Writer(producer, chronicles, listed, utc_now, folder), chronicle
    finally:
        for task in (following, ready):
            task.cancel()
        await asyncio.gather(following, ready, return_exceptions=True)
