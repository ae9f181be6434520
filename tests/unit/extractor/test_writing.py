"""What is said of a text's letters is what Python says of each of them."""

import re
import sys

from hypothesis import given
from hypothesis import strategies as st

from services.extractor.writing import MIN_SHOUTING_LETTERS, SHOUTING_SHARE, Writing
from shared import letters

LETTERS = st.sampled_from("ABCDEFabcxyz _-'\n АБвгÉéİıßǅʰªⅣⓐ٣中ا")
# st.text would hardly ever draw the few letters among all that there are.
TEXTS = st.lists(st.one_of(LETTERS, st.characters()), max_size=120).map("".join)


def shouts(line: str) -> bool:
    large, small = sum(map(str.isupper, line)), sum(map(str.islower, line))
    return large >= MIN_SHOUTING_LETTERS and large >= SHOUTING_SHARE * (large + small)


@given(TEXTS)
def test_words(text: str) -> None:
    found = Writing(text)
    assert found.words == re.findall(r"[^\W_]+", text)
    assert [text[a:b] for a, b in zip(found.starts, found.ends, strict=True)] == found.words
    assert found.capitals == {n for n, word in enumerate(found.words) if word[0].isupper()}


@given(TEXTS | st.text("ABCDEF abc\n", max_size=80))
def test_lines_in_capitals(text: str) -> None:
    found, position = Writing(text), 0
    for line in text.split("\n"):
        assert found.opens_line(position)
        assert found.shouts_at(position) == shouts(line)
        position += len(line) + 1


@given(TEXTS)
def test_small_words(text: str) -> None:
    text = text.replace(".", " ")
    chunks = [chunk for chunk in text.split() if not any(sign in chunk for sign in ("@", "#", "/", "www"))]
    small = {word for chunk in chunks for word in re.findall(r"[^\W_]+", chunk) if word[0].islower()}
    assert Writing(text).lowercase >= small
    assert Writing(" ".join(chunks)).lowercase == small


def test_addresses_say_nothing_of_small_words() -> None:
    text = "Goma fell.\nMore on goma.example.org/goma, @goma and www.goma.example; see bukavu"
    assert Writing(text).lowercase == {"fell", "on", "and", "see", "bukavu"}


def test_beyond_the_table_there_are_no_letters() -> None:
    beyond = map(chr, range(letters._TABLE_SIZE, sys.maxunicode + 1))
    assert not any(c.isalnum() or c.isupper() or c.islower() for c in beyond)
