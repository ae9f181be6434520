"""What the index leaves out never matches."""

import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.extractor import boilerplate, proposals
from services.extractor.rule_index import RuleIndex, cues_of, fold_case
from tests.unit.extractor.furniture_sentences import FURNITURE, NEWS

INDEXES = (boilerplate._INDEX, boilerplate._CAPTION, proposals._INDEX)
RULES = [(index, number) for index in INDEXES for number in range(len(index.rules))]


@pytest.mark.parametrize(
    ("regex", "cues"),
    [
        ("donate", {"donate"}),
        (r"\b(?:please|kindly)\s+donate\b", {"donate"}),
        ("(?:our )?newsletters?", {"newsletter"}),
        ("[Ff]u[nr]d (?:a|us)", {"fund", "furd"}),
        (r"\s[>|/]\s", {">", "|", "/"}),
        (r"(?=.*\byours\b).*\bpaypal", {"paypal"}),
        (r"(?<!not )responsible|©", {"responsible", "©"}),
        (r"(?:read|\d+) more", {"more"}),
        ("not here", {"here"}),  # no cue reaches across a space: a quotation may have stood there
    ],
)
def test_cues_are_read_off_the_rule(regex: str, cues: set[str]) -> None:
    assert cues_of(regex) == cues


@pytest.mark.parametrize("regex", [r"\w+", "a?", "x|", "[^a]", r"(?:a|\d)", "(?!donate)", " ", "[a ]", "[a-z]"])
def test_a_rule_without_cues_is_always_possible(regex: str) -> None:
    assert cues_of(regex) is None
    assert RuleIndex([regex, "cue"]).possible_in([""]) == [[0]]


def test_in_half_a_surrogate_pair_every_rule_is_possible() -> None:
    assert RuleIndex(["donate", "share"]).possible_in(["\ud800"]) == [[0, 1]]


@pytest.mark.parametrize(("index", "number"), RULES)
@settings(max_examples=20)
@given(data=st.data())
def test_every_match_of_a_rule_has_a_cue(index: RuleIndex, number: int, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(index.rules[number]))
    assert number in index.possible_in([text])[0]


@pytest.mark.parametrize("index", INDEXES)
@pytest.mark.parametrize("change", [str, str.upper, str.title])
@pytest.mark.parametrize("sentence", [*FURNITURE, *NEWS])
def test_of_real_sentences_too(index: RuleIndex, change: type[str], sentence: str) -> None:
    text = change(sentence)
    matching = {number for number, rule in enumerate(index.rules) if rule.search(text)}
    assert matching <= set(index.possible_in([text])[0])


@pytest.mark.parametrize("index", INDEXES)
def test_pieces_are_read_as_each_by_itself(index: RuleIndex) -> None:
    pieces = [*FURNITURE, "", *NEWS]
    assert index.possible_in(pieces) == [index.possible_in([piece])[0] for piece in pieces]


def test_letters_that_a_rule_takes_for_one_are_one_when_folded() -> None:
    letters = {
        letter for index, number in RULES for cue in cues_of(index.rules[number].pattern) or () for letter in cue
    }
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    for other in re.findall(f"[{re.escape(''.join(letters))}]", every, re.IGNORECASE):
        assert {fold_case(other)} == {letter for letter in letters if re.match(re.escape(letter), other, re.IGNORECASE)}
