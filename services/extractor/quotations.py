"""Quotations: the stretches of a paragraph that are somebody's own words. Pure."""

import re
from collections.abc import Iterator

# Fewer words between marks are a term, a title or a nickname: the "special operation".
MIN_WORDS = 5
# One that its paragraph does not close goes on in the next. A straight mark opens only before a word: 12" is a length.
QUOTED = re.compile(
    r"“[^“”]*(?:”|$)|„[^“”]*(?:[“”]|$)|«[^«»]*(?:»|$)|(?<![^\s(\[—–-])\"(?=\S)[^\"]*(?:\"|$)"
    r"|(?<![^\s(\[—–-])‘(?=\S)(?:[^‘’]|’(?=\w))*(?:’|$)"
)
_OPENING = frozenset('“„«"‘')
_WORD = re.compile(r"\w+")


def quotations(paragraph: str) -> Iterator[tuple[int, int]]:
    """Start and end of each, marks included."""
    if _OPENING.isdisjoint(paragraph):
        return
    for match in QUOTED.finditer(paragraph):
        if len(_WORD.findall(match[0])) >= MIN_WORDS:
            yield match.span()
