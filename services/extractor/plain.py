"""Plain text to paragraphs with their offsets, hard-wrapped ones too, and the cleaning of single lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SPACES = re.compile(r"\s+")
# NUL and other controls stand in no report; bidi overrides could make evidence read as something else.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")

# Wires and mailing lists break their lines at a column in this range, and leave so much room at most.
MIN_COLUMN, MAX_COLUMN = 50, 100
SLACK = 8
# Of the line breaks within paragraphs so many are the column's: in lists and verse they are the writer's.
WRAPPED_SHARE = 0.7


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


def unwrapped(text: str) -> str:
    """The text with a space for every line break that only stands for the end of a column; offsets stay as they are."""
    lines = text.split("\n")
    column = max(map(len, lines))
    if not MIN_COLUMN <= column <= MAX_COLUMN:
        return text
    inside = [n for n in range(len(lines) - 1) if _goes_on(lines[n], lines[n + 1])]
    full = {n for n in inside if len(lines[n]) + 1 + len(lines[n + 1].split(maxsplit=1)[0]) > column - SLACK}
    if not full or len(full) < WRAPPED_SHARE * len(inside):
        return text
    ends = [" " if n in full else "\n" for n in range(len(lines) - 1)]
    return "".join(line + end for line, end in zip(lines, [*ends, ""], strict=True))


def _goes_on(line: str, following: str) -> bool:
    """Whether no blank line and no indent says that another paragraph begins."""
    return bool(line.strip() and following.strip()) and not following[0].isspace()
