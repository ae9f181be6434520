"""An hour without a receiver, 5,000 alerts: all arrive, in order and at its pace, and it is left in peace meanwhile.

Virtual time, and everything else real: what the dispatcher does in that hour, it does here in seconds.
"""

import asyncio
import itertools
import logging
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta

import msgspec
import pytest
import structlog

from services.alerter.dispatch.attempt import Attempt, Verdict
from shared.events import NotificationRequested
from tests.unit.alerter.dispatch_world import DELIVERED, HOOK, SLACK, Post, World
from tests.unit.alerter.samples import request, revised
from tests.unit.alerter.virtual_time import in_virtual_time, ticks

HOUR = 3600.0
ALERTS = 5_000
REFUSED, UNAVAILABLE = Attempt(Verdict.AGAIN, error="ConnectError"), Attempt(Verdict.AGAIN, 503, "HTTP 503")


@pytest.fixture(autouse=True)
def few_lines() -> Iterator[None]:
    """A line an attempt would be most of the work here."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    yield
    structlog.reset_defaults()


def alerts(count: int, world: World) -> list[NotificationRequested]:
    """Alerts raised now, one in ten with a second revision."""
    asked = []
    for number in range(count):
        first = msgspec.structs.replace(request("deir", f"story {number}"), requested_at=world.clock())
        asked += [first, revised(first, 2)] if number % 10 == 0 else [first]
    return asked


def delivered(world: World) -> list[Post]:
    """The posts that arrived, by the records: each once."""
    done = {record.notification_id for record in world.records if record.outcome == "delivered"}
    last = {post.request.notification_id: post for post in world.receivers.posts}
    return sorted((post for key, post in last.items() if key in done), key=lambda post: post.at)


def assert_in_order(posts: Sequence[Post]) -> None:
    """No alert's older revision comes after a newer one."""
    revisions = defaultdict(list)
    for post in posts:
        revisions[post.request.alert.alert_id].append(post.request.alert.revision)
    assert all(found == sorted(found) for found in revisions.values())


def assert_pace(posts: Sequence[Post], per_second: float) -> None:
    """Never two starts closer than the receiver allows."""
    gaps = [later.at - earlier.at for earlier, later in itertools.pairwise(posts)]
    assert min(gaps) >= 0.999 / per_second


async def bring_up(world: World, failure: Attempt, jump: timedelta = timedelta()) -> tuple[int, float]:
    """An hour of outage in which alerts are raised all the time; then it ends. Requests meanwhile; when it ended."""
    world.receivers.answer = lambda _: failure
    await world.start()
    todo = alerts(ALERTS, world)
    for minute in range(60):
        await world.ask(*todo[minute * len(todo) // 60 : (minute + 1) * len(todo) // 60])
        await asyncio.sleep(60)
        if minute == 30:
            world.clock.set_by = jump
    meanwhile = len(world.receivers.posts)
    world.receivers.answer = lambda _: DELIVERED
    return meanwhile, ticks()


@pytest.mark.parametrize(
    ("failure", "jump"),
    [
        (REFUSED, timedelta()),
        (UNAVAILABLE, timedelta()),
        (UNAVAILABLE, timedelta(hours=-1)),
        (REFUSED, timedelta(days=1)),
    ],
    ids=["refused", "503", "clock set back an hour", "clock set forward a day"],
)
@in_virtual_time
async def test_an_hour_without_the_receiver(failure: Attempt, jump: timedelta) -> None:
    world = World(**HOOK | {"per_second": 20})
    meanwhile, ended = await bring_up(world, failure, jump)
    assert meanwhile <= 30
    await asyncio.sleep(300 + ALERTS / 20 + 60)
    posts = [post for post in world.receivers.posts if post.at >= ended]
    outcomes = Counter(world.outcomes)
    print(f"{meanwhile} requests in the hour; all delivered {posts[-1].at - ended:.0f} s after it; {dict(outcomes)}")
    assert set(outcomes) == {"retrying", "delivered", "superseded"}
    assert outcomes["delivered"] == len(posts) == ALERTS
    assert_in_order(world.receivers.posts)
    assert_pace(world.receivers.posts, 20)
    assert [post.request.alert.revision for post in posts].count(2) == ALERTS // 10
    world.commit()
    assert world.topics.committed == len(world.topics.requested)


@in_virtual_time
async def test_a_restart_in_the_middle_changes_nothing() -> None:
    world = World(**HOOK)
    world.receivers.answer = lambda _: UNAVAILABLE
    await world.start()
    await world.ask(*alerts(1000, world))
    for _ in range(6):
        await asyncio.sleep(600)
        await world.kill()
        await world.start()
    meanwhile = len(world.receivers.posts)
    world.receivers.answer = lambda _: DELIVERED
    await asyncio.sleep(400)
    outcomes = Counter(world.outcomes)
    print(f"{meanwhile} requests in the hour, six kills; {dict(outcomes)}")
    assert meanwhile <= 50
    assert outcomes["delivered"] == 1000
    assert not {"failed", "ambiguous"} & set(outcomes)
    assert_in_order(world.receivers.posts)


@in_virtual_time
async def test_slack_that_answers_with_errors_for_an_hour_gets_each_message_once() -> None:
    world = World(**SLACK | {"per_second": 1})
    world.receivers.answer = lambda _: UNAVAILABLE
    await world.start()
    await world.ask(*(request("deir", str(number)) for number in range(200)))
    await asyncio.sleep(HOUR)
    meanwhile = len(world.receivers.posts)
    world.receivers.answer = lambda _: DELIVERED
    await asyncio.sleep(300 + 200 + 10)
    posts = world.receivers.posts[meanwhile:]
    assert meanwhile <= 30
    assert len(posts) == len({post.request.notification_id for post in posts}) == 200
    assert_pace(world.receivers.posts, 1)


@in_virtual_time
async def test_a_receiver_slower_than_its_pace_that_says_so_gets_everything() -> None:
    """It takes one a second and answers 429 else; no notification is used up by that."""
    world, last_taken = World(**HOOK | {"per_second": 50}), [-1.0]

    def answer(_: NotificationRequested) -> Attempt:
        if ticks() - last_taken[0] < 1:
            return Attempt(Verdict.AGAIN, 429, "HTTP 429", retry_after_seconds=1.0)
        last_taken[0] = ticks()
        return DELIVERED

    world.receivers.answer = answer
    await world.start()
    await world.ask(*(request("deir", str(number)) for number in range(300)))
    await asyncio.sleep(1500)
    outcomes = Counter(world.outcomes)
    print(f"{len(world.receivers.posts)} requests for 300: {dict(outcomes)}")
    assert outcomes["delivered"] == 300
    assert set(outcomes) == {"delivered", "retrying"}
    assert max(record.attempt - record.spared for record in world.records) <= 1


@in_virtual_time
async def test_receivers_that_come_and_go_lose_nothing() -> None:
    """Two days of a receiver that is up for some minutes, then down for some, at random, with kills in between."""
    chance = random.Random(7)
    world = World(**HOOK | {"per_second": 5})
    await world.start()
    failures = [REFUSED, UNAVAILABLE, Attempt(Verdict.AGAIN, 429), Attempt(Verdict.UNKNOWN), DELIVERED, DELIVERED]
    for number in range(240):
        mood = chance.choice(failures)
        world.receivers.answer = lambda _, mood=mood: mood
        await world.ask(*(request("deir", f"{number} {n}") for n in range(chance.randrange(4))))
        await asyncio.sleep(chance.uniform(10, 1400))
        if chance.random() < 0.1:
            await world.kill()
            await world.start()
    world.receivers.answer = lambda _: DELIVERED
    await asyncio.sleep(86_400)
    outcomes = Counter(world.outcomes)
    print(dict(outcomes), max(r.attempt for r in world.records), max(r.attempt - r.spared for r in world.records))
    finals = outcomes["delivered"] + outcomes["ambiguous"]
    assert finals == len({r.notification_id for r in world.topics.requested})
    assert outcomes["failed"] == 0
    assert_in_order(delivered(world))
