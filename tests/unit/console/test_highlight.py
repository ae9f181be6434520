"""Marking matched words in quotes."""

from hypothesis import given
from hypothesis import strategies as st

from services.console.highlight import quotes_of
from shared.events import Evidence
from tests.unit.console import samples

QUOTE = "ISIS left Mosul; ISIS came back."


def marked(*items: Evidence) -> list[list[tuple[str, bool]]]:
    return [[(part.text, part.hit) for part in quote.parts] for quote in quotes_of(items)]


def test_words_are_marked_where_they_stand() -> None:
    found = marked(samples.evidence("Mosul", QUOTE))
    assert found == [[("ISIS left ", False), ("Mosul", True), ("; ISIS came back.", False)]]


def test_offsets_in_the_report_tell_which_of_two_occurrences_it_was() -> None:
    base = 1000
    second = QUOTE.rindex("ISIS")
    items = (
        samples.evidence("Mosul", QUOTE, base + QUOTE.index("Mosul")),
        samples.evidence("ISIS", QUOTE, base + second),
    )
    assert marked(*items) == [
        [("ISIS left ", False), ("Mosul", True), ("; ", False), ("ISIS", True), (" came back.", False)]
    ]


def test_words_that_are_not_in_the_quote_are_not_marked() -> None:
    assert marked(samples.evidence("Raqqa", QUOTE, 5)) == [[(QUOTE, False)]]


def test_overlapping_words_are_marked_once() -> None:
    items = (samples.evidence("ISIS left", QUOTE), samples.evidence("left Mosul", QUOTE))
    assert "".join(text for text, hit in marked(*items)[0] if hit) == "ISIS left Mosul"


def test_evidence_of_one_sentence_is_one_quote_with_each_reason_once() -> None:
    items = (samples.evidence("ISIS", QUOTE, why="a"), samples.evidence("Mosul", QUOTE, why="b"))
    (quote,) = quotes_of((*items, items[0]))
    assert quote.why == ("a", "b")


@given(st.text(max_size=80), st.lists(st.tuples(st.text(max_size=8), st.integers(0, 200)), max_size=6))
def test_no_text_is_lost_or_doubled(quote: str, found: list[tuple[str, int]]) -> None:
    items = [samples.evidence(text, quote, start) for text, start in found]
    for shown in quotes_of(items):
        assert "".join(part.text for part in shown.parts) == quote
