"""Located mentions against a gold corpus: found, placed within 161 km (100 miles), and both of all.

A corpus is one document a line: ``{"id", "text", "toponyms": [{"name", "start", "end", "lat"?, "lon"?}]}``. A mention
is found where its surface is the same (case folded) and the middles lie under ten characters apart.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.extractor.places.resolve import Resolved
from shared.geo import distance_km

NEAR_KM = 161
MOST_APART = 10

Document = dict[str, Any]
Toponym = dict[str, Any]


@dataclass(slots=True)
class Scores:
    """Counts over documents, and what they come to."""

    found: int = 0
    missed: int = 0
    wrong: int = 0
    near: int = 0

    @property
    def precision(self) -> float:
        """Of the mentions, those that the gold has."""
        return self.found / max(1, self.found + self.wrong)

    @property
    def recall(self) -> float:
        """Of the gold, what was found."""
        return self.found / max(1, self.found + self.missed)

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)

    @property
    def acc161(self) -> float:
        """Of what was found, what was placed within 161 km."""
        return self.near / max(1, self.found)

    @property
    def end_to_end(self) -> float:
        """Of the gold, what was found and placed within 161 km."""
        return self.near / max(1, self.found + self.missed)


def read_corpus(path: Path) -> list[Document]:
    """The documents of a corpus."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def halves(documents: list[Document]) -> tuple[list[Document], list[Document]]:
    """One half for looking at errors, one for scores alone: by turns of four, as neighbours may be of one article."""
    numbered = list(enumerate(documents))
    return [d for n, d in numbered if n // 4 % 2 == 0], [d for n, d in numbered if n // 4 % 2]


def add(scores: Scores, document: Document, resolved: Iterable[Resolved]) -> None:
    """Counts a document. Gold without coordinates takes no part, and what finds it is not held against precision."""
    left = list(resolved)
    for toponym in sorted(document["toponyms"], key=lambda t: t.get("lat") is None):
        hit = next((r for r in left if _is_same(r, toponym)), None)
        if hit is not None:
            left.remove(hit)
        if toponym.get("lat") is None:
            continue
        if hit is None:
            scores.missed += 1
            continue
        scores.found += 1
        scores.near += distance_km(hit.place.lat, hit.place.lon, toponym["lat"], toponym["lon"]) < NEAR_KM
    scores.wrong += len(left)


def _is_same(resolved: Resolved, toponym: Toponym) -> bool:
    surface = resolved.surface
    apart = abs((surface.start + surface.end) / 2 - (toponym["start"] + toponym["end"]) / 2)
    return surface.text.casefold() == str(toponym["name"]).casefold() and bool(apart < MOST_APART)
