"""Pages carry the whole body and the clutter; feeds parse; both keep the site's encoding."""

from datetime import UTC, datetime, timedelta
from html import unescape

import feedparser
import pytest

from tocsin.newsroom.content import load_newsroom
from tocsin.newsroom.pages import Published, article_key, article_url, render_feed, render_front, render_page

NEWSROOM = load_newsroom()
BASE = "http://127.0.0.1:9000"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SITES = sorted(NEWSROOM.sites)


def published(article):
    return Published(article, NOW - timedelta(minutes=article.minutes_ago))


def page_text(article):
    site = NEWSROOM.sites[article.site_id]
    return unescape(render_page(NEWSROOM, published(article), BASE).decode(site.encoding))


def entries_of(site_id):
    return [published(article) for article in NEWSROOM.of_site(site_id)]


@pytest.mark.parametrize("key", sorted(NEWSROOM.articles))
def test_a_page_has_its_body_and_all_clutter(key):
    article = NEWSROOM.articles[key]
    site = NEWSROOM.sites[article.site_id]
    text = page_text(article)
    assert article.title in text
    for wanted in (*(block.text for block in article.blocks), *site.nav, *site.most_read, *site.related):
        assert wanted in text
    for wanted in (site.appeal, site.disclaimer, site.footer):
        assert wanted in text


def test_a_copy_says_where_it_comes_from_outside_the_body():
    text = page_text(NEWSROOM.articles["counterweight-review/reprint-t4"])
    assert "Republished from The Lantern Dispatch" in text
    assert "Republished from" not in page_text(NEWSROOM.articles["lantern-dispatch/t4-air-base-hit-before-dawn"])


def test_an_english_copy_on_an_arabic_site_reads_from_left_to_right():
    text = page_text(NEWSROOM.articles["seventh-lighthouse/english-airbase-holds"])
    assert '<html lang="ar" dir="rtl">' in text
    assert 'lang="en" dir="ltr"' in text


@pytest.mark.parametrize("site_id", SITES)
def test_a_feed_parses_and_lists_the_newest_first(site_id):
    site = NEWSROOM.sites[site_id]
    feed = feedparser.parse(render_feed(site, entries_of(site_id), BASE))
    assert not feed.bozo
    assert feed.version == ("rss20" if site.feed.format == "rss" else "atom10")
    assert feed.feed.title == site.name
    newest_first = [article.key for article in reversed(NEWSROOM.of_site(site_id))]
    assert [article_key(entry.link) for entry in feed.entries] == newest_first
    assert [entry.title for entry in feed.entries] == [NEWSROOM.articles[key].title for key in newest_first]


@pytest.mark.parametrize("site_id", SITES)
def test_dates_and_ids_are_given_except_by_the_bare_feed(site_id):
    site = NEWSROOM.sites[site_id]
    feed = feedparser.parse(render_feed(site, entries_of(site_id), BASE))
    newest = NEWSROOM.of_site(site_id)[-1]
    if site.feed.summary == "none":
        assert all(set(entry) & {"summary", "id", "published"} == set() for entry in feed.entries)
    else:
        moment = datetime(*feed.entries[0].published_parsed[:6], tzinfo=UTC)
        assert moment == published(newest).published_at
        assert len({entry.id for entry in feed.entries}) == len(feed.entries)


def test_the_legacy_feed_is_really_in_windows_1251():
    site = NEWSROOM.sites["vestnik-perepravy"]
    raw = render_feed(site, entries_of(site.id), BASE)
    assert b"windows-1251" in raw[:60]
    assert "Коротко: Харьков".encode("cp1251") in raw


def test_html_summaries_survive_escaping():
    site = NEWSROOM.sites["lantern-dispatch"]
    feed = feedparser.parse(render_feed(site, entries_of(site.id), BASE))
    assert "<b>air strikes</b>" in feed.entries[-1].summary


def test_an_empty_feed_is_still_a_feed():
    for site in NEWSROOM.sites.values():
        feed = feedparser.parse(render_feed(site, [], BASE))
        assert not feed.bozo
        assert feed.entries == []


def test_an_address_leads_back_to_its_article():
    for key in NEWSROOM.articles:
        assert article_key(article_url(BASE, key)) == key


def test_a_front_page_links_its_articles():
    site = NEWSROOM.sites["ninth-ferry"]
    html = render_front(site, entries_of(site.id), BASE).decode()
    assert f"{BASE}/ninth-ferry/bobry.html" in html
