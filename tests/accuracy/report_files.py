"""Reports with the places that stand in them, written by someone who did not know the rules that they test.

One YAML file a report in ``reports/`` and ``general/``: id, language, title, body and

- ``places``: every surface of a place in title and body outside the clutter, as first written, with its point and the
  distance up to which a located point is right (for countries, regions and rivers about half their extent);
- ``places_unsure``: surfaces of places whose position the author did not know; they count for nothing;
- ``not_places``: surfaces that are no place (persons, organisations, demonyms, common words);
- ``nothing_from``: how each paragraph of clutter (appeal, byline, disclaimer) begins;
- ``actors``: names of actors that stand in the text, where a report is about them.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml

SETS = {"conflicts": Path(__file__).with_name("reports"), "general": Path(__file__).with_name("general")}
PARAGRAPH_END = "\n\n"

# Arabic writes "and", "so", "in" and "for" together with the word that follows.
WORD_BEGINS = r"(?:(?<!\w)|(?<=\b[وفبل]))"

Span = tuple[int, int]
Text = Annotated[str, msgspec.Meta(min_length=1)]


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A surface that is a place, and where it lies."""

    text: Text
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    kind: Literal["country", "region", "town", "village", "neighbourhood", "base", "other"]
    tolerance_km: Annotated[float, msgspec.Meta(gt=0)]
    note: str = ""


class GoldReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A report and what a reader should see in it. Spans point into ``text``."""

    id: Text
    language: Text
    title: Text
    body: Text
    places: list[Place]
    places_unsure: list[Text] = []
    not_places: list[Text] = []
    nothing_from: list[Text] = []
    actors: list[Text] = []

    @property
    def text(self) -> str:
        """Title, blank line, body: as the reader puts them together."""
        return f"{self.title}{PARAGRAPH_END}{self.body}"

    def surfaces(self) -> list[str]:
        """Everything listed, place or not."""
        return [*(place.text for place in self.places), *self.places_unsure, *self.not_places]

    def clutter(self) -> list[Span]:
        """The paragraphs that are no part of the report."""
        return [
            (start, end)
            for start, end in _paragraphs(self.text)
            if any(self.text.startswith(opening, start) for opening in self.nothing_from)
        ]

    def spans(self, surface: str) -> list[Span]:
        """Where ``surface`` stands as words of its own, outside clutter and outside longer surfaces that are listed."""
        longer = [other for other in self.surfaces() if surface in other and other != surface]
        taken = [*self.clutter(), *(span for other in longer for span in _occurrences(other, self.text))]
        return [span for span in _occurrences(surface, self.text) if not any(overlap(span, other) for other in taken)]


def load(folder: Path) -> list[GoldReport]:
    """All reports, by file name. A file of another form raises ``ValueError`` that names it and the field."""
    return [_load_one(path) for path in sorted(folder.glob("*.yaml"))]


def overlap(one: Span, other: Span) -> bool:
    """Whether two stretches share a character."""
    return one[0] < other[1] and other[0] < one[1]


def _load_one(path: Path) -> GoldReport:
    try:
        return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), GoldReport)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise ValueError(f"{path.name}: {error}") from error


def _paragraphs(text: str) -> Iterator[Span]:
    start = 0
    for paragraph in text.split(PARAGRAPH_END):
        yield start, start + len(paragraph)
        start += len(paragraph) + len(PARAGRAPH_END)


def _occurrences(surface: str, text: str) -> list[Span]:
    return [match.span() for match in re.finditer(rf"{WORD_BEGINS}{re.escape(surface)}(?!\w)", text)]
