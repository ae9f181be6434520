"""Own names in the extractor: nothing is taken over before all is known, then every edit, and what came in between."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.extractor.names_in_force import NamesInForce
from services.extractor.read import Reader
from shared.events import ConfigChanged
from shared.names import gazetteer
from tests.unit.alerter.samples import NOW

TEXT = "Shells fell near Tell Qarmat and Hill Ninety on Monday."


@pytest.fixture
def in_force() -> Iterator[NamesInForce]:
    yield NamesInForce(gazetteer.load())
    gc.unfreeze()


def _edit(in_force: NamesInForce, name_id: str, **body: Any) -> None:
    """As the follower does it."""
    made = {"id": name_id, "kind": "place", "lat": 35.0, "lon": 38.0, **body} if body else None
    version = in_force.history.versions.get(name_id, 0)
    change = ConfigChanged(id=name_id, based_on=version, owner="d", changed_at=NOW, created_at=NOW, body=made)
    if in_force.history.apply(change):
        in_force.edited(change)


def _found(in_force: NamesInForce) -> set[str]:
    return {found.place_id for found in Reader(in_force.names).read_text(TEXT).locations}


def test_all_that_is_known_is_taken_over_then_every_edit(in_force: NamesInForce) -> None:
    _edit(in_force, "camp", name="Tell Qarmat")
    assert _found(in_force) == set()
    in_force.load()
    _edit(in_force, "hill", name="Hill Ninety")  # while others load
    in_force.begin()
    assert _found(in_force) == {"own:camp", "own:hill"}
    _edit(in_force, "camp")
    assert _found(in_force) == {"own:hill"}
    assert in_force.names.version.endswith("+own-3")
    assert gc.isenabled()


def test_a_name_that_cannot_be_taken_is_logged_and_harms_no_other(in_force: NamesInForce) -> None:
    in_force.begin()
    with capture_logs() as lines:
        _edit(in_force, "bad", lat=None, lon=None, same_as="gn:999999999", aliases=["Tell Qarmat"])
        _edit(in_force, "hill", name="Hill Ninety")
    assert _found(in_force) == {"own:hill"}
    assert [(line["event"], line["name_id"]) for line in lines] == [("name_invalid", "bad")]
