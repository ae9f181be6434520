"""Commands run beside a stack, as a user would."""

import asyncio
import os
import sys

from tests.e2e.world import World


async def tocsin(world: World, *arguments: str, code: int = 0) -> list[str]:
    """Runs ``tocsin`` against the world's broker; its lines. Fails where it ends with another code."""
    environment = {**os.environ, "TOCSIN_KAFKA": world.stack.kafka}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tocsin", *arguments, stdout=asyncio.subprocess.PIPE, env=environment
    )
    out, _ = await process.communicate()
    assert process.returncode == code, out.decode()
    return out.decode().splitlines()
