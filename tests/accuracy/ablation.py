"""What each rule and each source adds: the scores without it, on both halves of a corpus.

``python -m tests.accuracy.ablation CORPUS.jsonl`` (the format is in ``geoparsing``). The first half is the one whose
errors were looked at; the second was only ever scored.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from services.extractor.mentions import find_surfaces
from services.extractor.places.resolve import resolve
from services.extractor.places.weights import DEFAULT, Weights
from services.extractor.writing import Writing
from shared.names import gazetteer
from shared.names.compile import KEY
from shared.names.gazetteer import Gazetteer, Hit, Meaning, Named
from tests.accuracy.geoparsing import Document, Scores, add, halves, read_corpus

RULES = {
    "country that the report speaks of": ("country_support", "country_choice"),
    "region that the report speaks of": ("region_support",),
    '"Paris, Texas"': ("stated", "loosely_stated"),
    "lists of equals": ("sibling",),
    "beside other places": ("near",),
    "own name before alternates": ("own_name",),
    "capitals": ("capital",),
    "town before its region": ("eponym",),
    '"province", "river"': ("kind_said", "not_nature", "described"),
    "prepositions, directions": ("at", "towards", "direction"),
    "dateline": ("dateline",),
    "English words": ("word", "small_word", "other_word"),
    "capitals that say nothing": ("opens", "shouted", "alternate_shouted"),
    "persons": ("person", "surname", "speaks"),
    "parts of other names": ("part", "goes_on", "alternate_goes_on", "hyphened"),
    "bodies called after places": ("body",),
    "currencies": ("currency",),
    "lakes, mountains": ("nature",),
}
SOURCES: dict[str, Callable[[Meaning], bool]] = {
    "first-order regions": lambda m: m.place is not None and m.place.order == 1,
    "second-order regions": lambda m: m.place is not None and m.place.order == 2,
    "areas, seas, islands": lambda m: m.place is not None and m.place.id.startswith("area:"),
    "curated places": lambda m: m.place is not None and m.place.is_curated,
    "airfields": lambda m: m.place is not None and m.place.feature == "airport",
    "spellings by their sound": lambda m: bool(m.flags & KEY),
}


class Without:
    """A gazetteer without some of its meanings."""

    def __init__(self, names: Gazetteer, drop: Callable[[Meaning], bool]) -> None:
        self._names, self._drop = names, drop

    def find(self, text: str) -> list[Hit]:
        """As the gazetteer does."""
        return self._names.find(text)

    def meanings(self, named: Named) -> list[Meaning]:
        """Those that are left."""
        return [m for m in self._names.meanings(named) if not self._drop(m)]


def score(names: Gazetteer | Without, documents: list[Document], weights: Weights) -> Scores:
    """The scores of all documents."""
    scores = Scores()
    for document in documents:
        writing = Writing(document["text"])
        surfaces = find_surfaces(names, writing)
        add(scores, document, resolve(surfaces, writing, weights=weights))
    return scores


def variants(names: Gazetteer) -> Iterator[tuple[str, Gazetteer | Without, Weights]]:
    """Everything, then everything but one."""
    yield "everything", names, DEFAULT
    for name, fields in RULES.items():
        yield f"without: {name}", names, replace(DEFAULT, **dict.fromkeys(fields, 0.0))
    for name, drop in SOURCES.items():
        yield f"without: {name}", Without(names, drop), DEFAULT


def row(scores: Scores) -> str:
    """Precision, recall, F1, share near, and share found and near."""
    values = (scores.precision, scores.recall, scores.f1, scores.acc161, scores.end_to_end)
    return "  ".join(f"{value:.3f}" for value in values)


def main(path: Path) -> None:
    """Prints the table."""
    looked_at, scored_only = halves(read_corpus(path))
    names = gazetteer.load()
    header = "P      R      F1     161km  end"
    print(f"{'':<46}{header:<36}{header}\n{'':<46}{'half looked at':<36}half scored only")
    for name, source, weights in variants(names):
        first, second = (row(score(source, half, weights)) for half in (looked_at, scored_only))
        print(f"{name:<46}{first:<36}{second}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
