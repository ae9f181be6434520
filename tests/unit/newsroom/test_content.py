"""The newsroom's hand-written material is consistent, and a wrong file is refused by name."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from tocsin.newsroom.content import CONTENT_DIR, ContentError, ExpectedAlert, load_newsroom, parse_blocks

LANGUAGES = {"en", "ar", "ru", "uk", "fr", "es"}


@pytest.fixture(scope="module")
def newsroom():
    return load_newsroom()


@pytest.fixture
def material(tmp_path: Path) -> Path:
    shutil.copytree(CONTENT_DIR, tmp_path / "newsroom", ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    return tmp_path / "newsroom"


def test_the_mix_is_as_large_and_as_varied_as_the_demo_needs(newsroom):
    assert 44 <= len(newsroom.articles) <= 52
    assert {article.language for article in newsroom.articles.values()} == LANGUAGES
    assert {site.feed.format for site in newsroom.sites.values()} == {"rss", "atom"}
    assert {site.feed.summary for site in newsroom.sites.values()} == {"none", "text", "html"}
    assert "windows-1251" in {site.encoding for site in newsroom.sites.values()}
    assert len({site.layout for site in newsroom.sites.values()}) == 3


def test_every_article_stands_in_the_table_once(newsroom):
    listed = Counter(key for story in newsroom.stories for key in story.articles)
    assert set(listed) == set(newsroom.articles)
    assert set(listed.values()) == {1}


def test_every_watch_is_expected_to_alert_and_every_silence_has_a_reason(newsroom):
    assert {pair.watch for pair in newsroom.expected_pairs} == set(newsroom.watches)
    assert all(story.because for story in newsroom.stories)
    assert sum(not story.watches for story in newsroom.stories) >= 12


def test_watches_notify_only_the_two_receivers_of_the_demo(newsroom):
    receivers = {receiver for watch in newsroom.watches.values() for receiver in watch.notify}
    assert receivers == {"desk", "slack"}
    assert newsroom.notifications_expected("slack") < newsroom.notifications_expected("desk")


def test_copies_have_the_body_and_language_of_their_original(newsroom):
    for article in newsroom.articles.values():
        if article.copy_of is not None:
            original = newsroom.articles[article.copy_of]
            assert article.blocks == original.blocks
            assert article.language == original.language
            assert article.site_id != original.site_id
            assert newsroom.story_of(article.key) is newsroom.story_of(original.key)


def test_one_report_has_seven_copies_and_two_have_two(newsroom):
    assert sorted(len(story.articles) for story in newsroom.stories if len(story.articles) > 1) == [2, 2, 7]


def test_different_stories_have_different_bodies(newsroom):
    bodies = {newsroom.articles[story.key].blocks for story in newsroom.stories}
    assert len(bodies) == len(newsroom.stories)


def test_no_body_is_longer_than_a_report(newsroom):
    assert all(45 <= len(article.text.split()) <= 450 for article in newsroom.articles.values())


def test_originals_come_out_before_their_copies(newsroom):
    order = [article.key for article in newsroom.release_order]
    copies = [article for article in newsroom.articles.values() if article.copy_of]
    assert all(order.index(copy.copy_of) < order.index(copy.key) for copy in copies)


def test_expected_pairs_join_a_story_with_each_of_its_watches(newsroom):
    assert ExpectedAlert("seventh-lighthouse/qasf-huwayqa", "deir-ez-zor") in newsroom.expected_pairs
    assert len(newsroom.expected_pairs) == sum(len(story.watches) for story in newsroom.stories)


def test_every_site_has_clutter_that_names_watched_things(newsroom):
    for site in newsroom.sites.values():
        assert len(site.most_read) >= 3
        assert site.appeal
        assert site.disclaimer
        assert site.related


def test_blocks_are_paragraphs_headings_and_quotations():
    kinds = [block.kind for block in parse_blocks("one\ntwo\n\n## three\n\n> four\n\n\n")]
    assert kinds == ["paragraph", "heading", "quote"]


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("expected.yaml", "watches: [jnim, sahel]", "watches: [jnim, sahell]", "unknown watches: ['sahell']"),
        ("expected.yaml", "[rift-shore/thyroid-t4]", "[halyard-courier/isis-regatta]", "more than once"),
        ("expected.yaml", "ninth-ferry/bobry", "ninth-ferry/bober", "unknown articles"),
        ("watches.yaml", "{actor: ISIS}", "{actors: ISIS}", "unknown clause 'actors'"),
        ("watches.yaml", "parts: true", "part: true", "unknown keys ['part']"),
        ("watches.yaml", "severity: low", "severity: mild", "severity must be one of"),
        ("sites.yaml", "layout: portal", "layout: magazine", "layout 'magazine'"),
        ("sites.yaml", "dir: rtl", "dir: up", "dir must be ltr or rtl"),
        ("articles/ninth-ferry/bobry.md", "title:", "titel:", "unknown keys ['titel']"),
        (
            "articles/ninth-ferry/bobry.md",
            "minutes_ago: 38",
            "copy_of: a/b\nminutes_ago: 38",
            "either a body or copy_of",
        ),
        ("articles/counterweight-review/reprint-t4.md", "t4-air-base-hit", "t5-air-base-hit", "names no original"),
    ],
)
def test_a_wrong_file_is_named_with_its_problem(material: Path, file: str, old: str, new: str, problem: str):
    path = material / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_newsroom(material)
    assert problem in str(caught.value)
    assert caught.value.path == path
