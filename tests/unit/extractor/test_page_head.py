"""Title and day of a page are those that trafilatura's own reading of all metadata gives."""

from pathlib import Path

import pytest
import trafilatura
from trafilatura.metadata import extract_metadata

from services.extractor.page_head import title_and_day
from services.extractor.plain import clean_line

PAGES = sorted((Path(__file__).parents[2] / "data" / "clutter").glob("*.html"))
HEAD = "<html><head><title>Site</title>{}</head><body><h1>One</h1><h1>Two</h1><p>Text.</p></body></html>"
LINKED = '{"@type": "NewsArticle", "headline": "Stated", "datePublished": "2023-01-02"}'
HEADS = (
    "",
    "<meta property='og:title' content='Shells &amp;amp; drones'><meta name='date' content='2024-05-06'>",
    f"<script type='application/ld+json'>{LINKED}</script>",
    "<script type='application/ld+json'>[{]</script><meta name='title' content='Broken\u00ad data'>",
    "<link rel='canonical' href='https://a.example/2022/03/04/x'>",
)


@pytest.mark.parametrize("page", [*(p.read_bytes() for p in PAGES), *map(HEAD.format, HEADS)])
def test_it_reads_what_trafilatura_reads(page: bytes | str) -> None:
    tree = trafilatura.load_html(page)
    assert tree is not None
    stated = extract_metadata(trafilatura.load_html(page), "https://a.example/b")
    title, day = title_and_day(tree, "https://a.example/b")
    assert (title, day.date().isoformat() if day else None) == (clean_line(stated.title or ""), stated.date)
