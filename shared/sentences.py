"""Sentences, as far as punctuation tells."""

import re

# Behind a full stop a space, or a quotation mark and a space; or new lines. The character comes first, or every one
# would be looked behind.
_END = re.compile(r"[\"”»'\s](?:(?<=[.!?؟。][\"”»'])\s+|(?<=[.!?؟。]\s)\s*|(?<=\n)\n*)")
MAX_SENTENCE = 600


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence that holds [start, end) begins and ends; at most ``MAX_SENTENCE`` characters either side."""
    first, last = max(0, start - MAX_SENTENCE), min(len(text), end + MAX_SENTENCE)
    begins = [match.end() for match in _END.finditer(text, first, start)]
    ending = _END.search(text, end, last)
    return (begins[-1] if begins else first), (ending.start() if ending else last)


def split_sentences(text: str) -> list[str]:
    """The sentences of the text."""
    return _END.split(text)
