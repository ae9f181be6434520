"""The romanisation key: spellings of one name join, chance likenesses do not, and offsets are exact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.config.beside import Beside
from shared.config.watches import Watch
from shared.names.compile import KEY
from shared.names.gazetteer import Gazetteer
from shared.names.inflect import forms
from shared.names.pin import pin
from shared.names.spelling_distance import DIFFERENT, SLACK, distance, limit
from shared.names.spelling_key import FAMILIES, Family, key, readings


def apart(one: str, other: str, family: Family) -> float:
    """The least distance of two names' readings that have a key in common."""
    pairs = [(a, b) for a in readings(one, family) for b in readings(other, family) if key(a, family) == key(b, family)]
    return min((distance(a, b, family) for a, b in pairs), default=DIFFERENT)


@pytest.mark.parametrize(
    "spellings",
    [
        (
            "Deir ez-Zor",
            "Deir Ezzor",
            "Dayr az-Zawr",
            "Deir al-Zour",
            "Dair Alzor",
            "دير الزور",
            "Дейр-эз-Зор",
            "דיר א-זור",
        ),
        ("Kafr Zita", "Kafer Zaita", "Kfar Zeita", "كفر زيتا", "Кафр-Зита"),
        ("Sharqat", "Al-Shirqat", "ash-Sharqāţ", "الشرقاط", "Эш-Шаркат"),
        ("Qamishli", "Kamishly", "Al Qāmishlī", "Qamishly", "القامشلي", "Камышлы"),
        ("Bustan al-Qasr", "Boustan el Kasr", "بستان القصر"),
        ("Hajin", "Hajeen", "Hadjin", "هجين"),
    ],
)
def test_spellings_of_arabic_names_join(spellings: tuple[str, ...]) -> None:
    consonants = len(key(readings(spellings[0], "abjad")[0], "abjad"))
    for other in spellings[1:]:
        assert apart(spellings[0], other, "abjad") <= limit(consonants, 1) + SLACK, other


@pytest.mark.parametrize(
    "spellings",
    [
        ("Kharkiv", "Kharkov", "Charkiw", "Harkiv", "Харків", "Харьков", "خاركيف"),
        ("Zaporizhzhia", "Zaporozhye", "Saporischschja", "Zaporojie", "Запоріжжя", "Запорожье"),
        ("Myrnohrad", "Mirnograd", "Myrnograd", "Мирноград"),
        ("Velyka Novosilka", "Velika Novosilka", "Велика Новосілка"),
        ("Shchastia", "Schastye", "Ščastja", "Щастя", "Счастье"),
    ],
)
def test_spellings_of_slavic_names_join(spellings: tuple[str, ...]) -> None:
    consonants = len(key(readings(spellings[0], "slavic")[0], "slavic"))
    for other in spellings[1:]:
        assert apart(spellings[0], other, "slavic") <= limit(consonants, 1) + SLACK, other


@pytest.mark.parametrize(
    ("one", "other", "family"),
    [
        ("Homs", "Hama", "abjad"), ("Hajin", "Hawija", "abjad"), ("Manbij", "Mambasa", "abjad"), ("Raqqa",
        "Rakka al-Jadida", "abjad"),
        ("Lviv", "Lubny", "slavic"), ("Izium", "Izmail", "slavic"), ("Kupiansk", "Kamensk", "slavic"), ("Makiivka",
        "Mykolaivka", "slavic"),
    ],
)  # fmt: skip
def test_other_names_stay_apart(one: str, other: str, family: Family) -> None:
    assert apart(one, other, family) > limit(4, 1)


@given(st.text(max_size=30))
def test_any_text_has_readings_without_fault(text: str) -> None:
    for family in FAMILIES:
        for reading in readings(text, family):
            assert key(reading, family)
            assert distance(reading, reading, family) == 0


# ---------------------------------------------------------------- in the gazetteer


@pytest.mark.parametrize("spelling", ["Dair Alzor", "Deir ez Zaour", "Дейр-эз-Заур", "Deyr az-Zohr"])
def test_a_spelling_that_no_list_has_is_looked_up_by_key(names: Gazetteer, spelling: str) -> None:
    found = names.lookup(spelling)
    assert found
    assert found[0].flags & KEY
    assert found[0].place is not None
    assert found[0].place.name == "Deir ez-Zor"


def test_a_hit_by_key_has_exact_offsets(names: Gazetteer) -> None:
    text = "Strikes — “heavy” ones — hit the countryside near Dair Alzor, the «Observatory» said."
    hits = [hit for hit in names.find(text) if hit.named.spelled]
    assert [text[hit.start : hit.end] for hit in hits] == ["Dair Alzor"]


@pytest.mark.parametrize(
    "text",
    [
        "Speaking to reporters in Kyiv, Kovalchuk said the talks would go on.",
        "Prime Minister Mostafa Madbouly met Lavrov in Cairo on Tuesday.",
        "The Monday meeting in Washington was about Medicare and Social Security.",
        "Exports from China's ports and Java’s south coast fell, and women at Women and Children's Hospital marched.",
        "Nobody was hurt. However, Between Thursday and Friday prices rose.",
    ],
)
def test_persons_and_words_are_not_joined_to_villages(names: Gazetteer, text: str) -> None:
    assert [text[hit.start : hit.end] for hit in names.find(text) if hit.named.spelled] == []


def test_a_watch_on_a_spelling_that_no_list_has_says_what_it_is_taken_for(names: Gazetteer) -> None:
    watch = Watch.model_validate(
        {"id": "w", "when": {"place": {"name": "Dair Alzor", "within_km": 30}}, "notify": ["desk"]}
    )
    pinned = pin(watch, Beside(lambda: names))
    assert pinned.watch.when.place is not None
    assert pinned.watch.when.place.country == ("SY",)
    assert any("'Dair Alzor': it is taken for Deir ez-Zor, SY" in note for note in pinned.notes)


# ---------------------------------------------------------------- forms


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Новая Каховка", "Новой Каховке"),
        ("Нова Каховка", "Новій Каховці"),
        ("Красный Лиман", "Красного Лимана"),
        ("Сирийская национальная армия", "Сирийской национальной армии"),
        ("Збройні сили", "Збройних сил"),
        ("al-Quds Brigade", "al-Quds Brigades"),
        ("Columna Dagoberto Ramos", "Columnas Dagoberto Ramos"),
    ],
)
def test_forms_of_names_of_several_words(name: str, form: str) -> None:
    assert form in set(forms(name))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Уночі ворог бив з артилерії по Бериславу.", "Beryslav"),
        ("Людей вивезли з Олешок до Миколаєва.", "Oleshky"),
        ("Бои идут под Ореховом.", "Orikhiv"),
        ("Вибух стався у Кременчуці.", "Kremenchuk"),
    ],
)
def test_a_case_that_no_list_has_leads_to_the_name(names: Gazetteer, text: str, place: str) -> None:
    called = {
        m.place.name for hit in names.find(text) if not hit.named.spelled for m in names.meanings(hit.named) if m.place
    }
    assert place in called


def test_a_phrase_of_common_words_sounds_like_nothing(names: Gazetteer) -> None:
    text = "أما في العالم بعد الحرب فالأمر مختلف."
    assert [text[hit.start : hit.end] for hit in names.find(text) if hit.named.spelled] == []


@pytest.mark.parametrize(
    ("name", "word"), [("Королев", "Королева"), ("Сталино", "Сталина"), ("رقه", "فرقه"), ("Атак", "Атака")]
)
def test_a_form_that_is_another_word_is_left_out(name: str, word: str) -> None:
    assert word not in set(forms(name))


def test_a_frequent_name_keeps_its_cases() -> None:
    assert {"Москве", "Москвой"} <= set(forms("Москва"))
