"""Counting located mentions against gold, and halving a corpus."""

from services.extractor.places.resolve import Resolved
from services.extractor.surfaces import Senses, Surface
from shared.names.records import Place
from tests.accuracy.geoparsing import Scores, add, halves

ALEPPO = Place(id="gn:1", name="Aleppo", lat=36.2, lon=37.16, country="SY")
TEXT = "Aleppo fell. Paris slept. Aleppo woke."


def mention(text: str, start: int) -> Resolved:
    """A mention resolved to Aleppo, whatever it says."""
    return Resolved(Surface(start, start + len(text), text, Senses.of((), is_latin=True)), ALEPPO, 1.0)


def gold(name: str, start: int, lat: float | None = None) -> dict[str, object]:
    """A toponym of the gold; without a latitude it takes no part."""
    point = {} if lat is None else {"lat": lat, "lon": 37.2}
    return {"name": name, "start": start, "end": start + len(name), **point}


def test_found_near_missed_and_wrong_are_counted() -> None:
    scores = Scores()
    toponyms = [gold("Aleppo", 0, 36.0), gold("ALEPPO", 26, 60.0), gold("Slept", 19, 1.0)]
    add(scores, {"toponyms": toponyms}, [mention("Aleppo", 0), mention("Aleppo", 26), mention("Paris", 13)])
    assert (scores.found, scores.near, scores.missed, scores.wrong) == (2, 1, 1, 1)
    assert scores.end_to_end == 1 / 3
    assert scores.precision == scores.recall == scores.f1 == 2 / 3


def test_gold_without_a_point_takes_no_part() -> None:
    scores = Scores()
    add(scores, {"toponyms": [gold("Paris", 13)]}, [mention("Paris", 13)])
    assert (scores.found, scores.missed, scores.wrong) == (0, 0, 0)


def test_the_same_name_elsewhere_is_another_mention() -> None:
    scores = Scores()
    add(scores, {"toponyms": [gold("Aleppo", 0, 36.0)]}, [mention("Aleppo", 26)])
    assert (scores.found, scores.missed, scores.wrong) == (0, 1, 1)


def test_halves_share_no_document_and_lose_none() -> None:
    documents = [{"id": n} for n in range(30)]
    first, second = halves(documents)
    assert sorted(d["id"] for d in (*first, *second)) == list(range(30))
    assert [d["id"] for d in first[:5]] == [0, 1, 2, 3, 8]
