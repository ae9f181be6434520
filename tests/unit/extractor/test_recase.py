"""Wires in capitals are read as if a newsroom had written them; other texts stay as they are."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.extractor.read import Reader
from services.extractor.recase import recased
from shared.config.names import Name
from shared.names.gazetteer import Gazetteer
from shared.names.live import LiveNames
from shared.names.own import thing_of

WIRE = """\
LIMA, 12 MAR 91 -- TWO SOLDIERS WERE KILLED ON TUESDAY WHEN A GROUP OF GUERRILLAS AMBUSHED AN ARMY PATROL NEAR
HUANCAYO, PERUVIAN OFFICIALS SAID.

    COLONEL RAMIRO QUISPE SAID THAT THE PATROL WAS ON ITS WAY FROM SAN MIGUEL TO LA PAZ, AND THAT THE U.S. EMBASSY IN
BOGOTA HAD BEEN TOLD. THE FARC [REVOLUTIONARY ARMED FORCES OF COLOMBIA] DENIED ANY ROLE IN ANTIOQUIA DEPARTMENT.

    "WE ARE READING THE REPORTS," HE ADDED, "AND MOST OF THEM ARE NICE WORDS." NO CASUALTIES WERE REPORTED IN COLOMBIA.
"""
MIXED = "LIMA FALLS SILENT\n\nTwo soldiers were killed near Huancayo, officials said, and the FARC denied it. " * 4


def test_names_keep_their_capitals_and_words_lose_them(names: Gazetteer) -> None:
    text = recased(WIRE, names)
    for name in (
        "Lima",
        "Huancayo",
        "Peruvian",
        "San Miguel",
        "La Paz",
        "U.S.",
        "Bogota",
        "FARC",
        "Antioquia",
        "Colombia",
    ):
        assert name in text
    for words in (
        "two soldiers were killed",
        "ambushed an army patrol",
        "reading the reports",
        "nice words",
        "department",
    ):
        assert words in text


def test_what_writes_small_letters_stays(names: Gazetteer) -> None:
    assert recased(MIXED, names) == MIXED
    assert recased("CEASEFIRE IN IDLIB", names) == "CEASEFIRE IN IDLIB"  # a flash says nothing of a habit


def test_places_and_actors_of_a_wire_are_found_as_written(reader: Reader) -> None:
    report = reader.read_text(WIRE)
    found = {mention.text for mention in (*report.locations, *report.actors)}
    assert found >= {"LIMA", "HUANCAYO", "U.S.", "BOGOTA", "ANTIOQUIA", "COLOMBIA", "FARC", "LA PAZ"}
    assert found.isdisjoint({"READING", "MOST", "NICE", "ARE", "ON", "IN", "RAMIRO", "QUISPE"})
    for mention in (*report.locations, *report.actors, *report.demonyms):
        assert report.text[mention.start : mention.end] == mention.text
    assert report.language == "en"
    (antioquia,) = [place for place in report.locations if place.text == "ANTIOQUIA"]
    assert antioquia.feature == "region"


@pytest.mark.parametrize(
    ("wire", "written"),
    [
        ("GERMANS AND SOUTH SUDANESE MET NORTH KOREANS.", "Germans and South Sudanese met North Koreans."),
        ("BEIJING'S MINISTER MET BRITAIN'S IN PARIS.", "Beijing's Minister met Britain's in Paris."),
        ("SHANGHAI, MUSCAT AND WELLINGTON ARE CITIES.", "Shanghai, Muscat and Wellington are cities."),
        ("THE US AND THE UK TOLD US WHO BOMBED A US-RUN CAMP.", "the US and the UK told us who bombed a US-run camp."),
        ("THE CAR BOMB HIT A CAR-PARK, THE UN SAID.", "the car bomb hit a car-park, the UN said."),
        ("RAMIRO A. QUISPE SOLD A NICE HOUSE.", "Ramiro A. Quispe sold a nice house."),
    ],
)
def test_names_that_are_words_and_words_that_are_names(names: Gazetteer, wire: str, written: str) -> None:
    assert recased(f"{WIRE}{wire}\n", names).splitlines()[-1] == written


def test_a_desks_own_names_stay_names(names: Gazetteer) -> None:
    own = LiveNames(names)
    own.own.put(
        (name, thing_of(name, names))
        for name in (
            Name(id="bridge", kind="place", name="Long Bridge", lat=1, lon=2),
            Name(id="wolves", kind="actor", name="Wolves"),
        )
    )
    text = recased(WIRE + "THE WOLVES HOLD THE LONG BRIDGE.\n", own)
    assert text.endswith("the Wolves hold the Long Bridge.\n")


def test_a_notice_in_capitals_above_a_report_changes_nothing(names: Gazetteer) -> None:
    text = WIRE * 5 + "Nadia Orange met US envoys in Nice on Monday, Mr Split said. " * 60
    assert recased(text, names) == text


def test_capitals_among_letters_that_have_none_change_nothing(names: Gazetteer) -> None:
    text = "قال متحدث باسم WHO إن US و UN في صنعاء يوم الاثنين " * 60
    assert recased(text, names) == text


def test_acronyms_are_told_from_short_words(names: Gazetteer) -> None:
    text = recased(WIRE + "    HE IS SURE THAT THE ELN AND THE FMLN ACT AS ONE.\n", names)
    assert "he is sure that the ELN and the FMLN act as one" in text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.sampled_from("ABCDEFGHIJK L'’-.İßǅŉ\n"), st.characters()), max_size=80).map("".join))
@example(" İ İS'İ BAĞDAT ")
def test_offsets_stay(names: Gazetteer, text: str) -> None:
    wire = WIRE + text
    assert len(recased(wire, names)) == len(wire)
    assert recased(wire, names).casefold()[: len(WIRE)] == wire.casefold()[: len(WIRE)]
