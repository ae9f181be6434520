"""``tocsin gazetteer``: places added to the compiled names."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shared.names import compile as compiling
from shared.names import gazetteer, lexicon
from shared.names.records import NamedPlace, Place
from tocsin.cli import app

ROW = "- {id: hill-402, name: Hill 402, country: UA, lat: 48.1, lon: 37.9}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for names, and a gazetteer of one town, which compiles at once."""
    monkeypatch.setenv(gazetteer.CACHE_VARIABLE, str(tmp_path / "names"))
    monkeypatch.setattr(
        compiling, "places", lambda: [NamedPlace(Place(id="gn:1", name="Aleppo", lat=36.2, lon=37.1, country="SY"))]
    )
    monkeypatch.setattr(lexicon, "load", lambda: ())
    return tmp_path


def test_places_are_added_and_taken_away_again(folder: Path) -> None:
    (folder / "mine.yaml").write_text(ROW)
    added = CliRunner().invoke(app, ["gazetteer", "build", "--rows", str(folder / "mine.yaml"), "--json"])
    assert added.exit_code == 0, added.output
    assert json.loads(added.stdout)["added"] == 1
    assert [m.place.id for m in gazetteer.load().lookup("hill 402") if m.place] == ["user:hill-402"]
    assert CliRunner().invoke(app, ["gazetteer", "build"]).exit_code == 0
    assert gazetteer.load().lookup("hill 402") == []


def test_a_wrong_file_changes_nothing_and_is_named(folder: Path) -> None:
    (folder / "mine.yaml").write_text(ROW)
    (folder / "bad.yaml").write_text(ROW.replace("48.1", "north"))
    CliRunner().invoke(app, ["gazetteer", "build", "--rows", str(folder / "mine.yaml")])
    refused = CliRunner().invoke(app, ["gazetteer", "build", "--rows", str(folder / "bad.yaml")])
    assert refused.exit_code == 1
    assert "bad.yaml, row 1" in refused.stderr
    assert gazetteer.load().lookup("hill 402") != []
    missing = CliRunner().invoke(app, ["gazetteer", "build", "--country", str(folder / "XX.zip")])
    assert missing.exit_code == 1
    assert "XX.zip" in missing.stderr
