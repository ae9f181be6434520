"""A feed of garbage, a receiver that is not there, a poison message: the rest flows on, and logs and metrics say so."""

import json
import urllib.request

from aiokafka import AIOKafkaProducer

from shared import codec, kafka, topics
from shared.events import DeadLetter
from tests.e2e.command import tocsin
from tests.e2e.world import World
from tocsin.stack.ports import free_port

TEXT = "Fighters of ISIS attacked a checkpoint near Raqqa in Syria on Monday, the governor's office said."


def _metrics(world: World, service: str) -> str:
    port = world.stack.status_ports[service]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text: str = answer.read().decode()
        return text


async def test_troubles_stay_where_they_are(world: World) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/hook"
    world.write("receivers.yaml", {"receivers": [world.desk(), {"id": "nowhere", "type": "webhook", "url": nowhere}]})
    garbage = world.site.publish("/garbage.xml", "garbage", b"\x00\xff<not a feed" * 100)
    dead_host = world.source("dead-host", f"http://127.0.0.1:{free_port()}/feed.xml")
    inside = world.source("inside", "http://192.168.255.254/feed.xml")
    site = world.source("site", f"{world.site.url}/feed.xml")
    world.write("sources.yaml", {"sources": [world.source("garbage", garbage), dead_host, inside, site]})
    world.watch({"id": "isis", "when": {"actor": "ISIS"}, "notify": ["nowhere", "desk"]})
    del world.site.pages["/garbage.xml"], world.site.titles["/garbage.xml"]
    world.site.pages["/garbage.xml"] = b"\x00\xff<not a feed" * 100
    world.site.titles["/garbage.xml"] = "A page of garbage"
    async with world.running():
        await _poison(world.stack.kafka)
        world.site.publish_text("/report", "Attack near Raqqa", TEXT)
        await world.until(lambda: world.pairs() == [("/report", "isis")], what="the alert at the desk")
        polled = {line["source_id"]: line for line in world.log("fetcher") if line.get("event") == "polled"}
        await world.until(lambda: _retrying(world) != [], what="the attempts at the receiver that is not there")
        dispatch_metrics = _metrics(world, "alerter.dispatch")
        extract_metrics = _metrics(world, "extractor.extract")
        (listed,) = map(json.loads, await tocsin(world, "dead", "list", "--json"))
        await tocsin(world, "dead", "replay", listed["id"])
        await world.until(lambda: len(_dead(world)) == 2, what="the replayed message, dead again")
        letters = [r async for r in kafka.read_all(world.stack.kafka, topics.ARTICLES_FETCHED.dead)]
    assert "neither RSS nor Atom" in polled["garbage"]["error"]
    assert polled["dead-host"]["outcome"] == "failed"
    assert "egress.allow" in polled["inside"]["error"]
    assert polled["inside"]["outcome"] == "refused"
    assert _retrying(world)[0]["next_attempt_at"]
    assert 'tocsin_notifications_total{kind="webhook",outcome="again"}' in dispatch_metrics
    assert 'tocsin_messages_handled_total{outcome="dead",stage="extract"} 1.0' in extract_metrics
    letter, again = sorted((codec.decode(r.value, DeadLetter) for r in letters), key=lambda one: one.failed_at)
    assert (again.value, dict(again.headers)["origin"]) == (letter.value, b"test")
    assert (listed["stage"], listed["error"]) == (letter.stage, letter.error)
    assert (letter.stage, letter.consumer_group, letter.value) == ("extract", "tocsin.extract", b"poison")
    assert letter.error.startswith("undecodable")


async def _poison(bootstrap: str) -> None:
    producer: AIOKafkaProducer = kafka.producer(bootstrap)
    await producer.start()
    await producer.send_and_wait(topics.ARTICLES_FETCHED.name, b"poison", key=b"x", headers=[("origin", b"test")])
    await producer.stop()


def _dead(world: World) -> list[dict[str, object]]:
    return [line for line in world.log("extractor.extract") if line.get("outcome") == "dead"]


def _retrying(world: World) -> list[dict[str, object]]:
    lines = world.log("alerter.dispatch")
    return [line for line in lines if line.get("receiver_id") == "nowhere" and line.get("outcome") == "retrying"]
