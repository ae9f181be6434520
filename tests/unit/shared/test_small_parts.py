"""Retry-After, ids, the history of edits, log lines, tasks, health and settings."""

import asyncio
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from shared import ids, log, settings
from shared.config.history import History
from shared.events import ConfigChanged
from shared.http.retry_after import DAY, retry_after_seconds
from shared.settings import ServiceSettings, SettingsError
from shared.status_server import HEARTBEAT_LIMIT_SECONDS, Health
from shared.tasks import until_first_ends
from shared.topics import TOPICS

NOW = datetime(2026, 10, 18, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None), ("", None), ("soon", None), ("nan", None), ("inf", None), ("7", 7), ("-7", 0), ("1.5", 1.5),
        ("999999999", DAY), ("Sun, 18 Oct 2026 12:00:30 GMT", 30), ("Sun, 18 Oct 2026 11:00:00 GMT", 0),
        ("Sunday, 18-Oct-26 12:00:30 GMT", 30), ("Sun, 18 Oct 2026 12:00:30", 30), ("Sun, 99 Oct 2026", None),
    ],
)  # fmt: skip
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, NOW) == seconds


@given(st.text())
def test_any_retry_after_is_read_or_passed_over(value: str) -> None:
    seconds = retry_after_seconds(value, NOW)
    assert seconds is None or 0 <= seconds <= DAY


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_alert_ids_differ_where_watch_or_story_do(left: tuple[str, str], right: tuple[str, str]) -> None:
    separator = "\x1f"
    if separator not in "".join(left + right):
        assert (ids.alert_id(*left) == ids.alert_id(*right)) is (left == right)


def test_a_notification_id_has_no_dot() -> None:
    assert "." not in ids.notification_id("a.b", 1, "desk.one")


def _change(based_on: int, body: dict[str, int] | None) -> ConfigChanged:
    return ConfigChanged(id="w", based_on=based_on, owner="t", changed_at=NOW, created_at=NOW, body=body)


def test_of_two_edits_based_on_one_version_the_first_wins() -> None:
    history = History()
    edits = [(0, {"a": 1}), (0, {"a": 2}), (1, {"a": 3}), (1, None), (2, None), (3, {"a": 4}), (0, {"a": 5})]
    assert [history.apply(_change(*edit)) for edit in edits] == [True, False, True, False, True, True, False]
    assert (history.items["w"].body, history.items["w"].version) == ({"a": 4}, 4)


# ---------------------------------------------------------------- logs


@pytest.fixture
def plain_logging() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.mark.usefixtures("plain_logging")
def test_a_traceback_in_the_log_holds_no_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("test", "info")

    def send(secret: str) -> None:
        raise ZeroDivisionError(f"{len(secret)} is enough")

    try:
        send("whsec_verysecret")
    except ZeroDivisionError:
        log.get("tocsin.test-structlog").exception("failed", article_id="a1")
        logging.getLogger("a.library").exception("failed too")
    lines = capsys.readouterr().err.splitlines()
    assert [json.loads(line)["level"] for line in lines] == ["error", "error"]
    first = json.loads(lines[0])
    assert (first["service"], first["event"], first["article_id"]) == ("test", "failed", "a1")
    for line in lines:
        assert json.loads(line)["exception"][0]["exc_type"] == "ZeroDivisionError"
        assert "verysecret" not in line


# ---------------------------------------------------------------- tasks, health, settings


async def test_jobs_live_and_die_together() -> None:
    ended: list[str] = []

    async def for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("for ever")

    async def fail() -> None:
        raise ZeroDivisionError

    async def end() -> None:
        return

    await until_first_ends(for_ever(), end())
    with pytest.raises(ZeroDivisionError):
        await until_first_ends(for_ever(), fail())
    assert ended == ["for ever", "for ever"]


def test_a_loop_that_stands_still_is_not_healthy() -> None:
    now = [0.0]
    health = Health("test", clock=lambda: now[0])
    assert health.report()[0] == 503
    health.set_ready("works")
    assert health.report()[0] == 200
    now[0] = HEARTBEAT_LIMIT_SECONDS + 1
    assert (health.report()[0], health.report()[1]["status"]) == (503, "stuck")
    health.beat()
    assert health.report()[0] == 200


def test_a_wrong_setting_names_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOCSIN_HTTP_PORT", "99999")
    monkeypatch.setenv("TOCSIN_CONFIG", str(tmp_path))
    with pytest.raises(SettingsError, match="TOCSIN_HTTP_PORT"):
        settings.build(ServiceSettings)


def test_settings_come_from_the_file_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "tocsin.yaml").write_text('egress: {allow: ["127.0.0.0/8"]}\nkafka: "file:1"\nconsole_other: 1\n')
    monkeypatch.setenv("TOCSIN_CONFIG", str(tmp_path))
    found = settings.build(ServiceSettings)
    assert (found.kafka, [str(network) for network in found.egress.allow]) == ("file:1", ["127.0.0.0/8"])
    monkeypatch.setenv("TOCSIN_KAFKA", "environment:1")
    assert settings.build(ServiceSettings).kafka == "environment:1"


def test_every_flow_topic_has_one_for_its_dead_letters_that_can_hold_them() -> None:
    for topic in TOPICS.values():
        if not topic.name.endswith((".dead", ".changed")) or topic.name == "alerts.changed":
            dead = TOPICS[topic.dead]
            assert dead.max_event_bytes >= topic.max_event_bytes * 4 / 3 + 4000
            assert dead.partitions == topic.partitions
    assert TOPICS["notifications.sent"].partitions == TOPICS["notifications.requested"].partitions
    assert TOPICS["alerts.raised"].partitions == TOPICS["reports.matched"].partitions
