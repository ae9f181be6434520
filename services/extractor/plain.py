"""Plain text to paragraphs with their offsets, and the cleaning of single lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SPACES = re.compile(r"\s+")
# NUL and other controls stand in no report; bidi overrides could make evidence read as something else.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of the text that is not blank."""

    start: int
    end: int
    text: str


def clean_line(raw: str) -> str:
    """One line without control characters and with single spaces."""
    return _SPACES.sub(" ", _CONTROLS.sub("", raw)).strip()


def paragraphs(text: str) -> Iterator[Paragraph]:
    """The non-blank lines of the text, stripped, with their offsets."""
    position = 0
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            start = position + line.index(stripped[0])
            yield Paragraph(start, start + len(stripped), stripped)
        position += len(line) + 1
