"""``tocsin notification`` beside a running dispatcher: what did not arrive is listed, and sent again once."""

import asyncio
import json
import os
import sys

from tests.integration.alerter.world import World


async def tocsin(world: World, *arguments: str, code: int = 0) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tocsin", "notification", *arguments, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, env={**os.environ, "TOCSIN_KAFKA": world.bootstrap},
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode == code, err.decode()
    return (out if code == 0 else err).decode()


async def listed(world: World, *arguments: str) -> list[tuple[str, str]]:
    lines = (await tocsin(world, "list", "--receiver", world.id, "--json", *arguments)).splitlines()
    return [(row["id"], row["outcome"]) for row in map(json.loads, lines)]


async def test_what_failed_is_listed_and_sent_again_once(world: World) -> None:
    world.hook.answers = ["400 Bad Request", "200 OK"]
    async with world.hook.listening():
        (world.config / "url").write_text(world.hook.url)
        await world.define(type="slack", url={"file": "url"}, per_second=2)
        failed, fine = await world.request("a", "b")
        assert await listed(world) == [(failed.notification_id, "pending"), (fine.notification_id, "pending")]
        async with world.dispatching():
            await world.until("sending", "failed", "sending", "delivered")
        assert await listed(world) == [(failed.notification_id, "failed")]
        assert await listed(world, "--outcome", "delivered") == [(fine.notification_id, "delivered")]
        assert await listed(world, "--outcome", "ambiguous") == []
        shown = json.loads(await tocsin(world, "show", failed.notification_id))
        assert [record["outcome"] for record in shown["records"]] == ["sending", "failed"]
        assert shown["status"] == 400
        assert "is delivered" in await tocsin(world, "resend", fine.notification_id, code=1)
        assert "no notification has the id msg_x" in await tocsin(world, "resend", "msg_x", code=1)
        assert "asked for 1" in await tocsin(world, "resend", failed.notification_id)
        assert "is pending" in await tocsin(world, "resend", failed.notification_id, code=1)
        async with world.dispatching():
            await world.until("sending", "failed", "sending", "delivered", "sending", "delivered")
        assert await listed(world) == []
    assert len(world.hook.posts) == 3


async def test_a_list_without_sense_says_so(world: World) -> None:
    assert "choose one of pending" in await tocsin(world, "list", "--outcome", "lost", code=2)
    assert "--since" in await tocsin(world, "list", "--since", "soon", code=2)
    assert "name ids" in await tocsin(world, "resend", code=2)
    assert "asked for 0" in await tocsin(world, "resend", "--receiver", world.id)
