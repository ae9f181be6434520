"""The console as a process: its API, its health, its end."""

import os
import signal
import stat
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared import topics
from shared.times import utc_now
from tests.integration.console.conftest import Console, Publish
from tests.stack.brokers import EmbeddedKafka
from tests.stack.process import wait_until
from tests.unit.console import samples


def ask(console: Console, path: str, **given: Any) -> httpx.Response:
    """A request with the token."""
    headers = {"Authorization": f"Bearer {console.token}"}
    return httpx.get(console.url + path, headers=headers, timeout=10, **given)


async def test_it_answers_with_what_was_published_before_and_after_its_start(
    own_console: Console, publish: Publish
) -> None:
    number = time.time_ns()
    alert = samples.raised(number, utc_now(), watch=samples.watch(f"watch-{number}", severity="high"))
    await publish(
        (topics.WATCHES_CHANGED, samples.changed(f"watch-{number}", {"id": f"watch-{number}", "notify": ["desk"]})),
        (topics.SOURCES_CHANGED, samples.changed(f"source-{number}", {"id": "s", "url": "https://example.org/f"})),
        (topics.SOURCES_POLLED, samples.polled(f"source-{number}", utc_now(), "failed", error="timeout", failures=2)),
        (topics.REPORTS_GROUPED, samples.grouped(alert.story_id, number + 1, 7)),
        (topics.ALERTS_RAISED, alert),
        (topics.NOTIFICATIONS_SENT, samples.sent(alert)),
        ("articles.fetched.dead", samples.dead()),
    )
    wait_until(lambda: ask(own_console, f"/api/alerts/{alert.alert_id}").status_code == 200, 5, "the alert")
    wait_until(lambda: bool(ask(own_console, "/api/dead").json()["dead"]), 5, "the dead letter")
    for _ in range(2):  # the second time, all of it lies in the topics when it starts
        page = ask(own_console, "/api/alerts", params={"watch": f"watch-{number}", "severity": "high"}).json()
        assert page["total"] == 1
        view = page["alerts"][0]
        assert (view["id"], view["copies"], view["notifications"][0]["state"]) == (alert.alert_id, 7, "delivered")
        sources = {source["id"]: source for source in ask(own_console, "/api/sources").json()}
        assert sources[f"source-{number}"]["state"] == "failing"
        assert any(watch["id"] == f"watch-{number}" for watch in ask(own_console, "/api/watches").json())
        assert ask(own_console, "/api/dead").json()["dead"][0]["topic"] == "articles.fetched"
        assert ask(own_console, "/api/status").json()["ready"]
        assert own_console.stop() == 0
        own_console.run()


async def test_nothing_answers_without_the_token(console: Console) -> None:
    for path in ("/api/alerts", "/api/status", "/api/openapi.json", "/", "/assets/console.css", "/_nicegui/x", "/docs"):
        answer = httpx.get(console.url + path)
        assert answer.status_code == 401, path
    assert ask(console, "/api/alerts/none").status_code == 404
    assert stat.S_IMODE((console.data / "console-token").stat().st_mode) == 0o600


async def test_other_hosts_and_origins_are_refused(console: Console) -> None:
    bearer = {"Authorization": f"Bearer {console.token}"}
    assert httpx.get(console.url + "/api/alerts", headers={**bearer, "Host": "evil.example"}).status_code == 421
    origin = {"Origin": "http://127.0.0.1:1"}
    polling = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    assert httpx.get(console.url + polling, headers={**bearer, **origin}).status_code == 403
    assert httpx.get(console.url + polling).status_code == 401


async def test_what_it_cannot_decode_is_passed_over(console: Console, publish: Publish) -> None:
    alert = samples.raised(time.time_ns(), utc_now())
    await publish((topics.ALERTS_RAISED, b"no JSON"), (topics.ALERTS_RAISED, b"{}"), (topics.ALERTS_RAISED, alert))
    wait_until(lambda: ask(console, f"/api/alerts/{alert.alert_id}").status_code == 200, 5, "the alert")
    assert console.output().count("console_undecodable") == 2


async def test_it_leaves_nothing_but_its_token(console: Console) -> None:
    assert ask(console, "/").status_code == 200
    assert [path.name for path in console.data.iterdir()] == ["console-token"]
    assert not (Path.cwd() / ".nicegui").exists()
    assert console.token not in console.output()
    assert "NiceGUI ready" not in console.output()


async def test_it_stops_within_five_seconds_although_a_client_hangs_on(own_console: Console) -> None:
    with httpx.Client() as client:
        client.get(own_console.entrance, follow_redirects=True)
        began = time.monotonic()
        os.kill(own_console.pid, signal.SIGINT)
        wait_until(lambda: not own_console.is_running, 5, "the end")
        assert time.monotonic() - began < 5
    assert own_console.stop() == 0


async def test_a_taken_port_is_said(console: Console, console_broker: EmbeddedKafka, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    second = Console(tmp_path / "second", console_broker.bootstrap)
    second.port = console.port
    with pytest.raises(RuntimeError, match=r"(?s)ended with 75.*TOCSIN_CONSOLE_PORT"):
        second.run()


async def test_it_says_that_kafka_is_silent_and_goes_on_when_it_is_back(
    own_console: Console, console_broker: EmbeddedKafka, publish: Publish
) -> None:
    console_broker.kill()
    try:
        wait_until(lambda: not own_console.is_ready(), 30, "noticing the silence")
        assert ask(own_console, "/api/status").json()["link_lost_at"]
    finally:
        console_broker.start()
    wait_until(own_console.is_ready, 30, "noticing the end of the silence")
    alert = samples.raised(time.time_ns(), utc_now() + timedelta(seconds=1))
    await publish((topics.ALERTS_RAISED, alert))
    wait_until(lambda: ask(own_console, f"/api/alerts/{alert.alert_id}").status_code == 200, 20, "the alert")
