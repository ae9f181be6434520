"""Taking a page's furniture away before its text is read: what its markup says is not the report.

Three signs, none of which depends on a site: elements that HTML itself sets aside (nav, aside, footer, form); class
and id words with which sites name their boxes (share, related, donate); and blocks that are mostly links. What holds
much of the page's prose stays, whatever it is called: some sites put the whole page into one form, or a report's
subject among its classes.
"""

import re
from collections.abc import Iterator, Mapping

from lxml.html import HtmlElement

from shared.events import Cut

_TAGS = frozenset("nav aside footer noscript template iframe button select svg".split())  # noqa: SIM905
_WRAPPERS = frozenset({"form", "dialog"})
_BLOCKS = frozenset("div section ul ol dl table td header p aside figure".split())  # noqa: SIM905
_BOXES = _WRAPPERS | _BLOCKS
_WORDS = frozenset(
    """
    ad ads advert advertisement adverts appeal author authorbox autor banner bio breadcrumb breadcrumbs captcha
    comment comments consent cookie cookies copyright crumb crumbs crumbtrail disclaimer disqus donate donation
    donations follow footer gdpr give join legal membership menu mostread nav navbar navigation newsletter
    outbrain pager pagination paywall popular promo promos promotion recirc recirculation recommend recommended
    recommendations related relatedposts respond share sharebar shares sharing sidebar signup skip social
    sponsor sponsored subscribe subscription support supportus taboola tagcloud taglist tags teaser teasers
    ticker toolbar topstories trending weather
    """.split()  # noqa: SIM905
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
# A box that holds this share of the page's text outside links is no furniture, whatever it is called.
MAX_SHARE = 0.4
MIN_LINKS = 2
LINK_SHARE = 0.6
MAX_OWN_CHARACTERS = 200
# Characters of a piece that tell what it was.
MOST_SHOWN = 100


def prune(tree: HtmlElement) -> Iterator[Cut]:
    """Removes furniture from the tree, in place, as its pieces are asked for: those that say something, with why."""
    elements = list(tree.iter())  # lxml makes its elements anew where nobody holds them
    links = {element: _length(element) for element in elements if element.tag == "a"}
    whole = max(1, _length(tree) - sum(links.values()))
    body = tree.find("body")
    waiting = [tree if body is None else body]
    while waiting:
        for element in list(waiting.pop()):
            why = _why_furniture(element, links, whole)
            if not why:
                waiting.append(element)
            elif element.getparent() is not None:
                if text := _text(element):
                    yield Cut(why=why, text=text[:MOST_SHOWN])
                element.drop_tree()  # keeps the text that follows it


def _why_furniture(element: HtmlElement, links: Mapping[HtmlElement, int], whole: int) -> str:
    """``links`` are the lengths of all links, ``whole`` is what the page's prose has. Empty for what stays."""
    if element.tag in _TAGS:
        return f"<{element.tag}>"
    if element.tag not in _BOXES or next(element.iter("h1", "article", "main"), None) is not None:
        return ""
    why = f"<{element.tag}>" if element.tag in _WRAPPERS else _name_of_box(element)
    if not why and _is_link_list(element, links):
        why = "links"
    is_small = _length(element) - sum(links[a] for a in element.iter("a")) < MAX_SHARE * whole if why else False
    return why if is_small else ""


def _name_of_box(element: HtmlElement) -> str:
    names = f"{element.get('class', '')} {element.get('id', '')}"
    return next((f"named {word}" for found in _WORD.findall(names) if (word := found.lower()) in _WORDS), "")


def _is_link_list(element: HtmlElement, links: Mapping[HtmlElement, int]) -> bool:
    own = [links[link] for link in element.iter("a")]
    if len(own) < MIN_LINKS:
        return False
    total = _length(element)
    return sum(own) >= LINK_SHARE * total and total - sum(own) < MAX_OWN_CHARACTERS


def prose_length(element: HtmlElement) -> int:
    """Characters of text outside links."""
    return _length(element) - sum(map(_length, element.iter("a")))


def _length(element: HtmlElement) -> int:
    return len(_text(element))


def _text(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())
