"""Pages to measure on: reports within as much furniture as news sites hang around theirs (about 100 to 170 kB)."""

import json
import random
from collections.abc import Iterator, Sequence
from html import escape

from shared.sentences import split_sentences

_MENU_SECTIONS, _MENU_LINKS = 14, 14
_CARDS, _COMMENTS, _MOST_READ, _TAGS, _FOOTER_COLUMNS = 36, 24, 10, 12, 6
_SCRIPTS = 7
_STATE_ENTRIES = 45
_SHARE = ("Facebook", "X", "WhatsApp", "Telegram", "E-mail", "Copy link")
_SVG = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 2C6.48 2 2 6.48 2 12s4.48 10 10 10 10-4.48 10-10S17.52 '
    '2 12 2zm-1 17.93c-3.95-.49-7-3.85-7-7.93 0-.62.08-1.21.21-1.79L9 15v1c0 1.1.9 2 2 2v1.93z"/></svg>'
)
_STYLE = ".c{0}{{display:flex;margin:0 auto;padding:{0}px 4px;color:#1a1a1a;font:400 1rem/1.5 Georgia,serif}}"
_SCRIPT = (
    "window.__q{0}=window.__q{0}||[];(function(d,s,i){{var j=d.createElement(s);j.async=true;j.src='/static/chunk-{0}-'"
    "+i+'.js';d.head.appendChild(j);window.addEventListener('load',function(){{window.__q{0}.push(['view',{{slot:i,"
    "viewport:[innerWidth,innerHeight]}}])}})}})(document,'script',{0});"
)


def pages(texts: Sequence[str]) -> list[bytes]:
    """A page for each text. Headlines, teasers and comments are sentences of the other texts."""
    sentences = [s for text in texts for s in split_sentences(text)]
    return [_page(text, sentences, random.Random(number)).encode() for number, text in enumerate(texts)]


def _page(text: str, sentences: Sequence[str], chance: random.Random) -> str:
    title, *paragraphs = [p for p in text.split("\n") if p]
    site = _Site(sentences, chance)
    return "\n".join(
        (
            "<!DOCTYPE html><html><head>",
            *site.head(title, paragraphs),
            "</head><body class='article-page'>",
            *site.header(),
            f"<main id='content'><div class='layout c3'><div class='layout__main'>{site.crumbs()}",
            *site.article(title, paragraphs),
            *site.comments(),
            "</div><aside class='layout__rail'>",
            *site.most_read(),
            "</aside></div></main>",
            *site.cards("more-stories", _CARDS),
            *site.footer(),
            *site.scripts(),
            "</body></html>",
        )
    )


class _Site:
    """A site's furniture around one report."""

    def __init__(self, sentences: Sequence[str], chance: random.Random) -> None:
        self._sentences, self._chance = sentences, chance

    def _sentence(self) -> str:
        return escape(self._chance.choice(self._sentences))

    def _words(self, most: int) -> str:
        return " ".join(self._sentence().split()[: self._chance.randint(1, most)])

    def _link(self, text: str, kind: str = "link") -> str:
        number = self._chance.randrange(10**8)
        return f"<a class='{kind} {kind}--{number % 7}' href='/world/{number}/story' data-track='{number}'>{text}</a>"

    def head(self, title: str, paragraphs: Sequence[str]) -> Iterator[str]:
        name = escape(title, quote=True)
        yield f"<meta charset='utf-8'><title>{name} | The Example Post</title>"
        for key in ("description", "og:title", "og:description", "twitter:title", "twitter:description"):
            yield f"<meta property='{key}' name='{key}' content='{name}'>"
        yield "<meta property='article:published_time' content='2025-03-04T05:06:07Z'>"
        data = {"@type": "NewsArticle", "headline": title, "datePublished": "2025-03-04", "articleBody": paragraphs[:2]}
        yield f"<script type='application/ld+json'>{json.dumps(data)}</script>"
        yield f"<style>{''.join(_STYLE.format(n) for n in range(120))}</style>"

    def header(self) -> Iterator[str]:
        yield "<div class='cookie-banner'><p>We use cookies to improve your visit.</p><button>Accept</button></div>"
        yield "<header class='site-header'><div class='site-header__top'><a href='/'>The Example Post</a></div>"
        yield "<nav class='mega-menu'><ul>"
        for _ in range(_MENU_SECTIONS):
            links = "".join(f"<li>{self._link(self._words(2))}</li>" for _ in range(_MENU_LINKS))
            yield f"<li class='mega-menu__item'>{self._link(self._words(1))}<ul class='c2'>{links}</ul></li>"
        yield "</ul></nav></header>"

    def crumbs(self) -> str:
        return f"<ol class='breadcrumb'>{''.join(f'<li>{self._link(self._words(1))}</li>' for _ in range(3))}</ol>"

    def article(self, title: str, paragraphs: Sequence[str]) -> Iterator[str]:
        yield f"<article class='story'><header><h1>{escape(title)}</h1><p class='story__byline'>By Jane Doe</p>"
        yield f"{self._share()}</header><div class='story__body'>"
        for number, paragraph in enumerate(paragraphs):
            first, _, rest = escape(paragraph).partition(" ")
            yield f"<p class='story__p'>{self._link(first)} {rest}</p>"
            if number % 4 == 2:
                yield f"<div class='related-box'><h4>Read more</h4><ul>{self._items(3)}</ul></div>"
            if number % 6 == 3:
                caption = f"<figcaption>{self._sentence()}</figcaption>"
                yield f"<figure class='c9'><img src='/i/{number}.jpg' alt=''>{caption}</figure>"
                yield "<div class='ad-slot'><div id='ad-1'></div></div>"
        yield f"</div><footer><ul class='tags'>{self._items(_TAGS)}</ul>{self._share()}</footer></article>"

    def _share(self) -> str:
        buttons = "".join(
            f"<li><a href='/share/{n}' aria-label='{name}'>{_SVG}</a></li>" for n, name in enumerate(_SHARE)
        )
        return f"<ul class='share-bar'>{buttons}</ul>"

    def _items(self, count: int) -> str:
        return "".join(f"<li>{self._link(self._words(9))}</li>" for _ in range(count))

    def comments(self) -> Iterator[str]:
        yield "<section id='comments'><h2>Comments</h2>"
        for number in range(_COMMENTS):
            yield f"<div class='comment c{number}'><div class='comment__meta'>{self._link('Reader')}<b>2h</b></div>"
            yield f"<p>{self._sentence()} {self._sentence()}</p>{self._link('Reply')}{self._link('Report')}</div>"
        yield "</section>"

    def most_read(self) -> Iterator[str]:
        yield f"<div class='rail-box'><h3>Most read</h3><ol>{self._items(_MOST_READ)}</ol></div>"
        yield "<div class='rail-box newsletter'><form><p>Get our newsletter.</p><input><button>Go</button></form></div>"

    def cards(self, name: str, count: int) -> Iterator[str]:
        yield f"<section class='{name}'><h2>More stories</h2><div class='grid'>"
        for number in range(count):
            picture = f"<picture><source srcset='/p/{number}-640.webp 640w, /p/{number}-320.webp 320w'></picture>"
            yield f"<div class='card card--{number}'>{picture}<h3>{self._link(self._words(12))}</h3>"
            yield f"<p class='card__text'>{self._sentence()}</p><span class='card__time'>3 h</span></div>"
        yield "</div></section>"

    def footer(self) -> Iterator[str]:
        yield "<footer class='site-footer'>"
        for _ in range(_FOOTER_COLUMNS):
            yield f"<div class='site-footer__column'><h4>{self._words(1)}</h4><ul>{self._items(8)}</ul></div>"
        yield "<p>© 2025 The Example Post. All rights reserved.</p></footer>"

    def scripts(self) -> Iterator[str]:
        for number in range(_SCRIPTS):
            yield f"<script>{''.join(_SCRIPT.format(100 * number + n) for n in range(8))}</script>"
        state = [{"id": n, "headline": self._sentence(), "url": f"/world/{n}"} for n in range(_STATE_ENTRIES)]
        yield f"<script id='__STATE__' type='application/json'>{json.dumps(state)}</script>"
