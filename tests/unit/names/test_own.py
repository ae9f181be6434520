"""A desk's own names beside the listed ones: found in any spelling, edited while texts are read, gone when removed."""

import threading
from typing import Any

import pytest

from services.extractor.read import EXTRACTOR_VERSION, Reader
from shared.config.history import History
from shared.events import ConfigChanged, Report
from shared.names.gazetteer import Gazetteer
from shared.names.live import LiveNames, Refused
from tests.unit.alerter.samples import NOW

CAMP = {"kind": "place", "name": "Tell Qarmat", "lat": 35.0, "lon": 38.0, "country": "SY"}
BAND = {"kind": "actor", "name": "Sunrise Brigade", "countries": ["SY"]}


class Desk:
    """Own names, edited one by one."""

    def __init__(self, names: Gazetteer) -> None:
        self.history = History()
        self.names = LiveNames(names, self.history)
        self.reader = Reader(self.names)

    def edit(self, name_id: str, body: dict[str, Any] | None) -> Refused:
        """Adds, replaces or (None) removes a name."""
        made = {"id": name_id, **body} if body else None
        version = self.history.versions.get(name_id, 0)
        change = ConfigChanged(id=name_id, based_on=version, owner="desk", changed_at=NOW, created_at=NOW, body=made)
        assert self.history.apply(change)
        return self.names.sync()

    def places(self, text: str) -> list[tuple[str, str]]:
        """What is found: text and id."""
        report = self.reader.read_text(text)
        _check_offsets(text, report)
        return [(found.text, found.place_id) for found in report.locations]

    def actors(self, text: str) -> list[tuple[str, str]]:
        """What is found: text and id."""
        report = self.reader.read_text(text)
        _check_offsets(text, report)
        return [(found.text, found.id) for found in report.actors]


def _check_offsets(text: str, report: Report) -> None:
    for found in (*report.locations, *report.actors):
        assert text[found.start : found.end] == found.text


@pytest.fixture
def desk(names: Gazetteer) -> Desk:
    return Desk(names)


# ---------------------------------------------------------------- finding


@pytest.mark.parametrize(
    "written",
    ["Tell Qarmat", "TELL QARMAT", "Tell-Qarmat", "Tel Karmat", "Tall Qarmat", "تل قرمات", "Телль-Кармат"],
)
def test_an_own_place_is_found_in_any_spelling(desk: Desk, written: str) -> None:
    text = f"Shells fell near {written} on Monday, residents said."
    assert (written, "own:camp") not in desk.places(text)
    desk.edit("camp", CAMP)
    assert (written, "own:camp") in desk.places(text)
    desk.edit("camp", None)
    assert (written, "own:camp") not in desk.places(text)


def test_a_listed_name_in_a_case_is_not_taken_for_one_that_sounds_like_it(desk: Desk) -> None:
    text = "Бои идут в Соледаре, сообщили военные."
    before = desk.places(text)
    assert [found for found, _ in before] == ["Соледаре"]
    desk.edit("x", {"kind": "place", "name": "Soledara", "lat": 1.0, "lon": 2.0})
    assert desk.places(text) == before


@pytest.mark.parametrize("written", ["Вовчого Яру", "Вовчий Яр"])
def test_forms_by_grammar_are_made_when_a_name_is_added(desk: Desk, written: str) -> None:
    desk.edit("yar", {**CAMP, "name": "Вовчий Яр", "country": "UA", "lat": 49.8, "lon": 37.4})
    assert desk.places(f"Бої біля {written} тривають, повідомив штаб.") == [(written, "own:yar")]


@pytest.mark.parametrize("text", ["Prices in Tulkarm rose.", "He tells karma stories near Aleppo.", "Tell me."])
def test_other_words_are_not_taken_for_it(desk: Desk, text: str) -> None:
    before = desk.places(text)
    desk.edit("camp", CAMP)
    assert desk.places(text) == before


def test_an_alias_in_small_letters_is_a_name_where_the_desk_writes_it_so(desk: Desk) -> None:
    desk.edit("works", {**CAMP, "name": "Old brickworks", "aliases": ["the burnt mill"]})
    text = "Two were hurt at the burnt mill. Smoke rose over the Old brickworks."
    assert [found for found, of in desk.places(text) if of == "own:works"] == ["burnt mill", "Old brickworks"]


def test_an_own_place_stands_before_a_listed_one_of_its_name(desk: Desk) -> None:
    text = "Jets struck the T4 airbase near Palmyra in Syria."
    assert [of for found, of in desk.places(text) if "T4" in found] == ["tocsin:t4-airbase"]
    desk.edit("t4", {**CAMP, "name": "T4 airbase"})
    assert [of for found, of in desk.places(text) if "T4" in found] == ["own:t4"]


def test_a_longer_listed_name_hides_an_own_one_within_it(desk: Desk) -> None:
    desk.edit("york", {**CAMP, "name": "York", "country": "US"})
    assert [of for _, of in desk.places("He flew to New York on Monday.")] == ["gn:5128581"]


def test_further_spellings_of_a_listed_place_lead_to_it(desk: Desk) -> None:
    raqqa = desk.names.lookup("Raqqa")[0].place
    assert raqqa is not None
    desk.edit("raqqa", {"kind": "place", "same_as": raqqa.id, "aliases": ["Zarqanabad"]})
    assert desk.places("Fighters left Zarqanabad on Monday.") == [("Zarqanabad", raqqa.id)]


def test_an_own_actor_is_found_and_its_ambiguous_name_with_context_alone(desk: Desk) -> None:
    desk.edit("sun", {**BAND, "countries": [], "ambiguous": ["SB"], "context": ["rebels"]})
    assert desk.actors("Sunrise Brigade men fled.") == [("Sunrise Brigade", "own:sun")]
    assert desk.actors("The SB sent rebels.") == [("SB", "own:sun")]
    assert desk.actors("The SB sent milk.") == []


def test_further_spellings_of_a_listed_actor_lead_to_it(desk: Desk) -> None:
    desk.edit("sham", {"kind": "actor", "same_as": "ahrar-al-sham", "aliases": ["The Levant Freemen"]})
    assert ("Levant Freemen", "ahrar-al-sham") in [
        (found.removeprefix("The "), of) for found, of in desk.actors("Men of The Levant Freemen fled.")
    ]


# ---------------------------------------------------------------- edits


def test_an_edit_takes_old_spellings_away(desk: Desk) -> None:
    desk.edit("camp", {**CAMP, "aliases": ["Hilltop Nine"]})
    desk.edit("camp", {**CAMP, "name": "Hill Ninety"})
    text = "Shells hit Tell Qarmat, Hilltop Nine and Hill Ninety."
    assert [found for found, of in desk.places(text) if of == "own:camp"] == ["Hill Ninety"]


def test_two_names_with_one_spelling_part_without_a_trace(desk: Desk) -> None:
    desk.edit("one", CAMP)
    desk.edit("two", {**CAMP, "lat": 36.0})
    desk.edit("one", None)
    assert desk.places("Shells fell near Tell Qarmat.") == [("Tell Qarmat", "own:two")]
    desk.edit("two", None)
    assert len(desk.names.own) == 0
    assert desk.names.own.is_empty


def test_a_name_that_cannot_be_taken_is_refused_and_its_old_spellings_are_gone(desk: Desk) -> None:
    desk.edit("camp", CAMP)
    refused = desk.edit("camp", {"kind": "place", "same_as": "gn:999999999", "aliases": ["Tell Qarmat"]})
    assert refused == {"camp": "no place has the id gn:999999999"}
    assert "own:camp" not in dict(map(reversed, desk.places("Shells fell near Tell Qarmat.")))


def test_what_is_taken_over_at_once_is_what_edits_one_by_one_come_to(desk: Desk, names: Gazetteer) -> None:
    for number in range(3):
        desk.edit("camp", {**CAMP, "name": f"Tell Qarmat {number}"})
    desk.edit("gone", BAND)
    desk.edit("gone", None)
    desk.edit("sun", BAND)
    fresh = LiveNames(names, desk.history)
    assert fresh.sync() == {}
    assert fresh.own == desk.names.own
    assert fresh.version == desk.names.version == f"{names.version}+own-6"


def test_the_version_tells_with_which_names_a_report_was_read(desk: Desk, names: Gazetteer) -> None:
    assert desk.reader.version == f"{EXTRACTOR_VERSION}+{names.version}"
    desk.edit("camp", CAMP)
    assert desk.reader.read_text("Tell Qarmat").extractor == f"{EXTRACTOR_VERSION}+{names.version}+own-1"


def test_texts_are_read_right_while_names_are_edited(desk: Desk) -> None:
    """An edit that keeps a spelling never hides it, not for the blink of an eye."""
    desk.edit("camp", CAMP)
    text = "Shells fell near Tell Qarmat on Monday. " * 20
    missed: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            missed.append(20 - sum(hit.named.own != () and hit.end - hit.start == 11 for hit in desk.names.find(text)))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(1500):
        desk.edit("camp", {**CAMP, "lat": 30 + number / 1000, "aliases": [f"Hill {number}"]})
    done.set()
    for reader in readers:
        reader.join()
    assert len(missed) > 10
    assert set(missed) == {0}
