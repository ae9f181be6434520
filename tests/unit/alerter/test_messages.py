"""What receivers are sent: within every limit, with nothing in it that acts, and no word of a sensitive watch."""

import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from services.alerter.dispatch.slack_message import slack_message
from services.alerter.dispatch.webhook_body import webhook_body
from shared.events import AlertRaised, ReportHeader, WatchHeader
from tests.unit.alerter.samples import NOW, alert, evidence

# Text as JSON may carry it: no lone surrogates.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=400) | st.sampled_from(
    ["&" * 3000, "<!channel>" * 300, "\u202e" * 50, "<@U123>", "😀" * 1000, "\x00" * 700, '"\\' * 900, " "]
)
URL = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300).map(
    lambda tail: f"https://e.org/{tail}"
) | st.sampled_from(["https://e.org/" + "ب" * 2500, "https://e.org/|x>" * 20, "https://e.org/?" + "&" * 1400])


@st.composite
def alerts(draw: st.DrawFn) -> AlertRaised:
    sensitive = draw(st.booleans())
    header = ReportHeader(
        article_id="a1", source_id=draw(TEXT)[:100], url=draw(URL), title=draw(TEXT), language="en",
        fetched_at=NOW, sha256="0" * 64, published_at=draw(st.none() | st.just(NOW)),
    )  # fmt: skip
    watch = WatchHeader(
        id="w" * 100, version=1, name=draw(TEXT)[:200], severity=draw(st.sampled_from(["low", "critical"])),
        notify=("desk",), sensitive=sensitive, label=draw(TEXT)[:100],
    )  # fmt: skip
    proof = tuple(
        evidence(draw(TEXT), why=draw(TEXT), text=draw(TEXT), zone=draw(st.sampled_from(["title", "body"])))
        for _ in range(draw(st.integers(0, 12)))
    )
    also = tuple(draw(st.lists(TEXT, max_size=8)))
    return alert(report=header, watch=watch, evidence=proof, also=also, copies=draw(st.integers(1, 99)))


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for inner in value.values() for text in _texts(inner)]
    return [text for inner in value for text in _texts(inner)] if isinstance(value, list) else []


@settings(max_examples=60, deadline=None)
@given(alerts())
def test_a_slack_message_keeps_every_limit_and_acts_on_nobody(raised: AlertRaised) -> None:
    payload = slack_message(raised, "https://console.example")
    blocks = payload["blocks"]
    assert len(blocks) <= 50
    for block in Block.parse_all(json.loads(json.dumps(blocks))):
        block.validate_json()
    for block in blocks:
        texts = _texts(block)
        most = {"header": 150, "section": 3000, "context": 3000}[block["type"]]
        assert all(0 < len(text) <= most for text in texts), block["type"]
        assert len(block.get("elements", [])) <= 10
    texts = _texts(payload)
    assert sum(map(len, texts)) < 9000
    assert not payload["unfurl_links"]
    for text in texts:
        assert not re.search(r"<[!@#]", text)
        for link in re.findall(r"<([^>]*)>", text):
            assert re.fullmatch(r"https://[^|\s]+\|(Original|Console)", link), link


def test_a_slack_message_of_nothing_but_escaped_characters_keeps_the_total() -> None:
    much = "&" * 3000
    header = ReportHeader(
        article_id="a1", source_id=much[:100], url="https://e.org/?" + "b" * 1280, title=much, language="en",
        fetched_at=NOW, sha256="0" * 64, published_at=NOW,
    )  # fmt: skip
    watch = WatchHeader(id="w" * 100, version=1, name=much[:200], severity="critical", notify=("desk",))
    proof = tuple(evidence(f"{number}{much}", why=f"{number}{much}", text=much, zone="body") for number in range(12))
    raised = alert(report=header, watch=watch, evidence=proof, also=(much, much), copies=99)
    payload = slack_message(raised, "https://console.example/" + "c" * 1100)
    assert 8000 < sum(map(len, _texts(payload))) < 9000


@settings(max_examples=60, deadline=None)
@given(alerts())
def test_a_webhook_body_stays_under_20_kb_and_says_what_was_cut(raised: AlertRaised) -> None:
    body = webhook_body(raised, "https://console.example")
    assert len(body) < 20_000
    data = msgspec.json.decode(body)["data"]
    shown = 0 if raised.watch.sensitive else len(raised.evidence)
    cut = len(data["evidence"]) < shown or data["report"]["title"] != raised.report.title
    assert data["truncated"] == (cut or data["report"]["url"] != raised.report.url)


def test_a_webhook_body_has_the_documented_form() -> None:
    body = msgspec.json.decode(webhook_body(alert(), "https://console.example/"))
    assert (body["version"], body["type"], body["timestamp"]) == (1, "alert.raised", "2026-10-18T12:00:00Z")
    data = body["data"]
    assert set(data) == {
        "alert_id", "revision", "severity", "watch", "report", "events", "evidence", "claim", "origins", "copies",
        "changes", "reason", "links", "truncated",
    }  # fmt: skip
    assert data["watch"] == {"id": "deir", "version": 3, "name": "Watch deir"}
    assert data["links"]["console"] == f"https://console.example/alerts/{alert().alert_id}"
    assert set(data["evidence"][0]) == {"text", "quote", "zone", "why"}
    assert data["truncated"] is False


def test_much_evidence_is_left_out_from_the_end() -> None:
    many = tuple(evidence(f"{number} " + "x" * 4000) for number in range(12))
    data = msgspec.json.decode(webhook_body(alert(evidence=many), ""))["data"]
    assert data["truncated"] is True
    assert [item["quote"][:2] for item in data["evidence"]] == ["0 ", "1 ", "2 "]


SECRETS = ("Deir ez-Zor", "Operation Nightjar", "deir-secret", "Mayadin", "7 km")


@pytest.mark.parametrize("make", [webhook_body, slack_message])
def test_a_sensitive_watch_shows_its_label_and_none_of_its_terms(make: Any) -> None:
    watch = WatchHeader(
        id="deir-secret", version=1, name="Operation Nightjar", notify=("desk",), sensitive=True, label="Area 7"
    )
    header = msgspec.structs.replace(alert().report, title="A report")
    raised = alert(watch=watch, report=header, also=("Mayadin",), evidence=(evidence(), evidence(zone="title")))
    made = make(raised, "https://console.example")
    text = made.decode() if isinstance(made, bytes) else json.dumps(made, ensure_ascii=False)
    assert "Area 7" in text
    assert not [secret for secret in SECRETS if secret in text]
    assert "deir" not in text


def test_a_quotation_is_isolated_and_escaped() -> None:
    quoted = evidence("مقتل <!channel> & ثلاثين")
    payload = slack_message(alert(evidence=(quoted,)), "")
    section = payload["blocks"][2]["text"]["text"]
    assert section == "> \u2068مقتل &lt;!channel&gt; &amp; ثلاثين\u2069"
