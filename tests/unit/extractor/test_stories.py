"""Which reports are one text."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.extractor.stories import Stories, Text
from shared.events import Report, ReportGrouped

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def report(article_id: str, passages: str) -> Report:
    """A report whose passages are these letters."""
    return Report(
        article_id=article_id, source_id="s", url="", title="", text="", language="en", fetched_at=NOON, sha256="",
        extractor="1", passages=tuple(passages),
    )  # fmt: skip


def take(stories: Stories, article_id: str, passages: str, at: datetime = NOON) -> ReportGrouped | None:
    """Groups a report and remembers it."""
    grouped = stories.group(report(article_id, passages), at)
    if grouped is not None:
        stories.remember(Text.of(grouped))
    return grouped


def test_copies_join_and_are_counted() -> None:
    stories = Stories()
    assert take(stories, "a", "vwxyz").story_id == "a"
    copy = take(stories, "b", "xvwyz1")
    assert (copy.story_id, copy.joined_by, copy.copies) == ("a", "same_text", 2)
    assert take(stories, "c", "vwxy").copies == 3


def test_two_tellings_stay_apart() -> None:
    stories = Stories()
    take(stories, "a", "vwxyz")
    assert take(stories, "b", "vw3456").story_id == "b"


def test_a_text_without_passages_joins_nothing() -> None:
    stories = Stories()
    take(stories, "a", "")
    assert take(stories, "b", "").story_id == "b"


def test_an_article_is_grouped_once() -> None:
    stories = Stories()
    take(stories, "a", "vwxyz")
    assert take(stories, "a", "12345") is None


def test_what_is_old_is_let_go() -> None:
    stories = Stories()
    take(stories, "a", "vwxyz")
    take(stories, "b", "vwxyz", NOON + timedelta(days=2))
    stories.forget_before(NOON + timedelta(days=1))
    assert stories.articles == {"b"}
    assert take(stories, "c", "vwxyz").story_id == "a"
    stories.forget_before(NOON + timedelta(days=9))
    assert (stories.articles, stories.copies, stories._texts_with) == (set(), {}, {})


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.text(alphabet="uvwxyz", max_size=6)), max_size=30))
def test_replaying_the_output_gives_the_same_stories(reports: list[tuple[str, str]]) -> None:
    first, again, rebuilt = Stories(), Stories(), Stories()
    output = [take(first, *one) for one in reports]
    assert [take(again, *one) for one in reports] == output
    for grouped in output:
        if grouped is not None:
            rebuilt.remember(Text.of(grouped))
    assert (rebuilt.articles, rebuilt.copies) == (first.articles, first.copies)
    assert rebuilt.group(report("new", "uvwxyz"), NOON) == first.group(report("new", "uvwxyz"), NOON)
