"""Wires in capitals are read as if a newsroom had written them; other texts stay as they are."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.extractor.read import Reader
from services.extractor.recase import recased
from shared.names.gazetteer import Gazetteer

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


def test_acronyms_are_told_from_short_words(names: Gazetteer) -> None:
    text = recased(WIRE + "    HE IS SURE THAT THE ELN AND THE FMLN ACT AS ONE.\n", names)
    assert "he is sure that the ELN and the FMLN act as one" in text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters() | st.sampled_from("ABCDEFGHIJK L'’-.İßǅŉ\n"), max_size=80))
def test_offsets_stay(names: Gazetteer, text: str) -> None:
    wire = WIRE + text
    assert len(recased(wire, names)) == len(wire)
    assert recased(wire, names).casefold()[: len(WIRE)] == wire.casefold()[: len(WIRE)]
