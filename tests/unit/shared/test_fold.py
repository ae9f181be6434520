"""Folding: spellings of one name are equal, and a span always leads back to text that folds to the same."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.names.fold import _TABLE_SIZE as TABLE_SIZE
from shared.names.fold import _is_unspaced, fold, fold_char, fold_name, fold_names

ANY_TEXT = st.text(max_size=60) | st.text(st.characters(categories=["Cs", "Mn", "Lo", "Zs", "Cf"]), max_size=30)
NASTY = "e\u0301A\u030a\ud800'’ ﬁ㍿½دَيْرُ الزَّوْرِ\u202eabc\u200dDeir ez-Zor’s 空襲です ไทย\U0001f1f8\U0001f1fe\U00030000"


@settings(max_examples=400, deadline=None)
@given(ANY_TEXT)
@example(NASTY)
@example("")
@example("\u0301")
@example("ß" * 5 + "\ud800")
def test_every_span_of_words_leads_back_to_text_of_the_same_fold(text: str) -> None:
    folded = fold(text)
    borders = [at for at, char in enumerate(folded.text) if char == " "]
    origin = folded.index
    for first, start in enumerate(borders[:-1]):
        for end in borders[first + 1 : first + 4]:
            begins, ends = folded.span(start + 1, end)
            assert 0 <= begins < ends <= len(text)
            # One character may fold to several words (U+337F): no span ends inside it, so its whole is given.
            inside = (start > 0 and origin[start - 1] == origin[start]) or (
                end - 1 < len(origin) and origin[end - 1] == origin[end - 2] and end < len(folded.text) - 1
            )
            wanted = folded.text[start : end + 1]
            found = fold(text[begins:ends]).text
            assert wanted in found if inside else wanted == found


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT)
@example(NASTY)
def test_the_table_folds_as_character_by_character(text: str) -> None:
    pieces = [fold_char(char) if ord(char) < TABLE_SIZE else " " for char in text]
    tokens = [f" {' '.join(piece)} " if any(map(_is_unspaced, piece)) else piece for piece in pieces]
    assert fold(text).text.split() == "".join(tokens).split()


@settings(deadline=None)
@given(ANY_TEXT)
def test_the_form_is_padded_words(text: str) -> None:
    folded = fold(text).text
    assert folded[0] == folded[-1] == " "
    assert "  " not in folded
    assert len(fold(text).index) >= len(folded) - 2


@given(ANY_TEXT)
@example(NASTY)
def test_a_name_folds_as_a_text_does(name: str) -> None:
    assert fold_name(name) == fold(name).text


@settings(deadline=None)
@given(st.lists(st.text(max_size=10), max_size=5))
def test_many_at_once_fold_as_one_by_one(names: list[str]) -> None:
    assert [name.strip() for name in fold_names(names)] == [fold_name(name).strip() for name in names]


@pytest.mark.parametrize("nothing", ["", " ", "-", "ـ", "ʿ", "\u0301"])
def test_what_folds_to_nothing_is_one_space(nothing: str) -> None:
    assert fold_name(nothing) == " "


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("DEIR EZ-ZOR", "Deir ez Zor"),
        ("Şırnak", "sirnak"),
        ("Łódź", "lodz"),
        ("دَيْرُ الزور", "دير الزور"),
        ("حلبى", "حلبي"),
        ("Ha\u0308mi", "Hämi"),
        ("Straße", "STRASSE"),
        ("Санъа", "САНЪА"),
        ("ﬁre", "FIRE"),
        ("Raqqa\u200f", "raqqa"),
    ],
)
def test_spellings_of_one_name_are_equal(left: str, right: str) -> None:
    assert fold_name(left) == fold_name(right)
