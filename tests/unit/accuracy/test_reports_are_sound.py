"""The reports that accuracy is measured on say of themselves only what is true."""

from collections import Counter

import pytest

from tests.accuracy.report_files import SETS, GoldReport, Place, load

REPORTS = [report for folder in SETS.values() for report in load(folder)]
each_report = pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.id)


def test_ids_are_unique() -> None:
    assert REPORTS
    assert [each for each, times in Counter(report.id for report in REPORTS).items() if times > 1] == []


@each_report
def test_surfaces_stand_in_the_text_outside_clutter(report: GoldReport) -> None:
    assert [surface for surface in report.surfaces() if not report.spans(surface)] == []
    assert [actor for actor in report.actors if actor not in report.text] == []


@each_report
def test_surfaces_are_listed_once(report: GoldReport) -> None:
    assert [surface for surface, times in Counter(report.surfaces()).items() if times > 1] == []


@each_report
def test_each_opening_of_clutter_begins_one_paragraph(report: GoldReport) -> None:
    assert len(report.clutter()) == len(report.nothing_from)


def test_a_short_surface_is_not_sought_in_a_longer_one_or_in_clutter() -> None:
    report = GoldReport(
        id="x",
        language="en",
        title="Port Sudan",
        body="In Sudan.\n\nGive to Sudan.",
        places=[_place("Sudan"), _place("Port Sudan")],
        nothing_from=["Give"],
    )
    assert [report.text[start:end] for start, end in report.spans("Port Sudan")] == ["Port Sudan"]
    assert report.spans("Sudan") == [(15, 20)]


def _place(text: str) -> Place:
    return Place(text=text, lat=0, lon=0, kind="town", tolerance_km=25)
