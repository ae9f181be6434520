"""Configuration files: YAML 1.2, errors with file, line and remedy, and no secret in any of them."""

import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.config.items import Parsed, parse_items
from shared.config.receivers import Receiver
from shared.config.sources import Source
from shared.config.watches import Watch
from shared.config.yaml_file import ConfigError, parse

# ---------------------------------------------------------------- YAML 1.2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("22:00", "22:00"), ("NO", "NO"), ("no", "no"), ("yes", "yes"), ("on", "on"), ("Off", "Off"), ("y", "y"),
        ("2026-10-18", "2026-10-18"), ("2026-10-18T00:00:00Z", "2026-10-18T00:00:00Z"),
        ("true", True), ("False", False), ("TRUE", True), ("null", None), ("~", None), ("", None),
        ("012", 12), ("0o14", 12), ("0xC", 12), ("-3", -3), ("+3", 3), ("1_000", "1_000"), ("0b11", "0b11"),
        ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("-.inf", float("-inf")), ("1.", 1.0), ("1.2.3", "1.2.3"),
        ("190:20:30", "190:20:30"), ("'22'", "22"), ("=", "="),
    ],
)  # fmt: skip
def test_scalars_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    assert parse(f"key: {text}", "f.yaml").value == {"key": value}
    assert type(parse(f"key: {text}", "f.yaml").value["key"]) is type(value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: ]", 2),
        ("a: 1\na: 2", 2),
        ("a:\n  b: 1\n  c: 2\n  b: 3", 4),
        ("a: &x [*x]", 1),
        ("a: !!python/object:os.system x", 1),
        ("a: 1\n---\nb: 2", 2),
        ("a: \x01", 1),
        ("? [x]\n: 1", 1),
        ("a: " + "9" * 5000, 1),
    ],
)
def test_a_fault_names_its_line(text: str, line: int) -> None:
    with pytest.raises(ConfigError) as fault:
        parse(text, "f.yaml")
    assert fault.value.place == f"f.yaml:{line}"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="-:[]{}&*!|>'\"%@`#,? \n\tab0.~<", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    place = "f.yaml:1"
    try:
        parse(text, "f.yaml")
    except ConfigError as error:
        place = error.place
    assert place.startswith("f.yaml:")


# ---------------------------------------------------------------- entries


def _watches(text: str) -> Parsed[Watch]:
    return parse_items(parse(text, "watches.yaml"), "watches", Watch)


def _receivers(text: str) -> Parsed[Receiver]:
    return parse_items(parse(text, "receivers.yaml"), "receivers", Receiver)


WATCH = "watches:\n  - id: good\n    when: {text: x}\n    notify: [desk]\n  - id: bad\n    notify: [desk]\n    "


@pytest.mark.parametrize(
    ("rest", "line", "words"),
    [
        ("when: {text: '\"open'}", 7, "quotation mark"),
        ("when: {text: 'NOT x'}", 7, "absent"),
        ("when: {text: '(a OR b'}", 7, "')' is missing"),
        ("when: {text: 'a) b'}", 7, "')' without '('"),
        ("when: {text: '-- !!'}", 7, "nothing to look for"),
        ("when: {place: {name: X, within_km: 0}}", 7, "greater than 0"),
        ("when: {place: {lat: 91, lon: 0, within_km: 5}}", 7, "less than or equal to 90"),
        ("when: {place: {lat: 1, within_km: 5}}", 7, "lat and lon go together"),
        ("when: {place: {country: SY, within_km: 5}}", 7, "a radius needs a centre"),
        ("when: {place: {country: Syria}}", 7, "pattern"),
        ("when: {event: {type: attack}}", 7, "'event' conditions are not supported"),
        ("when: {text: a, actor: b}", 7, "exactly one"),
        ("when: {all: []}", 7, "exactly one, non-empty"),
        ("when: deir", 7, "a condition is a mapping"),
        ("when:\n      all:\n        - text: a\n        - txt: b", 10, "'when.all.1.txt' is not a known key"),
        ("when: {text: x}\n    Notify: [desk]", 8, "'Notify' is not a known key"),
        ("when: {text: x}\n    sensitive: true", 5, "needs a neutral label"),
        ("when: {text: x}\n    severity: grave", 8, "'low', 'medium', 'high' or 'critical'"),
        ("name: forgot", 5, "'when' is missing"),
    ],
)
def test_one_bad_watch_refuses_only_itself_with_line_and_remedy(rest: str, line: int, words: str) -> None:
    parsed = _watches(WATCH + rest)
    assert [entry.model.id for entry in parsed.entries] == ["good"]
    assert parsed.refused_ids == {"bad"}
    (error,) = parsed.errors
    assert error.place == f"watches.yaml:{line}"
    assert words in str(error)
    assert error.remedy


def test_twins_are_refused_and_told_of_each_other() -> None:
    parsed = _watches("watches:\n  - {id: a, when: {text: x}, notify: d}\n  - {id: a, when: {text: y}, notify: d}\n")
    assert [str(entry.model.when.text) for entry in parsed.entries] == ["query='x' zones=()"]
    assert "taken by watches.yaml:2" in str(parsed.errors[0])
    assert not parsed.refused_ids


@pytest.mark.parametrize("text", ["- a", "watches: 3", "watches: {a: b}", "just text"])
def test_a_file_of_another_form_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(ConfigError) as fault:
        _watches(text)
    assert fault.value.remedy


def test_short_forms() -> None:
    rows = "\n".join(
        f"  - {{id: w{n}, when: {when}, notify: d}}"
        for n, when in enumerate(["{place: NO}", "{place: [SD, TD]}", "{place: Hama}", "{actor: ISIS}", "{text: a b}"])
    )
    whens = [entry.model.when for entry in _watches(f"watches:\n{rows}").entries]
    assert whens[0].place is not None
    assert whens[0].place.country == ("NO",)
    assert whens[1].place is not None
    assert whens[1].place.country == ("SD", "TD")
    assert whens[2].place is not None
    assert whens[2].place.name == "Hama"


# ---------------------------------------------------------------- secrets

KEY = "verysecretverysecretverysecret12"
WHSEC = "whsec_" + base64.b64encode(KEY.encode()).decode()
SLACK_URL = f"hooks.slack.com/services/T0/B0/{KEY}"


@pytest.mark.parametrize(
    "row",
    [
        f"{{id: d, type: webhook, url: 'http://e.org', secret: '{KEY}'}}",
        f"{{id: d, type: webhook, url: 'http://e.org', secret: ['{WHSEC}']}}",
        f"{{id: d, type: webhook, url: 'http://e.org', secret: {{value: '{WHSEC}'}}}}",
        f"{{id: d, type: webhook, url: 'http://e.org', secret: {{env: ['{WHSEC}']}}}}",
        f"{{id: d, type: slack, url: 'ftp://{SLACK_URL}'}}",
        f"{{id: d, type: slack, url: '{SLACK_URL}'}}",
        f"{{id: d, type: slack, url: ['https://{SLACK_URL}']}}",
        f"{{id: d, type: slack, url: 'https://{SLACK_URL}', secret: '{WHSEC}'}}",
        f"{{id: d, type: slack, url: 'https://{SLACK_URL}', timeout_seconds: 99}}",
        f"{{id: d, type: slak, url: 'https://{SLACK_URL}'}}",
        f"{{id: 'https://{SLACK_URL}', type: slack, url: {{env: X}}}}",
        f"https://{SLACK_URL}",
    ],
)
def test_no_error_tells_a_secret(row: str) -> None:
    parsed = _receivers(f"receivers:\n  - {row}\n")
    assert not parsed.entries
    (error,) = parsed.errors
    if not row.startswith("{id: 'https"):  # an id is no secret, and names its entry
        assert KEY[:12] not in str(error)
        assert WHSEC not in str(error)
    assert error.place.startswith("receivers.yaml:")
    assert "\n" not in str(error)


def test_what_travels_of_a_receiver_holds_references_alone() -> None:
    hook = Receiver.model_validate({"id": "d", "type": "webhook", "url": "http://e.org/", "secret": WHSEC})
    slack = Receiver.model_validate({"id": "s", "type": "slack", "url": f"https://{SLACK_URL}"})
    assert hook.public_body()["secret"] == {"config": "receivers/d/secret"}
    assert slack.public_body()["url"] == {"config": "receivers/s/url"}
    for receiver in (hook, slack):
        assert "secretvery" not in str(receiver.public_body())
        assert Receiver.model_validate(receiver.public_body()).public_body() == receiver.public_body()


@pytest.mark.parametrize("length", [0, 8, 23, 65, 100])
def test_a_secret_of_a_wrong_length_is_refused(length: int) -> None:
    secret = "whsec_" + base64.b64encode(b"x" * length).decode()
    with pytest.raises(ValueError, match="24 to 64 bytes"):
        Receiver.model_validate({"id": "d", "type": "webhook", "url": "http://e.org", "secret": secret})


def test_a_source_needs_a_web_address() -> None:
    text = "sources:\n  - {id: a, url: 'file:///etc/passwd'}\n  - {id: b, url: 'http://e.org/feed'}"
    parsed = parse_items(parse(text, "sources.yaml"), "sources", Source)
    assert [entry.model.id for entry in parsed.entries] == ["b"]
    assert parsed.errors[0].place == "sources.yaml:2"
