"""Where sentences end."""

import re

from hypothesis import given
from hypothesis import strategies as st

from shared.sentences import sentence_around, split_sentences

PLAINLY = re.compile(r"(?<=[.!?؟。])[\"”»']?\s+|\n+")


@given(st.text("ab .!?؟。\"”»'\n\t\u00a0", max_size=60))
def test_they_end_where_the_plain_rule_says(text: str) -> None:
    assert split_sentences(text) == PLAINLY.split(text)


def test_the_sentence_around_a_name() -> None:
    text = 'He said: "Goma fell." Bukavu stands. Uvira waits.'
    start, end = sentence_around(text, 22, 28)
    assert text[start:end] == "Bukavu stands."
