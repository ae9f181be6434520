"""One edit, judged: owners, versions, differences, and words that come back as they were written."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.config.beside import Beside
from shared.config.difference import compare
from shared.config.edits import (
    DESK,
    ConflictError,
    ExistingItemError,
    FileOwnedError,
    MissingItemError,
    UnchangedError,
    Wanted,
    draft,
    handed_over,
    restored,
)
from shared.config.history import Chronicle, text_of
from shared.config.kinds import BY_NAME
from shared.config.yaml_file import ConfigError
from shared.names import gazetteer
from tests.unit.alerter.samples import NOW

SOURCE, WATCH, RECEIVER, SILENCE = (BY_NAME[name] for name in ("source", "watch", "receiver", "silence"))
BESIDE = Beside(gazetteer.load)
KEY = "whsec_dmVyeXNlY3JldHZlcnlzZWNyZXR2ZXJ5c2VjcmV0"


class Desk:
    """A chronicle, and edits that are applied to it."""

    def __init__(self, kind: Any = SOURCE) -> None:
        self.kind, self.chronicle = kind, Chronicle()

    def write(self, written: Mapping[str, Any] | None, item_id: str = "a", **given: Any) -> int:
        """Does what is wanted; the version that it made."""
        wanted = Wanted(item_id, written, "ana", **given)
        made = draft(self.kind, self.chronicle, wanted, BESIDE, NOW)
        assert self.chronicle.apply(made.change)
        return made.change.based_on + 1

    def file(self, body: dict[str, Any] | None, item_id: str = "a") -> None:
        """An edit by the file."""
        self.write(body, item_id)
        last = self.chronicle.changes[item_id].pop()
        self.chronicle.versions[item_id] -= 1
        assert self.chronicle.apply(msgspec.structs.replace(last, owner=self.kind.owner, by="", place="sources.yaml:3"))

    def hand_over(self, owner: str) -> None:
        """Adopts or releases."""
        assert self.chronicle.apply(handed_over(self.kind, self.chronicle, "a", owner, "ana", NOW).change)


def source(**fields: Any) -> dict[str, Any]:
    return {"url": "http://a.org/", **fields}


def test_versions_grow_and_any_of_them_comes_back() -> None:
    desk = Desk()
    assert [desk.write(source()), desk.write(source(name="A")), desk.write(None)] == [1, 2, 3]
    assert "a" not in desk.chronicle.items
    assert desk.write(restored(SOURCE, desk.chronicle, "a", 2)) == 4
    assert desk.chronicle.items["a"].body["name"] == "A"
    assert desk.chronicle.items["a"].by == "ana"
    for missing in (0, 3, 9):  # 3 is the removal
        with pytest.raises(MissingItemError):
            restored(SOURCE, desk.chronicle, "a", missing)


def test_an_edit_of_a_version_that_is_gone_is_told_what_differs() -> None:
    desk = Desk()
    desk.write(source(interval_seconds=60, name="A"))
    desk.write(source(interval_seconds=30, name="A"), based_on=1)
    with pytest.raises(ConflictError) as fault:
        desk.write(source(interval_seconds=10, name="A"), based_on=1)
    conflict = fault.value.conflict
    assert (conflict.based_on, conflict.found, conflict.by, conflict.removed) == (1, 2, "ana", False)
    assert conflict.fields["interval_seconds"] == (60, 10, 30)
    assert "name" not in conflict.fields
    desk.write(None)
    with pytest.raises(ConflictError, match="was removed by ana"):
        desk.write(source(), based_on=2)
    with pytest.raises(ConflictError):
        desk.write(source(), based_on=7)


def test_what_is_expected_is_checked() -> None:
    desk = Desk()
    with pytest.raises(MissingItemError):
        desk.write(source(), expects="one")
    with pytest.raises(MissingItemError):
        desk.write(None)
    desk.write(source(), expects="none")
    with pytest.raises(ExistingItemError):
        desk.write(source(name="B"), expects="none")
    with pytest.raises(UnchangedError, match="at version 1"):
        desk.write(source())
    with pytest.raises(ConfigError, match="an id stays as it is"):
        desk.write(source(id="b"))


def test_a_files_item_is_edited_there_or_adopted() -> None:
    desk = Desk()
    desk.file(source())
    for written in (source(name="B"), None):
        with pytest.raises(FileOwnedError, match=r"edit sources\.yaml:3, or 'tocsin source adopt a'"):
            desk.write(written)
    desk.hand_over(DESK)
    assert desk.chronicle.was_adopted_from(SOURCE.owner, "a")
    assert desk.write(source(name="B")) == 3
    desk.write(None)
    assert desk.chronicle.was_adopted_from(SOURCE.owner, "a")
    desk.hand_over(SOURCE.owner)
    assert not desk.chronicle.was_adopted_from(SOURCE.owner, "a")
    with pytest.raises(UnchangedError):
        desk.hand_over(SOURCE.owner)


def test_what_was_made_here_was_not_adopted() -> None:
    desk = Desk()
    desk.file(source())
    desk.hand_over(DESK)
    desk.write(None)
    desk.hand_over(SOURCE.owner)  # gives back a removed one: the file may bring it back, and has not yet
    desk.write(source())
    assert not desk.chronicle.was_adopted_from(SOURCE.owner, "a")
    assert not desk.chronicle.was_adopted_from(SOURCE.owner, "nobody")


def test_a_watch_keeps_its_authors_words_beside_what_they_were_pinned_to() -> None:
    desk = Desk(WATCH)
    written = {"when": {"place": "Deir ez-Zor"}, "notify": "desk"}
    desk.write(written)
    item = desk.chronicle.items["a"]
    assert item.text == {"id": "a", **written}
    assert "lat" in item.body["when"]["place"]
    with pytest.raises(UnchangedError):
        desk.write({"when": {"place": {"name": "Deir ez-Zor"}}, "notify": ["desk"]})
    desk.write({"when": {"place": "Raqqa"}, "notify": "desk"})
    assert compare(text_of(desk.chronicle.at("a", 1)), text_of(desk.chronicle.at("a", 2))) == {
        "when.place": ("Deir ez-Zor", "Raqqa")
    }


@pytest.mark.parametrize(
    "row",
    [
        {"type": "slack", "url": "https://hooks.slack.com/services/T0/B0/verysecret"},
        {"type": "webhook", "url": "https://hooks.slack.com/services/T0/B0/verysecret"},
        {"type": "webhook", "url": "https://HOOKS.slack.com./services/T0/B0/verysecret"},
        {"type": "webhook", "url": "http://e.org/", "secret": KEY},
    ],
)
def test_no_secret_is_written_out_and_none_is_told(row: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as fault:
        Desk(RECEIVER).write(row)
    assert "Write" in fault.value.remedy
    assert not any(secret in str(fault.value) for secret in ("verysecret", KEY))
    reference = {"env": "DESK"}
    field = "secret" if "secret" in row else "url"
    kind = row["type"] if field == "secret" else "slack"
    assert Desk(RECEIVER).write({**row, "type": kind, field: reference}) == 1


@pytest.mark.parametrize(
    ("kind", "row", "words"),
    [
        (SOURCE, {"url": "ftp://a.org/"}, "url"),
        (SOURCE, {"url": "http://a.org/", "intervall": 5}, "'intervall' is not a known key"),
        (WATCH, {"when": {"place": "Tripoli"}, "notify": "d"}, "'Tripoli' may be"),
        (WATCH, {"when": {"place": {"geoname_id": 10**30}}, "notify": "d"}, "no place has the id"),
        (SILENCE, {"watch": "w", "for": "8h"}, "'comment' is missing"),
        (SOURCE, {"url": "http://a.org/", "tags": ["x" * 1_000_000]}, "bytes, of at most"),
    ],
)
def test_what_is_wrong_is_told_with_its_remedy(kind: Any, row: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as fault:
        Desk(kind).write(row)
    assert fault.value.remedy


def test_nothing_nests_without_end() -> None:
    when: dict[str, Any] = {"text": "x"}
    for _ in range(3000):
        when = {"all": [when]}
    with pytest.raises(ConfigError, match="levels deep"):
        Desk(WATCH).write({"when": when, "notify": "d"})
    with pytest.raises(ConfigError, match="levels deep"):
        Desk(WATCH).write({"when": when, "notify": "d"}, based_on=4)


BODIES = st.dictionaries(
    st.text(st.characters(categories=["Ll"]), min_size=1, max_size=3),
    st.recursive(
        st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.just("k"), inner),
    ),
    max_size=4,
)


@given(BODIES, BODIES)
def test_bodies_differ_just_where_a_field_is_told(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert compare(one, one) == {}
    assert bool(compare(one, other)) == (one != other)
    assert all(before != after for before, after in compare(one, other).values())
