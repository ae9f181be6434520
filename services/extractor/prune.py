"""Taking a page's furniture away before its text is read: what its markup says is not the report.

Three signs, none of which depends on a site: elements that HTML itself sets aside (nav, aside, footer, form); class
and id words with which sites name their boxes (share, related, donate); and blocks that are mostly links. What holds
much of the page's prose stays, whatever it is called: some sites put the whole page into one form, or a report's
subject among its classes.
"""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

_TAGS = frozenset("nav aside footer noscript template iframe button select svg".split())  # noqa: SIM905
_WRAPPERS = frozenset({"form", "dialog"})
_BLOCKS = frozenset("div section ul ol dl table td header p aside figure".split())  # noqa: SIM905
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


def prune(tree: HtmlElement) -> None:
    """Removes furniture from the tree, in place."""
    whole = max(1, prose_length(tree))
    for element in list(_candidates(tree)):
        if element.getparent() is None or not _is_attached(element, tree):
            continue
        if element.tag in _TAGS or (_is_furniture(element) and prose_length(element) < MAX_SHARE * whole):
            _drop(element)


def _candidates(tree: HtmlElement) -> Iterator[HtmlElement]:
    body = tree.find("body")
    for element in (tree if body is None else body).iterdescendants():
        if isinstance(element.tag, str) and element.tag in _TAGS | _WRAPPERS | _BLOCKS:
            yield element


def _is_attached(element: HtmlElement, tree: HtmlElement) -> bool:
    top = element
    while (parent := top.getparent()) is not None:
        top = parent
    return top is tree or top is tree.getroottree().getroot()


def _is_furniture(element: HtmlElement) -> bool:
    if next(element.iter("h1", "article", "main"), None) is not None:
        return False
    return element.tag in _WRAPPERS or _is_named_so(element) or _is_link_list(element)


def _is_named_so(element: HtmlElement) -> bool:
    names = f"{element.get('class', '')} {element.get('id', '')}"
    return not _WORDS.isdisjoint(word.lower() for word in _WORD.findall(names))


def _is_link_list(element: HtmlElement) -> bool:
    links = [_length(link) for link in element.iter("a")]
    if len(links) < MIN_LINKS:
        return False
    total = _length(element)
    return sum(links) >= LINK_SHARE * total and total - sum(links) < MAX_OWN_CHARACTERS


def prose_length(element: HtmlElement) -> int:
    """Characters of text outside links."""
    return _length(element) - sum(len(link.text_content()) for link in element.iter("a"))


def _length(element: HtmlElement) -> int:
    return len(" ".join(element.text_content().split()))


def _drop(element: HtmlElement) -> None:
    """Removes an element and keeps the text that follows it."""
    element.drop_tree()
