"""Which places a report names: sentences as newsrooms write them."""

import pytest

from services.extractor.read import Reader
from shared.events import ArticleFetched, Beat, FeedEntry, Location
from shared.times import utc_now


def read(reader: Reader, text: str) -> dict[str, Location]:
    """The places in a text, by how it writes them; the first mention of each."""
    return {location.text: location for location in reversed(reader.read_text(text).locations)}


def where(reader: Reader, text: str) -> dict[str, str]:
    """The same, with country and first-order region: ``{"Paris": "US.TX"}``."""
    return {name: f"{p.country}.{p.admin1}".rstrip(".") for name, p in read(reader, text).items()}


# ---------------------------------------------------------------- which of its namesakes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two men were arrested in Paris, Texas, on Friday night.", {"Paris": "US.TX", "Texas": "US.TX"}),
        ("Deputies found the car outside Paris, Tenn., late on Sunday.", {"Paris": "US.TN", "Tenn.": "US.TN"}),
        (
            "The fire in Springfield, Ill., spread. Firefighters from Decatur came to Springfield to help.",
            {"Springfield": "US.IL", "Decatur": "US.IL"},
        ),
        (
            "Most cases were found in Austin, in Scott County, Indiana. The clinic in Austin opens today.",
            {"Scott County": "US.IN", "Austin": "US.IN"},
        ),
        ("Cases rose in Alabama, Georgia, Florida and Tennessee.", {"Georgia": "US.GA", "Tennessee": "US.TN"}),
        ("Armenia, Georgia and Azerbaijan signed the accord.", {"Georgia": "GE"}),
        ("Votes were counted in Oregon, Washington, Idaho and Montana.", {"Washington": "US.WA"}),
        ("The minister flew to Washington for talks at the White House.", {"Washington": "US.DC"}),
        ("Shells fell on Tripoli again as Libya's rival governments met in Benghazi.", {"Tripoli": "LY.77"}),
        ("Gunmen in Tripoli, Lebanon, fired on an army post.", {"Tripoli": "LB.09"}),
        ("Hyderabad police said the convoy was stopped on the road to Karachi, in Sindh.", {"Hyderabad": "PK.05"}),
    ],
)
def test_the_report_says_which(reader: Reader, text: str, expected: dict[str, str]) -> None:
    found = where(reader, text)
    assert {name: found.get(name) for name in expected} == expected


def test_one_sense_holds_unless_a_mention_says_otherwise(reader: Reader) -> None:
    text = "He left Paris, Texas, at dawn. The Paris man changed planes twice and landed in Paris, France."
    places = [p for p in reader.read_text(text).locations if p.text == "Paris"]
    assert [p.country for p in places] == ["US", "US", "FR"]


def test_small_towns_tell_which_county(reader: Reader) -> None:
    text = (
        "A Glenwood man was killed when two cars collided near Osakis, Minnesota. It was the fourth crash in Douglas "
        "County this year. Freezing rain fell from Fergus Falls to Sauk Centre and Starbuck, and in Fargo."
    )
    assert where(reader, text)["Douglas County"] == "US.MN"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قتل ثلاثة أشخاص في غارة في تريم مساء الأحد، قال مسؤول في السعودية.", {"تريم": "YE", "السعودية": "SA"}),
        ("وصلت القافلة إلى المهدية ثم إلى المحرس في تونس.", {"المهدية": "TN", "المحرس": "TN", "تونس": "TN"}),
        ("قال وزير من الإمارات إن الجامعة في مدينة أخرى.", {"الإمارات": "AE"}),
    ],
)
def test_arabic_names_stand_for_themselves(reader: Reader, text: str, expected: dict[str, str]) -> None:
    assert {name: place.country for name, place in read(reader, text).items()} == expected


@pytest.mark.parametrize(
    "text",
    [
        "The St. Louis Cardinals lost again on Sunday.",
        "Il enseigne à l'université de Rennes et habite rue de Vannes.",
        "الطلاب في جامعة صفاقس يحتجون.",
        "They climbed Mount Kenya and swam in lac Tchad.",
        "The bill of Nov. 2 went to the Florida Immigrant Coalition and the Times of India.",
    ],
)
def test_bodies_teams_and_mountains_are_not_the_place_that_they_are_called_after(reader: Reader, text: str) -> None:
    assert read(reader, text) == {}


def test_a_headlines_plural_makes_no_team_of_a_town(reader: Reader) -> None:
    assert set(read(reader, "Mosul Residents Flee As Islamic State Fighters Return")) == {"Mosul"}


def test_the_beat_of_a_source_tells_namesakes_apart(reader: Reader) -> None:
    text = "The council of Jackson meets on Tuesday to vote on the new water plant."
    assert reader.read_text(text, beat=("US", "TN")).locations[0].admin1 == "TN"
    assert reader.read_text(text, beat=("US", "MI")).locations[0].admin1 == "MI"


@pytest.mark.parametrize(("region", "admin1"), [("Tennessee", "TN"), ("Michigan", "MI"), ("Nowhere at all", "MS")])
def test_an_article_brings_the_beat_of_its_source_along(reader: Reader, region: str, admin1: str) -> None:
    entry = FeedEntry(link="http://e.org/1", title="Council votes", summary="The council of Jackson meets on Tuesday.")
    article = ArticleFetched(
        article_id="a",
        source_id="s",
        url=entry.link,
        fetched_at=utc_now(),
        entry=entry,
        sha256="",
        beat=Beat(country="US", region=region),
    )
    assert [p.admin1 for p in reader.read_article(article).locations] == [admin1]


# ---------------------------------------------------------------- what is no place


@pytest.mark.parametrize("text", ["He met the South ", "The Saudi", "In South"])
def test_a_text_may_end_within_two_words_for_a_people(reader: Reader, text: str) -> None:
    assert reader.read_text(text).text == text


def test_words_for_a_countrys_people_are_marked_and_name_no_place(reader: Reader) -> None:
    text = "Syrian officials met South Koreans and a Swiss envoy. Syrian army units shelled Idlib; the polish held."
    report = reader.read_text(text)
    expected = [("Syrian", "SY"), ("South Koreans", "KR"), ("Swiss", "CH")]
    assert [(d.text, d.country) for d in report.demonyms] == expected
    assert all(text[d.start : d.end] == d.text and d.zone == "lead" for d in report.demonyms)
    assert [p.text for p in report.locations] == ["Idlib"]


def test_what_a_site_says_of_itself_names_no_people(reader: Reader) -> None:
    report = reader.read_text("Shells fell on Homs.\n\nPlease donate to our Syrian desk: your gift helps us.")
    assert report.demonyms == ()


def test_rivals_are_kept_where_the_choice_is_not_clear(reader: Reader) -> None:
    (place,) = reader.read_text("Gunmen opened fire near Springfield overnight, witnesses said.").locations
    assert place.confidence < 0.9
    assert len({(c.lat, c.lon) for c in place.candidates}) == 3
    assert [c.score for c in place.candidates] == sorted((c.score for c in place.candidates), reverse=True)
    assert reader.read_text("Shelling hit Aleppo in Syria.").locations[0].candidates == ()


# ---------------------------------------------------------------- regions and countries


@pytest.mark.parametrize(
    ("text", "name", "feature"),
    [
        ("Clashes spread across Idlib province on Monday.", "Idlib", "region"),
        ("A bomb went off in the city of Idlib on Monday.", "Idlib", "populated_place"),
        ("Rebels shelled Idlib on Monday.", "Idlib", "populated_place"),
        ("Air strikes hit the Deir Ezzor countryside and Aleppo Governorate.", "Aleppo Governorate", "region"),
        ("Floods reached Akita Prefecture in the north of Japan.", "Akita Prefecture", "region"),
        ("قصف الطيران محافظة دير الزور شرق سوريا", "محافظة دير الزور", "region"),
        ("Обстріли у Харківській області тривали всю ніч.", "Харківській області", "region"),
        ("The crew was rescued from the Red Sea off Yemen.", "Red Sea", "region"),
        ("Drone strikes killed dozens in South Kordofan, Sudan.", "South Kordofan", "region"),
    ],
)
def test_regions_are_regions(reader: Reader, text: str, name: str, feature: str) -> None:
    assert {n: p.feature for n, p in read(reader, text).items()}.get(name) == feature


@pytest.mark.parametrize(
    ("name", "lat", "lon"),
    [("United States", 39.76, -98.5), ("Texas", 31.25, -99.25), ("Libya", 28.0, 17.0), ("Queensland", -20.0, 145.0)],
)
def test_countries_and_regions_stand_at_their_own_point(reader: Reader, name: str, lat: float, lon: float) -> None:
    (place,) = reader.read_text(f"The storm reached {name} on Monday.").locations
    assert (place.lat, place.lon) == (lat, lon)


# ---------------------------------------------------------------- what is no place


@pytest.mark.parametrize(
    "text",
    [
        "Paris Hilton declined to comment. Hilton left by car.",
        "Jordan Henderson and Chad Smith were on board.",
        "Lawyer Willie Campbell spoke first. Campbell then said that the case would go on.",
        "Sgt. James Buchanan said the officer was lying.",
        "Students at Georgia Tech and the University of Houston took part.",
        "The Washington Times and the Houston Chronicle reported the deal.",
        "She ate at a Taco Bell on Monday and was ill by Tuesday.",
        "It cost US$30 billion, according to Agence France-Presse.",
        "Grandmaster Gao Rulin won the senior title. He thanked the crowd. Then Gao said he would rest.",
        "Samples from the animal were sent away. Center staff will test them.",
        "Reading is fun, and Nice people read more.",
        "The Boston Marathon bomber is on trial. A Bangkok Post reporter was there.",
        "Summer rains came late. Energy prices rose. Advance notice was given.",
        "The Marburg virus and the Lassa fever were both ruled out.",
    ],
)
def test_persons_bodies_and_words_are_no_places(reader: Reader, text: str) -> None:
    assert where(reader, text) == {}


def test_a_surname_is_no_town_and_the_town_of_that_name_is(reader: Reader) -> None:
    text = "Mayor Dana Clinton spoke in Clinton, Iowa. Clinton said the bridge would open in May."
    places = [p for p in reader.read_text(text).locations if p.text == "Clinton"]
    assert [p.admin1 for p in places][:1] == ["IA"]
    assert text.index("Clinton spoke") not in {p.start for p in places}


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("The U.S. Army flew relief to the town.", ["U.S."]),
        ("He lives in the U.S. She does not.", ["U.S."]),
        ("Cases were found in the Netherlands.", ["Netherlands"]),
        ("Police in North Dallas closed two roads.", ["North Dallas"]),
        ("The village of Xonkpong has few roads. The village is small.", []),
        ("Fighters fled to St. Marc, Haiti.", ["St. Marc", "Haiti"]),
        ("Visayas, Region 8, was hit; Mexico too.", ["Visayas", "Mexico"]),
    ],
)
def test_a_name_is_whole_and_no_more(reader: Reader, text: str, whole: list[str]) -> None:
    assert [p.text for p in reader.read_text(text).locations] == whole


# ---------------------------------------------------------------- use


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("Moscow said on Friday that the talks had failed.", "metonymic"),
        ("Moscow has repeatedly denied the claim.", "metonymic"),
        ("The statement accused Moscow of breaking the truce.", "metonymic"),
        ("Talks between Moscow and its neighbours failed.", "metonymic"),
        ("A bomb went off in Moscow on Friday.", "literal"),
        ("Drones reached Moscow, officials said.", "literal"),
    ],
)
def test_who_speaks_for_a_place_is_not_the_place(reader: Reader, text: str, use: str) -> None:
    assert reader.read_text(text).locations[0].use == use


# ---------------------------------------------------------------- the report that Tocsin was designed for

DESIGN = """
MOSUL (South Desk) - Fighters have begun to leave Mosul for Syria, sources in the PMU say. Some 150 members of Ahrar
al-Sham were taken out of Bustan al-Qasr in Aleppo, and over 30 ISIS fighters died in raids around Deir Ezzor airbase
on October 18. Shells also fell on al-Huweijeh al-Sakar, al-Sina'ah, al-Jafreh and al-Mura'yeh, suburbs of Deir ez-Zor.
Jets took off from T-4 airbase, east of Homs, and from near Palmyra.

Donate to our newsroom: your gift keeps reporters in Damascus and Raqqa. Articles by the South Desk may be republished.
"""
EXPECTED = {
    "Mosul": (36.34, 43.13),
    "Bustan al-Qasr": (36.19, 37.15),
    "Aleppo": (36.20, 37.16),
    "Deir Ezzor airbase": (35.29, 40.18),
    "al-Huweijeh al-Sakar": (35.32, 40.19),
    "al-Sina'ah": (35.32, 40.17),
    "al-Jafreh": (35.31, 40.19),
    "al-Mura'yeh": (35.27, 40.22),
    "Deir ez-Zor": (35.34, 40.14),
    "T-4 airbase": (34.52, 37.63),
    "Homs": (34.73, 36.72),
    "Palmyra": (34.56, 38.27),
}


def test_the_design_report_has_all_its_places(reader: Reader) -> None:
    found = read(reader, DESIGN)
    for name, (lat, lon) in EXPECTED.items():
        assert name in found
        assert abs(found[name].lat - lat) < 0.2, name
        assert abs(found[name].lon - lon) < 0.2, name
    assert not {"Damascus", "Raqqa"} & set(found)


# ---------------------------------------------------------------- small evidence


def test_of_namesakes_the_one_beside_the_others_is_meant(reader: Reader) -> None:
    assert where(reader, "Crews from Cincinnati went to Newport.")["Newport"] == "US.KY"


@pytest.mark.parametrize(
    ("text", "is_place"),
    [
        ("Two people were shot in Ansongo on Friday.", True),
        ("Ansongo was on everybody's lips.", False),
        ("Kibumba (Wire) - Two people were shot on Friday.", True),
        ("Pereira opened the shop at nine.", False),
        ("He opened the shop at Pereira at nine.", True),
    ],
)
def test_a_small_town_needs_a_word_for_it(reader: Reader, text: str, is_place: bool) -> None:
    assert bool(where(reader, text)) is is_place


def test_a_city_is_no_country_in_another_language(reader: Reader) -> None:
    assert where(reader, "Buses ran from St. Louis to Columbia and Alton.")["Columbia"] == "US.MO"
