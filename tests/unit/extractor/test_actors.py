"""Actors in running text: ambiguous acronyms by context, states' forces by demonym, and bodies that no list has."""

import pytest

from services.extractor.proposals import proposals
from services.extractor.read import Reader


def ids(reader: Reader, text: str) -> dict[str, str]:
    """Actors of a text: what it writes, and the id."""
    return {mention.text: mention.id for mention in reader.read_text(text).actors}


@pytest.mark.parametrize(
    ("text", "written", "actor"),
    [
        ("The SDF said its fighters had repelled an attack on a checkpoint east of Hasakah.", "SDF", "sdf"),
        ("Two members of the Asayish were killed in Qamishli, Syria; the SDF blamed sleeper cells.", "SDF", "sdf"),
        ("Sources in the PMU say the convoy left Mosul for the Iraqi border at dawn.", "PMU", "pmu"),
        ("FSA rebels pulled out of the town, according to activists in Aleppo, Syria.", "FSA", "fsa"),
        ("IS militants ambushed a bus carrying Syrian soldiers in the desert.", "IS", "isis"),
        ("In Sudan's North Darfur the RSF shelled a displacement camp for a third day.", "RSF", "rsf-sudan"),
        ("La BLA a revendiqué l'attentat contre un train au Balochistan, au Pakistan.", "BLA", "bla"),
        ("The KIA seized a junta outpost near Bhamo, Kachin media reported from Myanmar.", "KIA", "kia"),
    ],
)
def test_an_acronym_counts_where_the_report_supports_it(reader: Reader, text: str, written: str, actor: str) -> None:
    assert ids(reader, text).get(written) == actor


@pytest.mark.parametrize(
    "text",
    [
        "The Students' Debating Federation (SDF) held its annual final in Leeds on Saturday.",
        "The FSA has recalled three brands of houmous, and the food watchdog urged shoppers to return them.",
        "The FSA said imports of sesame from Syria would be tested for salmonella, a food hygiene officer added.",
        "THIS IS THE WORST FLOOD THAT MOSUL, IRAQ, HAS SEEN IN A DECADE, MAYOR SAYS",
        "WHAT IS KNOWN ABOUT THE STRIKE ON SYRIA AND WHO IS BEHIND IT",
        "The project management unit (PMU) opened the tenders in Baghdad, Iraq.",
        "RSF, the press freedom group Reporters Without Borders, counted 30 journalists in prison in Sudan.",
        "Download the PDF file of the Myanmar census from the ministry's page.",
        "Kia unveiled its new electric car; the KIA dealership in Yangon, Myanmar, will sell it from May.",
    ],
)
def test_the_same_letters_in_another_sense_are_nobody(reader: Reader, text: str) -> None:
    said = ids(reader, text)
    assert not {"SDF", "FSA", "IS", "PMU", "RSF", "PDF", "KIA"} & said.keys()


@pytest.mark.parametrize(
    ("text", "written", "actor"),
    [
        ("Egyptian troops crossed into Rafah's buffer zone, state television said.", "Egyptian troops", "forces-eg"),
        ("Russian warplanes carried out six sorties overnight.", "Russian warplanes", None),
        ("L'armée tchadienne a repoussé une incursion venue de Libye.", "armée tchadienne", "chad-army"),
        (
            "Soldados colombianos fueron atacados en una vía rural del Cauca.",
            "Soldados colombianos",
            "colombian-armed-forces",
        ),
        ("Сирийская армия вошла в город, сообщили жители.", "Сирийская армия", "syrian-army"),
        ("Позиции иракских военных обстреляли из минометов.", "иракских военных", "iraqi-security-forces"),
        ("أعلن الجيش المصري مقتل ثلاثة مسلحين.", "الجيش المصري", "forces-eg"),
        ("The Iraqi government condemned the raid.", "Iraqi government", "state-iq"),
        ("Kazakhstani police detained eleven people in Almaty.", "Kazakhstani police", "police-kz"),
    ],
)
def test_states_and_their_forces_by_demonym(reader: Reader, text: str, written: str, actor: str | None) -> None:
    found = ids(reader, text)
    assert written in found
    assert actor is None or found[written] == actor


def test_the_better_supported_of_two_actors_is_meant(reader: Reader) -> None:
    afghan = "The NRF claimed an attack on a Taliban convoy in Panjshir, Afghanistan."
    yemeni = "The NRF shelled Houthi positions near Mocha on Yemen's Red Sea coast."
    assert ids(reader, afghan)["NRF"] == "nrf-afghanistan"
    assert ids(reader, yemeni)["NRF"] == "nrf-yemen"


# ---------------------------------------------------------------- proposals


@pytest.mark.parametrize(
    ("text", "name", "actor"),
    [
        ("The Sunrise Brigade claimed the ambush near Idlib.", "Sunrise Brigade", "proposed:sunrise-brigade"),
        (
            "The 68th Jaeger Brigade held the line north of the river.",
            "68th Jaeger Brigade",
            "proposed:68th-jaeger-brigade",
        ),
        ("Katibat al-Ghuraba posted a video of the raid.", "Katibat al-Ghuraba", "proposed:katibat-al-ghuraba"),
        ("Fighters of Jund al-Haqq attacked a checkpoint.", "Jund al-Haqq", "proposed:jund-al-haqq"),
        (
            "Armed men of the Nuer Salvation Front clashed with soldiers.",
            "Nuer Salvation Front",
            "proposed:nuer-salvation-front",
        ),
        ("Бойцы батальона «Ахмат-Восток» отошли из села.", "Ахмат-Восток", "proposed:ахмат-восток"),
        ("تبنت كتيبة الصقور الهجوم على الحاجز.", "كتيبة الصقور", "proposed:كتيبه-الصقور"),
        (
            "La Columna Lucio Arango atacó con explosivos una estación de policía.",
            "Columna Lucio Arango",
            "proposed:columna-lucio-arango",
        ),
    ],
)
def test_bodies_that_no_list_has_are_proposed(text: str, name: str, actor: str) -> None:
    found = proposals(text, (), ())
    assert [(text[p.start : p.end], p.actor.id, p.actor.kind) for p in found] == [(name, actor, "proposed")]


@pytest.mark.parametrize(
    "text",
    [
        "The Fire Brigade put out the blaze within an hour.",
        "The Salvation Army opened a shelter for families.",
        "The Democratic Front won four seats in the council.",
        "A cold front moved in from the Eastern Front of the range.",
        "The International Medical Corps flew in a surgical team.",
        "Members of the Chamber of Commerce attended the Business Movement gala.",
        "The film club screened Army of Shadows.",
    ],
)
def test_bodies_of_peace_are_not_proposed(text: str) -> None:
    assert proposals(text, (), ()) == []


def test_a_known_actor_is_not_proposed_again(reader: Reader) -> None:
    found = ids(reader, "The Azov Brigade and the Sunrise Brigade fought side by side near Pokrovsk.")
    assert found["Azov Brigade"] == "azov"
    assert found["Sunrise Brigade"] == "proposed:sunrise-brigade"


def test_fighters_from_a_town_are_no_actor(reader: Reader) -> None:
    assert not any(i.startswith("proposed") for i in ids(reader, "Fighters from Homs attacked the convoy.").values())


def test_a_proposal_keeps_its_id_whatever_its_marks() -> None:
    written = ("the Zahra’ Brigade attacked", "The ZAHRA Brigade attacked", "the Zahrā Brigade attacked")
    assert {p.actor.id for text in written for p in proposals(text, (), ())} == {"proposed:zahra-brigade"}
