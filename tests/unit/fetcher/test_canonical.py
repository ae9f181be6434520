"""Canonical URLs: the same for variants, never the same for two articles, and unchanged when made twice."""

import string
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetcher.canonical import NotHttpError, canonical_url

_PLAIN = string.ascii_letters + string.digits + "-._~"
_ANY = st.text(alphabet=_PLAIN + "%/;:@!$'()*,+ éЖ", max_size=12)
_HOSTS = st.sampled_from(["e.org", "E.ORG.", "news.e.org:8080", "e.org:80", "127.0.0.1", "[::1]", "пример.рф"])
_NAMES = st.sampled_from(
    ["id", "utm_source", "utm%5Fmedium", "UTM_X", "ref", "source", "feature", "rss", "a", "", "fbclid"]
)
_PAIRS = st.lists(st.tuples(_NAMES, _ANY), max_size=5)


@given(st.sampled_from(["http", "HTTPS"]), _HOSTS, _ANY, _PAIRS, _ANY)
def test_twice_is_once(scheme: str, host: str, path: str, pairs: list[tuple[str, str]], fragment: str) -> None:
    query = "&".join(f"{name}={value}" for name, value in pairs)
    url = f"{scheme}://{host}/{path}?{query}#{fragment}"
    once = canonical_url(url)
    assert canonical_url(once) == once


@given(st.lists(st.tuples(st.text(alphabet="abc", min_size=1), st.text(alphabet=_PLAIN)), unique_by=lambda p: p[0]))
def test_the_order_of_parameters_and_tracking_change_nothing(pairs: list[tuple[str, str]]) -> None:
    query = [f"{name}={quote(value)}" for name, value in pairs]
    plain = canonical_url("http://e.org/a?" + "&".join(query))
    assert (
        canonical_url("http://E.org:80/a?" + "&".join(["utm_source=x", *reversed(query), "fbclid=1"]) + "#top") == plain
    )


@pytest.mark.parametrize(
    "variant",
    [
        "https://e.org/a?utm_source=rss&utm_medium=feed",
        "https://E.ORG:443/a#comments",
        "https://e.org./a",
        "https://e.org/a?ref=twitter",
        "https://e.org/a?source=rss",
        "https://e.org/a?feature=share",
        "https://e.org/a?partner=rss&emc=rss".replace("&emc=rss", ""),
        "https://e.org/a?at_medium=RSS&at_campaign=KARANGA",
        " https://e.org/a ",
        "https://user:secret@e.org/a",
    ],
)
def test_variants_are_one_article(variant: str) -> None:
    assert canonical_url(variant) == "https://e.org/a"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://e.org/?source=4711", "http://e.org/?source=4712"),
        ("http://e.org/index.php?ref=77", "http://e.org/index.php?ref=78"),
        ("http://e.org/?feature=fall-of-goma", "http://e.org/?feature=fall-of-bukavu"),
        ("http://e.org/?partner=unhcr", "http://e.org/?partner=wfp"),
        ("http://e.org/?rss=5", "http://e.org/?rss=6"),
        ("http://e.org/?ncid=12", "http://e.org/?ncid=13"),
        ("http://e.org/#!/article/5", "http://e.org/#!/article/6"),
        ("http://e.org/#/article/5", "http://e.org/#/article/6"),
        ("http://e.org/?page=/a/index.html", "http://e.org/?page=/a/"),
        ("http://e.org/A", "http://e.org/a"),
        ("http://e.org/?id=a%26b", "http://e.org/?id=a&b"),
        ("http://e.org/?at_war=1", "http://e.org/?at_war=2"),
        ("http://e.org:8080/a", "http://e.org/a"),
        ("http://e.org/a;p=1", "http://e.org/a;p=2"),
    ],
)
def test_two_articles_stay_two(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "mailto:a@b.c", "data:text/html,x", "ftp://e.org/a", "/a", "", "http://"]
)
def test_what_is_no_http_link_is_refused(link: str) -> None:
    with pytest.raises(NotHttpError):
        canonical_url(link)
