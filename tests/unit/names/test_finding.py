"""Folding, forms and finding: every spelling, exact offsets, and nothing that cuts a word in two."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.config.beside import Beside
from shared.config.watches import Watch
from shared.names.fold import fold, fold_name, fold_names
from shared.names.gazetteer import Gazetteer
from shared.names.inflect import forms
from shared.names.pin import AmbiguousNameError, pin


def found(names: Gazetteer, text: str) -> set[str]:
    """The names of all places that a text may name, with its own spelling."""
    return {text[hit.start : hit.end] for hit in names.find(text) if any(m.place for m in names.meanings(hit.named))}


@given(st.text(max_size=60))
def test_a_fold_is_padded_and_knows_where_each_letter_stood(text: str) -> None:
    folded = fold(text)
    assert folded.text.startswith(" ")
    assert folded.text.endswith(" ")
    assert "  " not in folded.text or not folded.text.strip()
    for position, char in enumerate(folded.text.strip(), start=1):
        if char != " ":
            start, end = folded.span(position, position + 1)
            assert char in fold(text[start:end]).text


@given(st.text(max_size=40))
@example("ŉ")
@example("ẚ")
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text.split() == once.split()


@given(st.lists(st.text(max_size=12), max_size=8))
@example(["ⱞ", "Aleppo", "", "\nHoms"])
def test_many_names_fold_as_one_by_one(batch: list[str]) -> None:
    one_by_one = [fold_name(name) for name in batch]
    assert [n.split() for n in fold_names(batch)] == [n.split() for n in one_by_one]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("တပ်မတော်သည်ရန်ကုန်မြို့ကိုတိုက်ခိုက်ခဲ့သည်။", "ရန်ကုန်"),
        ("စစ်တပ်ကမန္တလေးမြို့တွင်ပစ်ခတ်သည်", "မန္တလေးမြို့"),
        ("စစ်တပ်ကမန္တလေးတွင်ပစ်ခတ်သည်", "မန္တလေး"),
        ("មានការផ្ទុះនៅភ្នំពេញកាលពីម្សិលមិញ", "ភ្នំពេញ"),
        ("ເກີດເຫດລະເບີດຢູ່ວຽງຈັນມື້ວານນີ້", "ວຽງຈັນ"),
        ("เกิดเหตุระเบิดที่เชียงใหม่เมื่อวานนี้", "เชียงใหม่"),
        ("昨日東京で爆発があった", "東京"),
        ("Visit Bogota\u0301 now", "Bogota\u0301"),
        ("Deir ez-Zor's airbase", "Deir ez-Zor"),
        ("في ديرالزور", "ديرالزور"),
        ("боях під Харковом тривають", "Харковом"),
    ],
)
def test_a_name_is_found_with_its_own_marks_and_no_others(names: Gazetteer, text: str, name: str) -> None:
    assert name in found(names, text)


def test_no_name_ends_within_a_syllable(names: Gazetteer) -> None:
    for text in ("တပ်မတော်သည်ရန်ကုန်မြို့ကို", "ភ្នំពេញកាលពី", "เชียงใหม่เมื่อ"):
        for hit in names.find(text):
            assert not text[hit.end :].startswith(("\u103a", "\u1039", "\u17d2", "\u0e48", "\u103c", "\u102d"))


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Харків", "Харкова"),
        ("Москва", "Москвой"),
        ("Сирия", "Сирии"),
        ("Мариуполь", "Мариуполя"),
        ("الرقة", "بالرقة"),
        ("الرقة", "للرقة"),
        ("دمشق", "لدمشق"),
    ],
)
def test_forms(name: str, form: str) -> None:
    assert form in set(forms(name))


def test_latin_names_have_no_forms() -> None:
    assert list(forms("Aleppo")) == []


@pytest.mark.parametrize(
    "spelling", ["Deir ez-Zor", "Deir Ezzor", "Dayr az-Zawr", "دير الزور", "Дейр-эз-Зор", "DEIR EZ-ZOR"]
)
def test_one_place_in_every_spelling(names: Gazetteer, spelling: str) -> None:
    assert "SY" in {meaning.place.country for meaning in names.lookup(spelling) if meaning.place}


def test_what_nothing_knows_has_no_meaning(names: Gazetteer) -> None:
    assert names.lookup("Xyzzyplugh") == []
    assert names.lookup("") == []
    assert names.lookup("\ud800") == []


def test_ids_are_found_at_once(names: Gazetteer) -> None:
    place = names.lookup("Aleppo")[0].place
    assert place is not None
    assert names.place_by_id(place.id) == place
    assert names.place_by_id("gn:0") is None
    assert names.place_by_id("") is None
    assert names.place_by_id("gn:\ud800") is None
    started = time.process_time()
    for _ in range(200):
        names.place_by_id(place.id)
        names.lookup("Deir ez-Zor")
    assert time.process_time() - started < 1


# ---------------------------------------------------------------- watches


def watch(**place: object) -> Watch:
    """A watch for a place."""
    return Watch.model_validate({"id": "w", "when": {"place": place}, "notify": ["desk"]})


def test_an_ambiguous_name_is_refused_with_its_candidates(names: Gazetteer) -> None:
    with pytest.raises(
        AmbiguousNameError, match=r"'Tripoli' may be: Tripoli, LY \(id: gn:\d+.*Tripoli, LB.*Add country: or id:"
    ):
        pin(watch(name="Tripoli"), Beside(lambda: names))
    pinned = pin(watch(name="Tripoli", country="LB"), Beside(lambda: names)).watch.when.place
    assert pinned is not None
    assert pinned.country == ("LB",)


def test_a_country_has_no_radius(names: Gazetteer) -> None:
    with pytest.raises(AmbiguousNameError, match="has no radius"):
        pin(watch(name="Iraq", within_km=60), Beside(lambda: names))


def test_an_unknown_name_is_noted_and_kept(names: Gazetteer) -> None:
    pinned = pin(watch(name="Xyzzyplugh"), Beside(lambda: names))
    assert any("no gazetteer knows" in note for note in pinned.notes)
    assert pinned.watch.when.place.unknown


def test_an_id_that_no_place_has_is_refused(names: Gazetteer) -> None:
    with pytest.raises(AmbiguousNameError, match="no place has the id"):
        pin(watch(id="gn:0"), Beside(lambda: names))


# What desks call present actors, whom of old bore the name as well or was given it by few.
PRESENT = {
    "ELN": "eln", "SDF": "sdf", "ISIS": "isis", "HTS": "hts", "FARC": "farc", "PDF": "pdf-myanmar", "NDF": "ndf-syria",
    "ADF": "adf-drc", "Islamic Jihad": "pij", "Republican Guard": "syrian-republican-guard", "M23": "m23",
}  # fmt: skip


@pytest.mark.parametrize(("name", "actor"), PRESENT.items())
def test_an_actor_of_today_is_meant_before_one_of_the_past(names: Gazetteer, name: str, actor: str) -> None:
    asked = Watch.model_validate({"id": "w", "when": {"actor": name}, "notify": ["desk"]})
    pinned = pin(asked, Beside(lambda: names))
    assert pinned.watch.when.actor is not None
    assert pinned.watch.when.actor.id == actor
    has_namesake = name in {"ELN", "PDF", "Islamic Jihad", "Republican Guard"}
    assert any("of the past" in note for note in pinned.notes) == has_namesake


def test_actors_of_today_who_share_a_name_are_told_apart_by_id(names: Gazetteer) -> None:
    asked = Watch.model_validate({"id": "w", "when": {"actor": "SNA"}, "notify": ["desk"]})
    with pytest.raises(AmbiguousNameError, match="somali-national-army"):
        pin(asked, Beside(lambda: names))
