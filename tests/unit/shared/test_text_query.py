"""Text queries: what binds how, what is refused, and that any text is read or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.config.text_query import Both, Either, Not, Phrase, QueryError, parse, phrases

A, B, C = Phrase("a"), Phrase("b"), Phrase("c")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("a", A),
        ('"a b"', Phrase("a b")),
        ("a b", Both((A, B))),
        ("a AND b", Both((A, B))),
        ("a OR b c", Either((A, Both((B, C))))),
        ("(a OR b) c", Both((Either((A, B)), C))),
        ("a NOT b OR c", Either((Both((A, Not(B))), C))),
        ("a NOT (b c)", Both((A, Not(Both((B, C)))))),
        ("a not b", Both((A, Phrase("not"), B))),
        ('a "AND" b', Both((A, Phrase("AND"), B))),
        ("  a  ", A),
        ('"air strikes" NOT drill', Both((Phrase("air strikes"), Not(Phrase("drill"))))),
        ("кто-то OR \"غارة جوية\"", Either((Phrase("кто-то"), Phrase("غارة جوية")))),
    ],
)  # fmt: skip
def test_queries(text: str, query: object) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    "text",
    ["", " ", '"', 'a "b', "(", ")", "a)", "(a", "()", "NOT a", "a OR NOT b", "a AND", "OR a", "a OR", "AND", "NOT",
     '""', '" - "', "(" * 60 + "a" + ")" * 60, "NOT " * 60 + "a", "NOT (a NOT b)"],
)  # fmt: skip
def test_what_is_refused_says_how_to_mend_it(text: str) -> None:
    with pytest.raises(QueryError, match=r"\. [A-Z]|Write|Simplify"):
        parse(text)


_tokens = st.lists(st.sampled_from(["a", "AND", "OR", "NOT", "(", ")"])).map(" ".join)


@given(st.text(alphabet='ab "()-', max_size=30) | _tokens)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = list(phrases(parse(text)))
    except QueryError:
        return
    assert found
    assert all(any(char.isalnum() for char in words) for words in found)
