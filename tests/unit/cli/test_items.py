"""What commands on configured items are given and print: YAML that comes back the same, pairs, OPML."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from typer.testing import CliRunner

from shared.config.kinds import BY_NAME
from shared.config.yaml_file import ConfigError, parse
from tocsin.cli import app
from tocsin.config_items import given, opml
from tocsin.config_items.yaml_text import file_yaml, item_yaml

SOURCE = BY_NAME["source"]
NEW = {"alert_from": "now"}
NOT_TEXT = (
    *("1e3", "0o17", "22:00", "NO", "no", "~", "null", "true", "1_000", ".5", "2026-10-18", "+1", ".inf"),
    *("-", "", " x ", "a: b", "# x", "=", "<<", "'", '"', "{a}", "\x85", "\u2028 x", "a\nb", "\t"),
)
COMMANDS = (
    *("add id=a", "edit a x=1", "remove a --yes", "restore a 1", "adopt a", "release a --yes"),
    *("show a", "history a", "export", "import x.yaml"),
)


@pytest.mark.parametrize("text", NOT_TEXT)
def test_text_that_looks_like_something_else_stays_text(text: str) -> None:
    assert parse(item_yaml({"id": "a", "name": text}), "f").value == {"id": "a", "name": text}


PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cn", "Co"]), max_size=12)
VALUES = PLAIN | st.integers(-(10**15), 10**15) | st.booleans() | st.floats(-1e6, 1e6)


@examples(st.dictionaries(st.text("abc", min_size=1, max_size=3), VALUES | st.lists(VALUES, max_size=3), max_size=4))
def test_what_is_exported_is_read_back_the_same(fields: dict[str, Any]) -> None:
    row = {"id": "a", **fields}
    assert parse(file_yaml("sources", [row, {"id": "b"}]), "f").value == {"sources": [row, {"id": "b"}]}


@pytest.mark.parametrize(
    ("pairs", "row"),
    [
        (["severity=high"], {"id": "a", "severity": "high"}),
        (["when.place.name=Deir ez-Zor"], {"id": "a", "when": {"place": {"name": "Deir ez-Zor"}}}),
        (["tags=[x, y]", "n=60"], {"id": "a", "tags": ["x", "y"], "n": 60}),
        (["id="], {}),
        (["url=http://e.org/?a=b#c"], {"id": "a", "url": "http://e.org/?a=b#c"}),
        (["name=Desk: night"], {"id": "a", "name": "Desk: night"}),
        (["name='NO'", "label=NO"], {"id": "a", "name": "NO", "label": "NO"}),
        (["name=a # b", "label=- c"], {"id": "a", "name": "a # b", "label": "- c"}),
        (["when={actor: ISIS}"], {"id": "a", "when": {"actor": "ISIS"}}),
    ],
)
def test_pairs_set_fields(pairs: list[str], row: dict[str, Any]) -> None:
    before = {"id": "a"}
    assert given.with_pairs(before, pairs).row == row
    assert before == {"id": "a"}


@pytest.mark.parametrize("pairs", [["severity"], ["=x"], ["a..b=x"], ["id.name=x"]])
def test_what_is_no_pair_is_refused(pairs: list[str]) -> None:
    with pytest.raises(ConfigError):
        given.with_pairs({"id": "a"}, pairs)


@pytest.mark.parametrize("text", ["id: a\n", "- id: a\n", "sources:\n  - id: a\n"])
def test_an_item_is_taken_alone_in_a_list_or_in_a_file(text: str) -> None:
    found = given.only_row(parse(text, "f"), SOURCE)
    assert found.id == "a"
    assert found.place(("id",)) == f"f:{text[: text.index('id')].count(chr(10)) + 1}"


@pytest.mark.parametrize("text", ["", "x", "sources: []", "- a", "- {id: a}\n- {id: b}", "watches: [{id: a}]"])
def test_what_holds_no_item_or_several_is_refused(text: str) -> None:
    with pytest.raises(ConfigError) as fault:
        given.only_row(parse(text, "f"), SOURCE).id  # noqa: B018
    assert fault.value.remedy


# ---------------------------------------------------------------- OPML


def outlines(*rows: str) -> bytes:
    return f'<opml version="1.0"><body>{"".join(rows)}</body></opml>'.encode()


def test_folders_become_tags_and_titles_become_ids() -> None:
    content = outlines(
        '<outline text="Levant"><outline title="Desk &amp; Co" xmlUrl="http://a.org" category="x,/y"/></outline>',
        '<outline text="دير" xmlUrl="http://b.org/feed"/>',
        '<outline text="no feed"/>',
    )
    rows = opml.read(content, "f", []).value["sources"]
    assert rows == [
        {"id": "desk-co", "url": "http://a.org/", "name": "Desk & Co", "tags": ["Levant", "x", "y"], **NEW},
        {"id": "b-org-feed", "url": "http://b.org/feed", "name": "دير", **NEW},
    ]


def test_known_sources_stay_as_they_are_and_keep_their_ids() -> None:
    known = [{"id": "mine", "url": "http://a.org/", "interval_seconds": 7}, {"id": "b", "url": "http://c.org/"}]
    content = outlines('<outline text="A" xmlUrl="http://a.org"/>', '<outline text="B" xmlUrl="http://b.org"/>')
    rows = opml.read(content, "f", known).value["sources"]
    assert rows[0] == known[0]
    assert rows[1]["id"] == "b-2"


@pytest.mark.parametrize("content", [b"", b"<opml", b"<rss/>", b"\xff\xfe<", b"<opml>&nope;</opml>"])
def test_what_is_not_opml_is_refused_with_its_line(content: bytes) -> None:
    with pytest.raises(ConfigError, match="f:1: not "):
        opml.read(content, "f", [])


def test_nothing_is_loaded_and_no_entity_resolved(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("verysecret")
    content = (
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
        + outlines(
            '<outline text="a" xmlUrl="http://a.org/"><outline text="t" xmlUrl="http://b.org/">&e;</outline></outline>'
        ).decode()
    )
    assert "verysecret" not in str(opml.read(content.encode(), "f", []).value)


# ---------------------------------------------------------------- without a broker


@pytest.mark.parametrize("kind", ["watch", "source", "receiver", "silence"])
@pytest.mark.parametrize("command", COMMANDS)
def test_without_a_broker_each_command_says_so(
    kind: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOCSIN_KAFKA", raising=False)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, [kind, *command.split()])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "set TOCSIN_KAFKA, or start 'tocsin up'" in done.stderr


def test_a_shape_of_the_desks_own_carries_what_its_file_holds(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[38.0, 34.0], [39.0, 35.0]]}
    (tmp_path / "road.geojson").write_text(json.dumps(line))
    (tmp_path / "w.yaml").write_text(
        "{id: w, when: {any: [{place: {geojson: road.geojson, within_km: 5}}]}, notify: d}"
    )
    row = given.only_row(given.document(str(tmp_path / "w.yaml")), BY_NAME["watch"]).row
    place = {"name": "road.geojson", "geojson": line, "within_km": 5}
    assert row["when"] == {"any": [{"place": place}]}
    with pytest.raises(ConfigError, match=r"none.geojson: .*cannot be read: No such file"):
        given.with_pairs({"id": "w"}, ["when.place.geojson=none.geojson"])
