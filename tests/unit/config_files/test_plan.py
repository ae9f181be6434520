"""What a file changes: differences alone, its own items alone, and nothing where it cannot be read."""

from pathlib import Path

import pytest

from shared.config.beside import Beside
from shared.config.history import Chronicle
from shared.config.kinds import BY_NAME, Kind
from shared.events import ConfigChanged
from shared.names import gazetteer
from shared.names.gazetteer import Gazetteer
from tests.unit.alerter.samples import NOW
from tocsin.config_files.plan import FilePlan, plan_file
from tocsin.config_files.publish import due_after

RECEIVERS, WATCHES, SOURCES, SILENCES = (BY_NAME[name] for name in ("receiver", "watch", "source", "silence"))
TWO = "sources:\n  - {id: a, url: 'http://a.org/'}\n  - {id: b, url: 'http://b.org/'}\n"


@pytest.fixture(scope="module")
def names() -> Gazetteer:
    return gazetteer.load()


class Desk:
    """A folder, and the history that its files made."""

    def __init__(self, folder: Path, names: Gazetteer) -> None:
        self.folder, self.names, self.history = folder, names, Chronicle()

    def save(self, kind: Kind, text: str | None) -> FilePlan:
        """Saves the file (None: removes it), plans, and applies what was planned."""
        path = self.folder / kind.file
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_text(text, encoding="utf-8")
        plan = plan_file(self.folder, kind, self.history, Beside(lambda: self.names, folder=self.folder), NOW)
        assert all(self.history.apply(edit) for edit in plan.edits)
        return plan


@pytest.fixture
def desk(tmp_path: Path, names: Gazetteer) -> Desk:
    return Desk(tmp_path, names)


def edits(plan: FilePlan) -> dict[str, bool]:
    """By id: whether it stays."""
    return {edit.id: edit.body is not None for edit in plan.edits}


def test_only_differences_are_published(desk: Desk) -> None:
    assert edits(desk.save(SOURCES, TWO)) == {"a": True, "b": True}
    assert edits(desk.save(SOURCES, TWO)) == {}
    assert edits(desk.save(SOURCES, TWO.replace("b.org", "c.org"))) == {"b": True}
    assert edits(desk.save(SOURCES, "sources:\n  - {id: a, url: 'http://a.org/'}\n")) == {"b": False}
    assert edits(desk.save(SOURCES, "sources: []")) == {"a": False}
    assert desk.history.versions == {"a": 2, "b": 3}


@pytest.mark.parametrize("text", [None, "", "\n\n# all gone?\n"])
def test_a_missing_or_empty_file_removes_nothing_and_says_so(desk: Desk, text: str | None) -> None:
    desk.save(SOURCES, TWO)
    plan = desk.save(SOURCES, text)
    assert not plan.edits
    assert "sources: []" in plan.notes[0]


@pytest.mark.parametrize("text", ["sources: [", "sources: 3", "\tx", "sources:\n  - id: a\n  id: b"])
def test_a_file_that_cannot_be_read_changes_nothing(desk: Desk, text: str) -> None:
    desk.save(SOURCES, TWO)
    plan = desk.save(SOURCES, text)
    assert not plan.edits
    assert plan.errors[0].place.startswith("sources.yaml:")


def test_an_entry_that_became_wrong_stays_as_it_was(desk: Desk) -> None:
    desk.save(SOURCES, TWO)
    plan = desk.save(SOURCES, TWO.replace("http://b.org/", "ftp://b.org/"))
    assert not plan.edits
    assert plan.errors[0].place == "sources.yaml:3"
    assert "b" in desk.history.items


def test_items_of_others_are_neither_changed_nor_removed(desk: Desk) -> None:
    theirs = ConfigChanged(id="a", based_on=0, owner="console", changed_at=NOW, created_at=NOW, body={"id": "a"})
    assert desk.history.apply(theirs)
    plan = desk.save(SOURCES, TWO)
    assert edits(plan) == {"b": True}
    assert "belongs to console" in str(plan.errors[0])
    assert edits(desk.save(SOURCES, "sources: []")) == {"b": False}


def test_what_is_removed_and_comes_back_is_new(desk: Desk) -> None:
    desk.save(SOURCES, TWO)
    desk.save(SOURCES, "sources: []")
    desk.save(SOURCES, TWO)
    assert desk.history.items["a"].version == 3


def test_an_unknown_top_key_is_named_and_harms_nothing(desk: Desk) -> None:
    plan = desk.save(SOURCES, TWO + "source: []\n")
    assert edits(plan) == {"a": True, "b": True}
    assert "'source' is not a known key" in str(plan.errors[0])


def test_known_names_are_pinned_unknown_ones_noted(desk: Desk) -> None:
    text = (
        "watches:\n"
        "  - {id: w, when: {place: {name: Deir ez-Zor, within_km: 30}}, notify: d}\n"
        "  - {id: x, when: {actor: The Qwertyuiop Brigade}, notify: d}\n"
    )
    plan = desk.save(WATCHES, text)
    pinned = plan.bodies["w"]["when"]["place"]
    assert pinned["country"] == ["SY"]
    assert abs(pinned["lat"] - 35.34) < 0.1
    assert plan.bodies["x"]["when"]["actor"]["unknown"] is True
    assert "Qwertyuiop" in plan.notes[0]
    assert not desk.save(WATCHES, text).edits


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("{place: {name: Syria, within_km: 10}}", "has no radius"),
        ("{place: {id: 'gn:999999999'}}", "no place has the id"),
        ("{actor: {id: nobody}}", "no actor has the id"),
        ("{text: 'ʿ'}", "nothing to look for"),
        ("{actor: 'ـ'}", "nothing to look for"),
        ("{none: [{place: {name: '---'}}]}", "nothing to look for"),
    ],
)
def test_what_cannot_be_pinned_is_refused_with_line_and_remedy(desk: Desk, when: str, words: str) -> None:
    plan = desk.save(WATCHES, f"watches:\n  - id: w\n    when: {when}\n    notify: d\n")
    assert not plan.edits
    (error,) = plan.errors
    assert words in str(error)
    assert error.place == "watches.yaml:2"
    assert error.remedy


def test_a_beat_names_a_country_and_a_region_of_it(desk: Desk) -> None:
    row = "sources:\n  - {{id: a, url: 'http://a.org/', beat: {}}}\n"
    for beat in ("ML", "{country: US, region: Tennessee}", "{country: SY, region: Aleppo Governorate}"):
        assert edits(desk.save(SOURCES, row.format(beat))) == {"a": True}
    for beat, problem in (("{country: SY, region: Tennessee}", "SY has no first-order region"), ("Mali", "country")):
        plan = desk.save(SOURCES, row.format(beat))
        assert not plan.edits
        assert problem in str(plan.errors[0])
        assert plan.errors[0].place.startswith("sources.yaml:2")


def test_no_secret_is_in_an_edit(desk: Desk) -> None:
    text = "receivers:\n  - {id: s, type: slack, url: 'https://hooks.slack.com/services/T/B/verysecret'}\n"
    plan = desk.save(RECEIVERS, text)
    assert "verysecret" not in str(plan)
    assert plan.bodies["s"]["url"] == {"config": "receivers/s/url"}


# ---------------------------------------------------------------- shapes

ROAD = '{"type": "LineString", "coordinates": [[38.0, 34.0], [39.0, 35.0]]}'
ON_ROAD = "watches:\n  - {id: w, when: {place: {geojson: road.geojson, within_km: 5}}, notify: d}\n"


def test_a_shape_is_read_from_beside_the_file_and_travels_whole(desk: Desk) -> None:
    (desk.folder / "road.geojson").write_text(ROAD)
    plan = desk.save(WATCHES, ON_ROAD)
    place = plan.bodies["w"]["when"]["place"]
    assert place["geojson"] == {"type": "LineString", "coordinates": [[38.0, 34.0], [39.0, 35.0]]}
    assert place["name"] == "road.geojson"
    assert "LineString, its middle at 34.50 N, 38.50 E" in plan.notes[0]
    assert desk.history.items["w"].text["when"] == {"place": {"geojson": "road.geojson", "within_km": 5}}
    assert not desk.save(WATCHES, ON_ROAD).edits
    (desk.folder / "road.geojson").write_text(ROAD.replace("35.0", "36.0"))
    assert edits(desk.save(WATCHES, ON_ROAD)) == {"w": True}


@pytest.mark.parametrize(
    ("road", "place", "words"),
    [
        (None, "{geojson: road.geojson, within_km: 5}", "w: road.geojson cannot be read: No such file"),
        (ROAD, "{geojson: road.geojson}", "road.geojson: a line has no inside. Add within_km"),
        ("[1,\n2", "{geojson: road.geojson}", "road.geojson:2 is not JSON"),
        (ROAD, "{geojson: road.geojson, lat: 3}", "a shape says itself where it is. Leave geojson"),
        (ROAD, "{geojson: ../road.geojson}", "is no name of a .geojson file"),
        (ROAD, "{geojson: 3}", "watches.yaml:2: w: when.place.geojson"),
    ],
)
def test_a_shape_that_is_wrong_is_refused_with_line_and_remedy(
    desk: Desk, road: str | None, place: str, words: str
) -> None:
    if road:
        (desk.folder / "road.geojson").write_text(road)
    plan = desk.save(WATCHES, f"watches:\n  - {{id: w, when: {{place: {place}}}, notify: d}}\n")
    (error,) = plan.errors
    assert error.place == "watches.yaml:2"
    assert words in str(error)


def test_names_and_shapes_are_looked_at_again_when_they_change() -> None:
    def due(*files: str) -> list[str]:
        return [kind.name for kind in due_after(files)]

    assert due("road.geojson") == ["watch"]
    assert due("names.yaml") == ["name", "watch"]
    assert due("watches.yaml", "receivers.yaml") == ["receiver", "watch"]
    assert due("notes.txt") == []


# ---------------------------------------------------------------- areas

AREAS = (
    "areas:\n"
    "  - {id: office, lat: 37.05, lon: 41.22, within_km: 40}\n"
    "  - {id: road, geojson: road.geojson, within_km: 3}\n"
)
IN_AREAS = (
    "watches:\n"
    "  - {id: a, when: {place: {area: office}}, notify: d}\n"
    "  - {id: b, when: {any: [{place: {area: road, within_km: 9}}]}, notify: d}\n"
)


@pytest.mark.parametrize("is_apart", [True, False])
def test_areas_stand_in_a_file_of_their_own_or_with_the_watches(desk: Desk, is_apart: bool) -> None:
    (desk.folder / "road.geojson").write_text(ROAD)
    if is_apart:
        (desk.folder / "areas.yaml").write_text(AREAS)
    plan = desk.save(WATCHES, IN_AREAS if is_apart else AREAS + IN_AREAS)
    assert not plan.errors
    office = plan.bodies["a"]["when"]["place"]
    assert (office["lat"], office["lon"], office["within_km"], office["name"]) == (37.05, 41.22, 40, "office")
    road = plan.bodies["b"]["when"]["any"][0]["place"]
    assert (road["geojson"]["type"], road["within_km"], road["name"]) == ("LineString", 9, "road")
    assert desk.history.items["a"].text["when"] == {"place": {"area": "office"}}
    if is_apart:
        (desk.folder / "areas.yaml").write_text(AREAS.replace("within_km: 40", "within_km: 50"))
        assert edits(desk.save(WATCHES, IN_AREAS)) == {"a": True}
        assert due_after(["areas.yaml"]) == [WATCHES]


def test_an_area_that_is_wrong_or_missing_refuses_only_what_needs_it(desk: Desk) -> None:
    (desk.folder / "areas.yaml").write_text(
        "areas:\n  - {id: office, lat: 37.05}\n  - {id: x, lat: 1, lon: 2, within_km: 3}\n"
    )
    plan = desk.save(WATCHES, "areas:\n  - {id: x, lat: 1, lon: 2, within_km: 3}\n" + IN_AREAS + _at("x"))
    errors = sorted(map(str, plan.errors))
    assert errors[0].startswith("areas.yaml:2: office: ")
    assert "lat and lon go together" in errors[0]
    assert "areas.yaml:3: there are two areas 'x'. Give it another id" in errors
    assert any("watches.yaml:4: a: there is no area 'office'. Write it under areas:" in error for error in errors)
    assert edits(plan) == {"c": True}


def _at(area: str) -> str:
    return f"  - {{id: c, when: {{place: {{area: {area}}}}}, notify: d}}\n"
