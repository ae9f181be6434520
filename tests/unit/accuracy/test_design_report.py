"""The report that Tocsin was designed for: a partisan outlet's text, republished, with an appeal and a disclaimer."""

from services.extractor.read import Reader
from shared.names import gazetteer
from tests.accuracy.report_files import SETS, load
from tests.accuracy.reports import score


def test_every_place_and_actor_is_seen_and_nothing_of_the_clutter() -> None:
    (gold,) = (report for report in load(SETS["conflicts"]) if report.id == "design")
    scored = score(gold, Reader(gazetteer.load()).read_text(gold.body, title=gold.title))
    assert scored.lines == []
    small = ("town", "village", "neighbourhood", "base")
    assert max(place.tolerance_km for place in gold.places if place.kind in small) <= 25
    assert {"Mosul", "Bustan al-Qasir", "Palmyra", "Deir Ezzor airbase"} <= {place.text for place in gold.places}
    assert scored.counts["placed"] == len(gold.places)
    assert scored.counts["actors_found"] == len(gold.actors)
