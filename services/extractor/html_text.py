"""A page to its title and paragraphs: trafilatura, and what the feed knew where the page says nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import trafilatura
from lxml import html as lxml_html
from lxml.html import HtmlElement
from trafilatura.settings import Document

from services.extractor.layout import unwrap_layout_tables
from services.extractor.page_head import title_and_day
from services.extractor.plain import clean_line
from services.extractor.prune import MOST_SHOWN, prune
from shared.events import Cut

# A page of a megabyte of markup takes seconds to read. Of a larger one what no reader sees goes first.
MAX_MARKUP = 1_000_000
# Pieces left out that a report names, in page order.
MOST_CUT = 20
_UNSEEN = re.compile(rb"<(script|style|svg|noscript|template)\b|<!--", re.IGNORECASE)
_LINKED_DATA = b"ld+json"


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page says. ``paragraphs`` are in reading order, each on one line; ``cut`` is what was left out."""

    title: str
    paragraphs: tuple[str, ...]
    published_at: datetime | None = None
    cut: tuple[Cut, ...] = ()


class NoTextError(ValueError):
    """Nothing readable is in the page."""


def page_text(page: bytes | str, url: str | None = None) -> PageText:
    """The page's report, without navigation, lists of links and comments. Raises NoTextError."""
    tree = trafilatura.load_html(_bounded(page))
    if tree is None:
        raise NoTextError("not a page")
    unwrap_layout_tables(tree)
    # Captions say whose a picture is, and often show another year: trafilatura leaves them out, too.
    cut = [*prune(tree), *(Cut(why="caption", text=line[:MOST_SHOWN]) for line in _captions(tree))]
    document = trafilatura.bare_extraction(tree, url=url, fast=True, include_comments=False)
    if not isinstance(document, Document) or not document.text:
        raise NoTextError("trafilatura found no text in the page")
    paragraphs = tuple(line for raw in document.text.split("\n") if (line := clean_line(raw)))
    title, published_at = title_and_day(tree, url)
    return PageText(title, paragraphs, published_at, tuple(cut[:MOST_CUT]))


def _captions(tree: HtmlElement) -> Iterator[str]:
    yield from filter(None, (clean_line(caption.text_content()) for caption in tree.iter("figcaption")))


def _bounded(page: bytes | str) -> bytes | str:
    if len(page) <= MAX_MARKUP:
        return page
    raw = page.encode("utf-8", "surrogatepass") if isinstance(page, str) else page
    return b" ".join(_seen(raw))[:MAX_MARKUP]


def _seen(raw: bytes) -> Iterator[bytes]:
    """The stretches between scripts, styles and the like, but for linked data; an element without an end is kept."""
    lower, position, ends = raw.lower(), 0, 0
    while (found := _UNSEEN.search(raw, max(position, ends))) is not None:
        name = (found[1] or b"").lower()
        closing = b"</" + name if name else b"-->"
        end = lower.find(closing, found.end())
        if end < 0:
            break
        ends = end + len(closing) if not name else raw.find(b">", end) + 1 or len(raw)
        if _LINKED_DATA not in lower[found.end() : found.end() + 100]:
            yield raw[position : found.start()]
            position = ends
    yield raw[position:]


def fragment_text(fragment: str) -> str:
    """The text of a feed's HTML fragment, one line a block."""
    if "<" not in fragment and "&" not in fragment:
        return fragment
    try:
        root = lxml_html.fragment_fromstring(fragment, create_parent="div")
    except (ValueError, lxml_html.etree.ParserError):
        return fragment
    for unseen in root.xpath(".//script | .//style | .//comment()"):
        unseen.drop_tree()
    for block in root.iter("p", "br", "div", "li", "h1", "h2", "h3", "h4"):
        block.tail = "\n" + (block.tail or "")
    return str(root.text_content())
