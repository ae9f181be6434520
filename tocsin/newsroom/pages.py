"""Pure rendering: articles to pages in three layouts, released articles to RSS 2.0 or Atom, in the site's encoding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from jinja2 import Environment, PackageLoader, StrictUndefined

from tocsin.newsroom.content import Article, Newsroom, Site

ATOM = "http://www.w3.org/2005/Atom"
FEED_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}
RTL_LANGUAGES = frozenset({"ar"})
FEED_TTL_MINUTES = 1
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Published:
    """An article with the moment (aware, UTC) at which its site says that it appeared."""

    article: Article
    published_at: datetime


@dataclass(frozen=True, slots=True)
class _Page:
    """What a layout needs beyond the site and the article."""

    site: Site
    article: Article
    url: str
    front_url: str
    feed_url: str
    feed_type: str
    published_at: datetime
    original: str | None
    standfirst: str
    body_direction: str
    json_ld: dict[str, Any]


def article_url(base_url: str, article_key: str) -> str:
    """The page's address for `site/slug`."""
    return f"{base_url.rstrip('/')}/{article_key}.html"


def feed_url(base_url: str, site_id: str) -> str:
    """The address of the site's feed."""
    return f"{base_url.rstrip('/')}/{site_id}/feed.xml"


def front_url(base_url: str, site_id: str) -> str:
    """The address of the site's front page."""
    return f"{base_url.rstrip('/')}/{site_id}/"


def article_key(url: str) -> str:
    """`site/slug` of a page's address: the inverse of `article_url`, whatever the host."""
    site_id, _, page = urlsplit(url).path.rpartition("/")
    return f"{site_id.rpartition('/')[2]}/{page.removesuffix('.html')}"


def plain_summary(article: Article) -> str:
    """The summary without its markup."""
    return _TAG.sub("", article.summary)


def render_page(newsroom: Newsroom, published: Published, base_url: str) -> bytes:
    """The article's page in its site's layout and encoding."""
    page = _page(newsroom, published, base_url)
    template = _templates().get_template(f"{page.site.layout}.html")
    html = template.render(page=page, site=page.site, article=page.article, labels=page.site.labels)
    return html.encode(page.site.encoding, "xmlcharrefreplace")


def render_front(site: Site, entries: Sequence[Published], base_url: str) -> bytes:
    """The site's front page: the released articles, newest first."""
    links = [
        {"title": entry.article.title, "url": article_url(base_url, entry.article.key)}
        for entry in _newest_first(entries)
    ]
    html = (
        _templates()
        .get_template("front.html")
        .render(
            site=site,
            entries=links,
            feed_url=feed_url(base_url, site.id),
            feed_type=FEED_TYPES[site.feed.format],
        )
    )
    return html.encode(site.encoding, "xmlcharrefreplace")


def render_feed(site: Site, entries: Sequence[Published], base_url: str) -> bytes:
    """The site's feed of these entries, newest first, as its `feed` key says."""
    build = _rss if site.feed.format == "rss" else _atom
    root = build(site, _newest_first(entries), base_url)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding=site.encoding, xml_declaration=True)
    return document


def _page(newsroom: Newsroom, published: Published, base_url: str) -> _Page:
    article = published.article
    site = newsroom.sites[article.site_id]
    original = newsroom.articles[article.copy_of] if article.copy_of else None
    page_url = article_url(base_url, article.key)
    return _Page(
        site=site,
        article=article,
        url=page_url,
        front_url=front_url(base_url, site.id),
        feed_url=feed_url(base_url, site.id),
        feed_type=FEED_TYPES[site.feed.format],
        published_at=published.published_at,
        original=newsroom.sites[original.site_id].name if original else None,
        standfirst=plain_summary(article),
        body_direction="rtl" if article.language in RTL_LANGUAGES else "ltr",
        json_ld=_json_ld(site, published, page_url),
    )


def _json_ld(site: Site, published: Published, page_url: str) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": published.article.title,
        "url": page_url,
        "inLanguage": published.article.language,
        "datePublished": published.published_at.isoformat(),
        "author": {"@type": "Person", "name": published.article.author or site.name},
        "publisher": {"@type": "NewsMediaOrganization", "name": site.name},
    }


def _newest_first(entries: Sequence[Published]) -> list[Published]:
    return sorted(entries, key=lambda entry: entry.published_at, reverse=True)


def _rss(site: Site, entries: Sequence[Published], base_url: str) -> ET.Element:
    root = ET.Element("rss", {"version": "2.0"})
    channel = ET.SubElement(root, "channel")
    _add(channel, "title", site.name)
    _add(channel, "link", front_url(base_url, site.id))
    _add(channel, "description", site.tagline)
    _add(channel, "language", site.language)
    _add(channel, "ttl", str(FEED_TTL_MINUTES))
    for entry in entries:
        _rss_item(ET.SubElement(channel, "item"), site, entry, base_url)
    return root


def _rss_item(item: ET.Element, site: Site, entry: Published, base_url: str) -> None:
    url = article_url(base_url, entry.article.key)
    _add(item, "title", entry.article.title)
    _add(item, "link", url)
    if site.feed.summary == "none":
        return
    _add(item, "guid", url)
    _add(item, "pubDate", format_datetime(entry.published_at, usegmt=True))
    _add(item, "description", _summary(site, entry.article))


def _atom(site: Site, entries: Sequence[Published], base_url: str) -> ET.Element:
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": site.language})
    _add(root, "id", front_url(base_url, site.id))
    _add(root, "title", site.name)
    _add(root, "subtitle", site.tagline)
    ET.SubElement(root, "link", {"rel": "self", "href": feed_url(base_url, site.id)})
    ET.SubElement(root, "link", {"rel": "alternate", "href": front_url(base_url, site.id)})
    _add(root, "updated", _rfc3339(entries[0].published_at) if entries else "1970-01-01T00:00:00Z")
    for entry in entries:
        _atom_entry(ET.SubElement(root, "entry"), site, entry, base_url)
    return root


def _atom_entry(element: ET.Element, site: Site, entry: Published, base_url: str) -> None:
    article = entry.article
    stamp = _rfc3339(entry.published_at)
    _add(element, "id", f"tag:{site.id}.example,2024:{article.slug}")
    _add(element, "title", article.title)
    ET.SubElement(element, "link", {"rel": "alternate", "href": article_url(base_url, article.key)})
    _add(element, "published", stamp)
    _add(element, "updated", stamp)
    author = ET.SubElement(element, "author")
    _add(author, "name", article.author or site.name)
    if site.feed.summary != "none":
        _add(element, "summary", _summary(site, article), {"type": site.feed.summary})


def _summary(site: Site, article: Article) -> str:
    return article.summary if site.feed.summary == "html" else plain_summary(article)


def _rfc3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _add(parent: ET.Element, tag: str, text: str, attributes: dict[str, str] | None = None) -> None:
    ET.SubElement(parent, tag, attributes or {}).text = text


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("tocsin.newsroom"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
