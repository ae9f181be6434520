"""A desk's own names when they are saved: ids for what they are the same as and part of; watches on them."""

from collections.abc import Mapping
from typing import Any

import pytest

from shared.config.beside import Beside
from shared.config.edits import Draft, Wanted, draft
from shared.config.history import Chronicle
from shared.config.kinds import BY_NAME
from shared.config.yaml_file import ConfigError
from shared.names.gazetteer import Gazetteer
from tests.unit.alerter.samples import NOW

CAMP = {"kind": "place", "name": "Tell Qarmat", "aliases": ["Hill Ninety"], "lat": 35.0, "lon": 38.0, "country": "SY"}
BAND = {"kind": "actor", "name": "Sunrise Brigade", "countries": ["SY"]}


class World:
    """All kinds' chronicles, and edits that are applied to them."""

    def __init__(self, names: Gazetteer) -> None:
        self.chronicles = {kind.key: Chronicle() for kind in BY_NAME.values()}
        self.beside = Beside(lambda: names, self.chronicles)

    def write(self, kind_name: str, item_id: str, written: Mapping[str, Any] | None) -> Draft:
        kind = BY_NAME[kind_name]
        made = draft(kind, self.chronicles[kind.key], Wanted(item_id, written, "ana"), self.beside, NOW)
        assert self.chronicles[kind.key].apply(made.change)
        return made

    def name(self, item_id: str, written: Mapping[str, Any] | None) -> Draft:
        return self.write("name", item_id, written)

    def watch(self, item_id: str, when: Mapping[str, Any]) -> Draft:
        return self.write("watch", item_id, {"when": when, "notify": ["desk"]})

    def when(self, item_id: str) -> Any:
        return self.chronicles["watches"].items[item_id].body["when"]


@pytest.fixture
def world(names: Gazetteer) -> World:
    return World(names)


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"kind": "place", "same_as": "gn:999999999", "aliases": "X1"}, "no listed place has the id or name 'gn:9"),
        ({"kind": "place", "same_as": "Tripoli", "aliases": "X1"}, "'Tripoli' may be: .*Write the id that you mean"),
        ({"kind": "place", "same_as": "own:camp", "aliases": "X1"}, "is a name of your own. Add the spellings to its"),
        ({"kind": "actor", "same_as": "nobody-has-this", "aliases": "X1"}, "no listed actor has the id or name"),
        ({**BAND, "parents": ["nobody-has-this"]}, "no actor has the id or name 'nobody-has-this'. Add it before"),
        ({**BAND, "parents": ["a"]}, "an actor is no part of itself"),
        ({**BAND, "same_as": "isis", "parents": ["fsa"]}, "has the listed one's countries and parents"),
        ({**CAMP, "aliases": ["--"]}, "nothing to look for in '--'"),
    ],
)
def test_what_cannot_be_is_refused_with_its_remedy(world: World, row: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        world.name("a", row)


def test_what_a_name_is_the_same_as_becomes_an_id_and_the_authors_words_stay(world: World) -> None:
    made = world.name("raqqa", {"kind": "place", "same_as": "Raqqa", "country": "SY", "aliases": ["Zarqanabad"]})
    assert made.change.body is not None
    assert made.change.body["same_as"].startswith("gn:")
    assert made.change.written is not None
    assert made.change.written["same_as"] == "Raqqa"
    sham = world.name("sham", {"kind": "actor", "same_as": "Ahrar al-Sham", "aliases": ["The Levant Freemen"]})
    assert sham.change.body is not None
    assert sham.change.body["same_as"] == "ahrar-al-sham"


def test_parents_are_listed_actors_or_the_desks_own_by_id_or_name(world: World) -> None:
    world.name("sun", BAND)
    parents = ["fsa", "sun", "Ahrar al-Sham"]
    made = world.name("ray", {"kind": "actor", "name": "Ray Battalion", "parents": parents})
    assert made.change.body is not None
    assert made.change.body["parents"] == ["fsa", "own:sun", "ahrar-al-sham"]


def test_names_that_match_too_much_are_noted(world: World) -> None:
    notes = world.name("a", {**BAND, "name": "Front", "aliases": ["ISIS"]}).notes
    assert any(note.startswith("'Front' is a common English word (1 in ") for note in notes)
    assert any("'ISIS' is listed as " in note and "same_as" in note for note in notes)
    assert world.name("b", CAMP).notes == []
    bare = {key: value for key, value in CAMP.items() if key != "country"}
    assert world.name("b", bare).notes == [
        "it has no country, so that a watch on a country does not see it. Add country: to have it seen"
    ]


# ---------------------------------------------------------------- watches on them


@pytest.mark.parametrize("called", ["Tell Qarmat", "hill ninety", "TELL-QARMAT", "Tall Qarmat"])
def test_a_watch_on_an_own_place_is_pinned_to_it_whatever_spelling_it_uses(world: World, called: str) -> None:
    world.name("camp", CAMP)
    world.watch("w", {"place": {"name": called, "within_km": 30}})
    place = world.when("w")["place"]
    assert (place["id"], place["lat"], place["lon"], place["country"]) == ("own:camp", 35.0, 38.0, ["SY"])


def test_an_own_place_without_a_country_can_be_watched(world: World) -> None:
    world.name("camp", {**CAMP, "country": None})
    world.watch("w", {"place": {"name": "Tell Qarmat", "within_km": 30}})
    assert world.when("w")["place"]["id"] == "own:camp"


def test_an_own_name_is_meant_before_listed_ones(world: World) -> None:
    world.name("aleppo", {**CAMP, "name": "Aleppo"})
    world.watch("w", {"place": {"name": "Aleppo", "within_km": 5}})
    assert world.when("w")["place"]["id"] == "own:aleppo"
    world.watch("x", {"place": {"name": "Aleppo", "country": "US", "within_km": 5}})  # not the desk's, then
    assert not world.when("x")["place"].get("id", "").startswith("own:")


def test_two_own_places_of_one_name_are_told_apart_by_id(world: World) -> None:
    world.name("one", CAMP)
    world.name("two", {**CAMP, "lat": 36.5})
    with pytest.raises(ConfigError, match=r"may be: Tell Qarmat, SY \(id: own:"):
        world.watch("w", {"place": {"name": "Tell Qarmat", "within_km": 30}})
    world.watch("w", {"place": {"id": "own:two", "within_km": 30}})
    assert world.when("w")["place"]["lat"] == 36.5


def test_a_watch_on_an_own_actor_is_pinned_to_it(world: World) -> None:
    world.name("sun", BAND)
    world.watch("w", {"actor": {"name": "Sunrise Brigades", "parts": True}})
    assert world.when("w")["actor"]["id"] == "own:sun"
    world.watch("x", {"actor": {"id": "own:sun"}})
    assert world.when("x")["actor"]["name"] == "Sunrise Brigade"


def test_a_name_that_comes_after_its_watch_says_how_to_pin_it(world: World) -> None:
    saved = world.watch("w", {"place": {"name": "Tel Qarmat", "within_km": 30}})
    assert world.when("w")["place"]["unknown"] is True
    assert "it is looked for in the text, in any spelling" in saved.notes[0]
    (note,) = world.name("camp", {**CAMP, "aliases": ["Tel Qarmat"]}).notes
    assert "watch w looks for this name in the text" in note
    assert "tocsin watch restore w 1" in note
    world.watch("w", {"place": {"name": "Tel Qarmat", "within_km": 30}})  # what restore does
    assert world.when("w")["place"]["id"] == "own:camp"


def test_a_removal_is_told_who_uses_the_name(world: World) -> None:
    world.name("camp", CAMP)
    world.name("sun", BAND)
    world.name("ray", {"kind": "actor", "name": "Ray Battalion", "parents": ["sun"]})
    world.watch("near", {"place": {"name": "Tell Qarmat", "within_km": 30}})
    world.watch("at", {"place": {"name": "Tell Qarmat"}})
    world.watch("by", {"any": [{"actor": "Sunrise Brigade"}, {"text": "x-ray"}]})
    assert world.name("camp", None).notes == [
        "watch near is pinned to it, and keeps its point",
        "watch at is pinned to it, and nothing will be found for it: edit the watch",
    ]
    assert world.name("sun", None).notes == [
        "watch by is pinned to it, and nothing will be found for it: edit the watch",
        "name ray has it among its parents",
    ]
    assert world.when("near")["place"]["lat"] == 35.0


# ---------------------------------------------------------------- remarks on watches


def test_what_matches_too_much_is_noted(world: World) -> None:
    def notes(when: dict[str, Any]) -> list[str]:
        return [note for note in world.watch("w", when).notes if "receiver" not in note]

    (note,) = notes({"text": 'reading OR "zarqanabad road"'})
    assert note.startswith("'reading' is a common English word (1 in ")
    assert "of 10,000 reports a day" in note
    assert notes({"all": [{"text": "reading"}, {"actor": "ISIS"}]}) == []
    assert notes({"text": "reading Mosul NOT drill"}) == []
    assert any(note.startswith("'Front' is a common") for note in notes({"actor": "Front"}))


def test_receivers_that_nobody_configured_are_noted(world: World) -> None:
    assert "no receiver 'desk' is configured: it is told nothing until it is" in world.watch("w", {"text": "zz"}).notes
    world.write("receiver", "desk", {"type": "webhook", "url": "http://a.org/", "secret": {"env": "SECRET"}})
    assert world.watch("w", {"text": "zzz"}).notes == []
