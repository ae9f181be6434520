"""What a source repeats on its pages is set aside, and nothing of a report is."""

from datetime import UTC, datetime, timedelta

from services.extractor.read import Reader
from services.extractor.stories import Stories, Text
from shared.events import Report, ReportGrouped

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
INTRODUCTION = "The Frontline Diary gathers what our writers saw between Aleppo and Gaziantep this week."
NOTE = "The desk keeps rooms above the old bakery in Latakia, two floors over the harbour market."
TOWNS = ("Homs", "Hama", "Idlib", "Tartus", "Daraa", "Palmyra", "Raqqa", "Manbij", "Afrin", "Sweida")


class Desk:
    """A grouper and a reader, fed by one source after the other."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.stories, self.output = reader, Stories(), list[ReportGrouped]()

    def take(self, *paragraphs: str, source_id: str = "diary", title: str = "") -> Report:
        """The report as it was grouped."""
        number = len(self.output)
        report = self.reader.read_text(
            "\n\n".join(paragraphs), title=title, article_id=f"a{number}", source_id=source_id, fetched_at=NOON
        )
        grouped = self.stories.group(report, NOON + timedelta(minutes=number))
        assert grouped is not None
        self.stories.remember(Text.of(grouped))
        self.output.append(grouped)
        return grouped.report


def news(town: str) -> tuple[str, str]:
    return (
        f"Mortar rounds fell on the northern districts of {town} shortly before dawn, residents said.",
        f"Nobody in {town} could say how many families had left for the villages along the river.",
    )


def zones(report: Report) -> list[tuple[str, str]]:
    return [(zone.zone, zone.why) for zone in report.zones]


def test_a_note_at_the_end_of_a_sources_pages_is_no_news(reader: Reader) -> None:
    desk = Desk(reader)
    reports = [desk.take(*news(town), NOTE) for town in TOWNS[:6]]
    assert ["Latakia" in {p.name for p in report.locations} for report in reports] == [True] * 4 + [False] * 2
    assert zones(reports[-1]) == [("lead", ""), ("body", ""), ("boilerplate", "repeated")]
    assert [p.text for p in reports[-1].locations] == ["Palmyra", "Palmyra"]


def test_an_introduction_goes_too_and_the_next_paragraph_is_the_lead(reader: Reader) -> None:
    desk = Desk(reader)
    for town in TOWNS[:5]:
        last = desk.take(INTRODUCTION, *news(town), title=f"Diary: {town}")
    assert zones(last) == [("title", ""), ("boilerplate", "repeated"), ("lead", ""), ("body", "")]
    assert [(p.text, p.zone) for p in last.locations] == [("Daraa", "title"), ("Daraa", "lead"), ("Daraa", "body")]


def test_background_within_a_report_stays(reader: Reader) -> None:
    desk = Desk(reader)
    for town in TOWNS:
        first, second = news(town)
        last = desk.take(first, NOTE, second)
    assert "Latakia" in {p.name for p in last.locations}


def test_what_others_write_and_what_is_rare_stays(reader: Reader) -> None:
    desk = Desk(reader)
    for number, town in enumerate(TOWNS * 2):
        desk.take(*news(f"{town} {number}"), *([NOTE] if number < 4 else []))
    assert "Latakia" in {p.name for p in desk.take(*news("Kobani"), NOTE).locations}  # 4 of 20
    assert "Latakia" in {p.name for p in desk.take(*news("Azaz"), NOTE, source_id="other").locations}


def test_a_story_that_a_source_publishes_again_and_again_counts_once(reader: Reader) -> None:
    desk = Desk(reader)
    for _ in range(8):
        report = desk.take(*news("Homs"), NOTE)
    assert len({grouped.story_id for grouped in desk.output}) == 1
    assert [zone for zone, _ in zones(report)] == ["lead", "body", "body"]


def test_a_report_that_is_nothing_else_stays_as_it_is(reader: Reader) -> None:
    desk = Desk(reader)
    for town in TOWNS[:5]:
        desk.take(*news(town), NOTE)
    assert [p.name for p in desk.take(NOTE).locations] == ["Latakia"]


def test_copies_join_whatever_each_site_hangs_on_them(reader: Reader) -> None:
    desk = Desk(reader)
    notes = [f"{NOTE} {line}" for line in ("It was a mill once.", "The lift has long been broken.")]
    for town in TOWNS[:5]:
        desk.take(*news(town), *notes)
    assert desk.take(news("Azaz")[0], source_id="wire").article_id == "a5"
    desk.take(news("Azaz")[0], *notes)
    assert desk.output[-1].story_id == "a5"


def test_a_rebuild_from_the_output_judges_as_before(reader: Reader) -> None:
    desk = Desk(reader)
    for town in TOWNS[:7]:
        desk.take(INTRODUCTION, *news(town), NOTE)
    rebuilt = Stories()
    for grouped in desk.output:
        rebuilt.remember(Text.of(grouped))
    asked = reader.read_text("\n\n".join((*news("Azaz"), NOTE)), article_id="new", source_id="diary", fetched_at=NOON)
    assert rebuilt.group(asked, NOON) == desk.stories.group(asked, NOON)
    assert rebuilt.group(asked, NOON).repeated  # type: ignore[union-attr]


def test_what_is_forgotten_counts_no_more(reader: Reader) -> None:
    desk = Desk(reader)
    for town in TOWNS[:6]:
        desk.take(*news(town), NOTE)
    desk.stories.forget_before(NOON + timedelta(minutes=4))
    assert "Latakia" in {p.name for p in desk.take(*news("Azaz"), NOTE).locations}
    desk.stories.forget_before(NOON + timedelta(days=1))
    assert desk.stories._repeats._recent == {}
