"""Reports: offsets, zones, context, and pages that nobody should have written."""

import contextlib
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.extractor.html_text import MAX_MARKUP, NoTextError, fragment_text, page_text
from services.extractor.plain import unwrapped
from services.extractor.read import Reader
from services.extractor.zones import zone_spans

NAMES = st.sampled_from(
    [
        "Aleppo",
        "Deir ez-Zor",
        "Dayr az-Zawr",
        "دير الزور",
        "Харкові",
        "ISIS",
        "رانكون",
        "ရန်ကုန်",
        "ភ្នំពេញ",
        "İstanbul",
        "ﬁ",
    ]
)
TEXTS = st.lists(
    st.one_of(NAMES, st.text(max_size=12), st.sampled_from(["\n", "\n\n", "\u0301", "\u202e", "🙂", " ", ". "])),
    max_size=30,
)
ONE = (
    "Fighting resumed near Aleppo on Monday, officials said, and twelve people were killed in the shelling of a market."
)
TWO = "A spokesman for the Syrian army denied that any aircraft had struck the town of Atarib during the night."
THREE = "The Observatory counted forty raids since Sunday, and said that two hospitals in Idlib had closed their doors."
REPORT = f"<p>{ONE}</p><p>{TWO}</p><p>{THREE}</p>"
LINKS = "".join(f"<li><a href='/{n}'>Another headline about something else number {n}</a></li>" for n in range(60))


def page(body: str) -> str:
    """A page of this body."""
    return f"<html><head><title>T</title></head><body>{body}</body></html>"


# ---------------------------------------------------------------- offsets and zones


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=TEXTS, title=st.text(max_size=20))
def test_offsets_are_exact_whatever_the_text(reader: Reader, parts: list[str], title: str) -> None:
    report = reader.read_text("".join(parts), title=title)
    for mention in (*report.locations, *report.actors):
        assert report.text[mention.start : mention.end] == mention.text
        assert mention.text
        assert mention.zone != "boilerplate"


@settings(max_examples=150, deadline=None)
@given(parts=TEXTS, title=st.text(alphabet="abc ", max_size=10))
def test_zones_are_in_order_apart_and_hold_all_that_is_not_blank(parts: list[str], title: str) -> None:
    body = "".join(parts)
    text = f"{title}\n\n{body}" if title and body else title or body
    spans = zone_spans(text, len(title))
    end = 0
    for span in spans:
        assert not text[end : span.start].strip()
        assert end <= span.start < span.end <= len(text)
        end = span.end
    assert not text[end:].strip()
    assert sum(span.zone == "lead" for span in spans) <= 1


@pytest.mark.parametrize(
    ("paragraph", "quotes"),
    [
        ("“We heard the first shell at noon,” said a baker in Homs.", ["“We heard the first shell at noon,”"]),
        ('He said: "Nobody came to help us," and left.', ['"Nobody came to help us,"']),
        ("Il a dit « nous avons fui vers Alep hier » puis il est parti.", ["« nous avons fui vers Alep hier »"]),
        ("قال «لقد غادرنا حلب صباح أمس مع الأطفال» ثم مضى", ["«لقد غادرنا حلب صباح أمس مع الأطفال»"]),
        ("‘They don’t know where we sleep tonight,’ she said.", ["‘They don’t know where we sleep tonight,’"]),
        ("“The road to Idlib was closed. So it stayed.", ["“The road to Idlib was closed. So it stayed."]),
        ('The "special operation" and a 12" pipe, the "so-called republic" and more besides.', []),
        ("The general’s men took the village; the soldiers’ wives stayed behind in the town.", []),
    ],
)
def test_what_somebody_says_in_the_body_is_a_quote(paragraph: str, quotes: list[str]) -> None:
    text = f"Shells fell.\n\n{paragraph}"
    assert [text[span.start : span.end] for span in zone_spans(text) if span.zone == "quote"] == quotes
    assert [span.zone for span in zone_spans(paragraph)] == ["lead"]


def test_a_mark_belongs_to_the_mention_whose_last_letter_it_is_on(reader: Reader) -> None:
    text = "Visit Bogota\u0301 now."
    (mention,) = reader.read_text(text).locations
    assert text[mention.start : mention.end] == "Bogota\u0301"


WIRE = """\
DAMASCUS, 3 JAN -- ABOUT 50 PEASANTS WERE KIDNAPPED BY ARMED MEN NEAR DEIR
EZ-ZOR, A SPOKESMAN SAID.  THE MEN, WHO CAME IN FOUR TRUCKS, WERE STOPPED
BY THE INTERIOR MINISTRY AT A CHECKPOINT ON THE ROAD THAT LEADS TO HOMS.

   MEANWHILE, THREE SOLDIERS WERE WOUNDED DURING A CLASH THAT BEGAN NEAR
PALMYRA AT DAWN.
   THE SAME UNIT REPORTED ANOTHER CLASH.
"""
LIST = "The dead, as the hospital names them on its door this morning:\nAli, 7\nMaryam, 12\nYusuf, 40\nHala, 33"


def test_a_line_that_ends_with_its_column_goes_on(reader: Reader) -> None:
    report = reader.read_text(WIRE)
    assert len(report.text) == len(WIRE)
    assert report.text.split() == WIRE.split()
    assert [zone.zone for zone in report.zones] == ["lead", "body", "body"]
    assert "DEIR EZ-ZOR" in {place.text for place in report.locations}
    assert all(report.text[p.start : p.end] == p.text for p in report.locations)


def test_in_capitals_no_word_is_taken_for_a_name_that_it_sounds_like(reader: Reader) -> None:
    report = reader.read_text("SYRIA, 3 JAN -- A SOLDIER WAS WOUNDED AT THE FRONT, REBELS SAID, AND TAKEN TO HOSPITAL.")
    assert [actor.id for actor in report.actors] == []
    assert [place.text for place in report.locations] == ["SYRIA"]


@pytest.mark.parametrize("text", [LIST, "", "One.\n\nTwo.", "Short\nlines\nof verse", WIRE + "x" * 200])
def test_other_line_breaks_are_the_writers(text: str) -> None:
    assert unwrapped(text) == text


@given(st.text(alphabet="ab \n.", max_size=400))
def test_unwrapping_keeps_every_offset(text: str) -> None:
    read = unwrapped(text)
    assert [a for a, b in zip(text, read, strict=True) if a != b and (a, b) != ("\n", " ")] == []


# ---------------------------------------------------------------- what is a name


def found(reader: Reader, text: str) -> list[str]:
    """The names of the places in a text."""
    return [location.name for location in reader.read_text(text).locations]


@pytest.mark.parametrize(
    "text",
    [
        "Shelling hit Syria again. See https://www.example.com/syria-war for more.",
        "Shelling hit Syria again. #syria @syria news@syria.example syria.example/today",
    ],
)
def test_an_address_or_hashtag_does_not_make_a_word_of_a_name(reader: Reader, text: str) -> None:
    assert found(reader, text) == ["Syria"]


def test_a_word_that_the_report_writes_small_is_a_word(reader: Reader) -> None:
    assert "Reading" not in found(reader, "Reading is fun. We like reading in England.")


@pytest.mark.parametrize(
    "text", ["He met the UN and the FDA in March.", "The King and the Canadian Secretary spoke on Sunday."]
)
def test_acronyms_months_titles_and_demonyms_are_no_towns(reader: Reader, text: str) -> None:
    assert found(reader, text) == []


def test_a_continent_is_no_town(reader: Reader) -> None:
    (place,) = reader.read_text("The drought reached Africa last year.").locations
    assert (place.feature, place.country) == ("region", "")


def test_in_a_text_of_capitals_words_are_words_and_cities_cities(reader: Reader) -> None:
    text = "THE POLICE OF EL SALVADOR SAID TODAY THAT IT WAS TIME FOR PEACE. SO WE CAN GO FROM BOGOTA TO SAN SALVADOR."
    assert found(reader, text) == ["El Salvador", "Bogotá", "San Salvador"]


def test_a_dateline_in_capitals_is_a_name(reader: Reader) -> None:
    assert found(reader, "KYIV (Wire) - Drones were shot down.\nGAZA, Oct 5 - A truce held.")[0] == "Kyiv"


def test_an_acronym_that_the_report_spells_out_otherwise_is_no_actor(reader: Reader) -> None:
    said = reader.read_text("The Students' Debating Federation (SDF) met in Syria. The SDF won.")
    assert [actor.text for actor in said.actors] == []


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize(
    "body",
    [
        f"<div class='widget'>{REPORT}</div>",
        f"<h1>T</h1><ul>{LINKS}</ul><section class='related-content main'>{REPORT}</section>",
        f"<form id='aspnetForm'><div>{REPORT}</div></form>",
        f"<article class='amp-wp-article'><div class='amp-wp-article-content'>{REPORT}</div></article>",
        f"<table><tr><td>{LINKS}</td><td>{REPORT}</td></tr></table>",
        f"<div class='popular'><ul>{LINKS * 3}</ul></div><div id='story'>{REPORT}</div><ul>{LINKS * 3}</ul>",
        f"<div class='post category-weather tag-donation popular'>{REPORT}</div><div>{LINKS}</div>",
        f"<div class='content'>{ONE}<br><br>{TWO}<br><br>{THREE}</div>",
        f"<table><tr><td><p>{ONE}</p></td></tr><tr><td><p>{TWO}</p><p>{THREE}</p></td></tr></table>",
    ],
    ids=["widget", "related", "form", "amp", "table", "links", "classes", "breaks", "rows"],
)
def test_the_report_stays(body: str) -> None:
    text = "\n".join(page_text(page(body)).paragraphs)
    assert [part for part in (ONE, TWO, THREE) if part not in text] == []
    assert "Another headline" not in text


def test_a_lead_in_a_row_of_its_own_is_no_side_column() -> None:
    rows = f"<table><tr><td><p>{ONE}</p></td></tr><tr><td><p>{(TWO + ' ' + THREE) * 3}</p></td></tr></table>"
    assert ONE in page_text(page(rows)).paragraphs


def test_a_very_short_report_is_read() -> None:
    assert page_text(
        page(f"<div><p>{ONE}</p></div><footer>© 2024 Example. All rights reserved.</footer>")
    ).paragraphs == (ONE,)


HOSTILE = {
    "empty": b"",
    "nul": b"\0" * 1000,
    "binary": bytes(range(256)) * 4000,
    "pdf": b"%PDF-1.4 " + bytes(range(256)) * 100,
    "brackets": b"<" * 1_500_000,
    "comments": b"<!--" * 500_000,
    "scripts": b"<script " * 250_000,
    "entities": b"&" * 1_500_000,
    "depth": b"<div>" * 300_000,
    "tables": b"<table><tr><td>" * 20_000,
    "links": b"<div><a href='x'>l</a>" * 30_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_ends_soon(reader: Reader, name: str) -> None:
    started = time.process_time()
    with contextlib.suppress(NoTextError):
        reader.read_html(HOSTILE[name])
    assert time.process_time() - started < 5


def test_a_page_behind_a_megabyte_of_script_is_read() -> None:
    script = "<script>" + "x" * (3 * MAX_MARKUP) + "</script>"
    assert page_text(page(script + REPORT).encode()).paragraphs == (ONE, TWO, THREE)


def test_a_fragment_gives_its_text_alone() -> None:
    assert fragment_text("<p>A &amp; B</p><script>x()</script><style>p{}</style><!-- c -->C").split() == [
        "A",
        "&",
        "B",
        "C",
    ]


def test_half_a_surrogate_pair_is_read(reader: Reader) -> None:
    assert found(reader, "Shells hit Aleppo \ud800 in Syria.") == ["Aleppo", "Syria"]


def test_a_report_says_what_of_its_page_was_left_out(reader: Reader) -> None:
    figure = "<figure><img src='a.jpg'><figcaption>Smoke over Aleppo, 2016. Image: Studio Idlib</figcaption></figure>"
    article = f"<article><h1>T</h1><p>{ONE}</p>{figure}<p>{TWO}</p><p>{THREE}</p></article>"
    report = reader.read_html(page(f"<nav>Home</nav>{article}<footer>End</footer>"))
    cut = [(piece.why, piece.text) for piece in report.cut]
    assert cut == [("<nav>", "Home"), ("<footer>", "End"), ("caption", "Smoke over Aleppo, 2016. Image: Studio Idlib")]
    assert "2016" not in report.text
    assert reader.read_text("Nothing is left out of a text.").cut == ()


def test_of_a_page_with_a_hundred_boxes_twenty_are_named(reader: Reader) -> None:
    boxes = "".join(f"<nav>Section {number} {'of the site ' * 20}</nav>" for number in range(100))
    report = reader.read_html(page(f"{boxes}<article><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p></article>"))
    assert len(report.cut) == 20
    assert max(len(piece.text) for piece in report.cut) == 100
