"""Text queries: ``"air strikes" NOT drill``. Phrases and words, AND (also by standing side by side), OR, NOT, ( )."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(r'\s*(?:(?P<open>\()|(?P<close>\))|"(?P<phrase>[^"]*)"|(?P<word>[^\s()"]+))')
_MAX_DEPTH = 50


class QueryError(ValueError):
    """The query cannot be read."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must follow one another, as the user wrote them."""

    words: str


@dataclass(frozen=True, slots=True)
class Not:
    """Its operand must not hold."""

    operand: "Query"


@dataclass(frozen=True, slots=True)
class Both:
    """All operands must hold."""

    operands: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One operand must hold."""

    operands: tuple["Query", ...]


Query = Phrase | Not | Both | Either


def parse(text: str) -> Query:
    """The query in this text. Raises QueryError. NOT binds tighter than AND, AND tighter than OR."""
    parser = _Parser(_tokens(text))
    query = parser.either(0)
    if parser.peek() is not None:
        raise QueryError(f"')' without '(' in the query {text!r}. Remove it or add '('")
    if not _positive(query):
        raise QueryError(f"the query {text!r} asks only for what is absent. Add a word that must be there")
    return query


def phrases(query: Query) -> Iterator[str]:
    """The words of every phrase in the query."""
    if isinstance(query, Phrase):
        yield query.words
        return
    for operand in (query.operand,) if isinstance(query, Not) else query.operands:
        yield from phrases(operand)


def _positive(query: Query) -> bool:
    if isinstance(query, Phrase):
        return True
    if isinstance(query, Not):
        return False
    pick = any if isinstance(query, Both) else all
    return pick(_positive(operand) for operand in query.operands)


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise QueryError(f"a quotation mark is left open in the query {text!r}. Close it")
        kind = str(match.lastgroup)
        tokens.append((kind, match.group(kind)))
        position = match.end()
    if not tokens:
        raise QueryError("the query is empty. Write a word or a phrase in quotation marks")
    return tokens


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens, self._position = tokens, 0

    def peek(self) -> tuple[str, str] | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _take_word(self, word: str) -> bool:
        if self.peek() == ("word", word):
            self._position += 1
            return True
        return False

    def either(self, depth: int) -> Query:
        operands = [self._both(depth)]
        while self._take_word("OR"):
            operands.append(self._both(depth))
        return operands[0] if len(operands) == 1 else Either(tuple(operands))

    def _both(self, depth: int) -> Query:
        operands = [self._unary(depth)]
        while (token := self.peek()) is not None and token[0] != "close" and token != ("word", "OR"):
            self._take_word("AND")
            operands.append(self._unary(depth))
        return operands[0] if len(operands) == 1 else Both(tuple(operands))

    def _unary(self, depth: int) -> Query:
        if depth > _MAX_DEPTH:
            raise QueryError("the query is nested too deeply. Simplify it")
        if self._take_word("NOT"):
            return Not(self._unary(depth + 1))
        token = self.peek()
        if token is None or token[0] == "close" or token in (("word", "OR"), ("word", "AND")):
            raise QueryError("a word or phrase is missing after AND, OR, NOT or '('. Add it")
        self._position += 1
        if token[0] != "open":
            return _phrase(token[1])
        inner = self.either(depth + 1)
        if (self.peek() or ("", ""))[0] != "close":
            raise QueryError("a ')' is missing. Add it")
        self._position += 1
        return inner


def _phrase(words: str) -> Phrase:
    if not any(c.isalnum() for c in words):
        raise QueryError(f"nothing to look for in {words!r}. Write letters or digits")
    return Phrase(words)
