"""Feeds in the wild."""

import time
from datetime import UTC, datetime

import pytest

from services.fetcher.feed import MAX_LENIENT_BYTES, NotAFeedError, parse_feed

URL = "http://e.org/news/feed"
OPEN = '<rss version="2.0"><channel><title>Site</title>'


def parse(items: str, head: str = '<?xml version="1.0"?>', **headers: str) -> list:
    """The entries of an RSS feed."""
    return list(parse_feed(f"{head}{OPEN}{items}</channel></rss>".encode(), URL, headers).entries)


def item(inner: str = "", link: str = "http://e.org/1") -> str:
    """An entry."""
    return f"<item><link>{link}</link>{inner}</item>"


def test_relative_links_are_made_whole() -> None:
    assert [entry.link for entry in parse(item(link="/a") + item(link="b") + item(link="//x.org/c"))] == [
        "http://e.org/a",
        "http://e.org/news/b",
        "http://x.org/c",
    ]


def test_entries_without_a_link_or_with_a_hopeless_one_are_left_out() -> None:
    assert [
        e.link
        for e in parse(
            "<item><title>x</title></item>" + item(link="http://[::1/") + item(link="/" + "a" * 9000) + item()
        )
    ] == ["http://e.org/1"]


def test_a_guid_that_is_a_link_is_one() -> None:
    assert [e.link for e in parse("<item><guid>http://e.org/g</guid></item>")] == ["http://e.org/g"]


@pytest.mark.parametrize("date", ["yesterday-ish", "", "0", "32 Foo 2026"])
def test_a_date_that_does_not_parse_is_unknown(date: str) -> None:
    (entry,) = parse(item(f"<pubDate>{date}</pubDate>"))
    assert entry.published_at is None


def test_oldest_first_the_future_behind_the_past_and_the_undated_last() -> None:
    dates = {"future": "Mon, 01 Jan 2099 00:00:00 GMT", "old": "Thu, 01 Jan 2015 00:00:00 GMT", "none": "?"}
    entries = parse("".join(item(f"<title>{name}</title><pubDate>{date}</pubDate>") for name, date in dates.items()))
    assert [entry.title for entry in entries] == ["old", "future", "none"]
    assert entries[0].published_at == datetime(2015, 1, 1, tzinfo=UTC)


def test_what_the_server_says_of_the_encoding_counts() -> None:
    text = f'<?xml version="1.0" encoding="utf-8"?>{OPEN}{item("<title>Взрыв</title>")}</channel></rss>'
    headers = {"content-type": "text/xml; charset=windows-1251"}
    (entry,) = parse_feed(text.encode("cp1251"), URL, headers).entries
    assert entry.title == "Взрыв"


def test_an_encoding_that_nobody_knows_is_read_somehow() -> None:
    (entry,) = parse(item("<title>x</title>"), '<?xml version="1.0" encoding="klingon"?>')
    assert entry.title == "x"


def test_undeclared_entities_are_read() -> None:
    (entry,) = parse(item("<title>a&nbsp;b &eacute;&bogus;</title>"))
    assert entry.title == "a\xa0b é&bogus;"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("&#xD83D;&#xDE00;", "\U0001f600"),
        ("&#55357;&#56832;", "\U0001f600"),
        ("&#xD800;", "\ufffd"),
        ("&#128512;", "\U0001f600"),
    ],
)
def test_emoji_in_halves(written: str, read: str) -> None:
    assert parse(item(f"<title>a{written}b</title>"))[0].title == f"a{read}b"


def test_atom_is_a_feed() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Site</title><entry>'
        "<link href='/a'/><id>urn:1</id><title type='html'>&lt;b&gt;A&lt;/b&gt;</title><content>c</content>"
        "<updated>2026-03-01T12:00:00Z</updated><author><name>N</name></author></entry></feed>"
    )
    (entry,) = parse_feed(atom.encode(), URL).entries
    assert (entry.link, entry.guid, entry.title, entry.summary) == ("http://e.org/a", "urn:1", "<b>A</b>", "c")
    assert (entry.published_at, entry.authors) == (datetime(2026, 3, 1, 12, tzinfo=UTC), ("N",))


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"<html><p>hi</html>", bytes(range(256)) * 100, b"%PDF-1.4", b'{"a": 1}']
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(NotAFeedError):
        parse_feed(body, URL)


def _entities() -> str:
    steps = "".join(f'<!ENTITY {chr(98 + n)} "{(f"&{chr(97 + n)};") * 10}">' for n in range(9))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">{steps}]>'


HOSTILE = {
    "bomb": f"{_entities()}{OPEN}{item('<title>&j;</title>')}</channel></rss>".encode(),
    "items": OPEN.encode() + b"<item>" * 1_000_000,
    "brackets": OPEN.encode() + b"<" * 5_000_000,
    "quotes": OPEN.encode() + b'<a a="' * 20_000,
    "ampersands": OPEN.encode() + b"&a" * 100_000,
    "markup": (OPEN + item("<description>" + "&lt;div&gt;" * 100_000 + "</description>") + "</channel></rss>").encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_feed_ends_soon(name: str) -> None:
    started = time.process_time()
    try:
        feed = parse_feed(HOSTILE[name], URL)
    except NotAFeedError:
        feed = None
    assert time.process_time() - started < 8
    assert feed is None or all(len(entry.title) < 100_000 for entry in feed.entries)


def test_a_large_feed_that_is_no_xml_gives_its_newest_entries() -> None:
    items = "".join(
        item(f"<title>{n} & {n}</title><description>{'word ' * 40}</description>", f"/{n}") for n in range(4000)
    )
    body = f"{OPEN}{items}</channel></rss>".encode()
    assert len(body) > MAX_LENIENT_BYTES
    links = {entry.link for entry in parse_feed(body, URL).entries}
    assert "http://e.org/0" in links
    assert 1000 < len(links) < 4000
