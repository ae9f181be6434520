"""What is set aside, and what must never be."""

import pytest

from services.extractor.boilerplate import boilerplate_reasons
from tests.unit.extractor.furniture_sentences import FURNITURE, NEWS

BODY = ("Fighting resumed near the town on Monday, officials said.",) * 5

# Found by reading the rules: each of these was set aside once.
MORE_NEWS = (
    "تقدمت قوات الدعم السريع 20 كم نحو مدينة الفاشر",
    "تحرير مدينة الموصل من قبضة التنظيم",
    "لا تعبر هذه التصريحات عن موقف الحكومة في بغداد",
    "كتب وزير الدفاع على منصة إكس أن الجيش سيطر على رفح",
    "El presidente de Rusia expresó su apoyo a Siria tras el ataque.",
    "El Ejército informó en un boletín que tres soldados murieron en Cauca.",
    "Poland will join US strikes in Yemen, its minister said.",
    "Iranian missiles can reach US bases in Iraq.",
    "Russian forces attacked positions near Kupiansk, and officials expressed concern.",
    "The video was first posted on Telegram by accounts linked to the group.",
    "Россия отказалась поддержать проект резолюции Совета Безопасности.",
    "Canada announced a contribution of ten million dollars to help Ukraine rebuild its grid.",
    "Kyiv received a pledge of $60bn from the US.",
    "The group claimed the attack in its weekly newsletter al-Naba.",
    "Ces chiffres ne reflètent pas la réalité, a dit l'ONU à Goma.",
    "Related violence killed 12 people in Cali.",
    "Residents queued to donate at hospitals in Gaza.",
    "The cell moved money via PayPal to Idlib, prosecutors said.",
)


@pytest.mark.parametrize("sentence", [*NEWS, *MORE_NEWS])
def test_news_stays(sentence: str) -> None:
    assert boilerplate_reasons([sentence]) == [""]
    assert boilerplate_reasons([*BODY, sentence])[-1] == ""


@pytest.mark.parametrize("sentence", FURNITURE)
def test_furniture_goes(sentence: str) -> None:
    assert boilerplate_reasons([*BODY, sentence])[-1]


def test_a_journalist_who_is_the_news_stays_at_the_end() -> None:
    news = "Among the dead is a journalist from Gaza City who worked for a wire service."
    assert boilerplate_reasons([*BODY, news])[-1] == ""


def test_a_line_about_the_author_goes_at_the_end_alone() -> None:
    line = "Jane Doe is a reporter based in Beirut."
    assert boilerplate_reasons([*BODY, line])[-1] == "byline"
    assert boilerplate_reasons([line, *BODY])[0] == ""


def test_links_after_an_appeal_go_and_sentences_stay() -> None:
    tail = ["Please donate to us today.", "Five things to know about Goma", "Shells fell on Goma on Friday."]
    assert boilerplate_reasons([*BODY, *tail])[-3:] == ["appeal", "tail", ""]


def test_a_newsroom_without_full_stops_keeps_its_paragraphs_after_an_appeal() -> None:
    body = ["قالت مصادر محلية إن القصف استهدف الأحياء الشرقية من المدينة منذ ساعات الصباح الأولى"] * 4
    reasons = boilerplate_reasons([*body, "اشترك في قناتنا على تلغرام", *body[:1]])
    assert reasons[-2:] == ["appeal", ""]


def test_a_long_paragraph_is_never_set_aside() -> None:
    assert boilerplate_reasons(["Please donate to us. " + "The town was shelled again. " * 30]) == [""]
