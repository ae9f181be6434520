"""Names that nothing knows are found in any spelling; a lint says which new names would match too much."""

import pytest

from shared.config import yaml_file
from shared.config.names import parse_names
from shared.names.gazetteer import Gazetteer
from shared.names.overmatch import commonness, notes
from shared.names.unknown import Heard, NamePattern, Wanted


def found(name: str, text: str) -> list[str]:
    """What a pattern finds."""
    return [text[one.start : one.end] for one in NamePattern(name).find(text)]


@pytest.mark.parametrize(
    "written",
    [
        "Tell al-Harmal",
        "Tall al Harmel",
        "Tel el-Hermel",
        "Tell al-Harmal’s",
        "TALL AL-HARMAL",
        "تل الهرمل",
        "Телль-эль-Хармаль",
    ],
)
def test_an_unknown_name_is_found_in_any_spelling(written: str) -> None:
    text = f"Shells fell on {written} again, residents said."
    assert found("Tell al-Harmal", text) == [written.removesuffix("’s")]


@pytest.mark.parametrize("text", ["Prices in Tulkarm and Tell Abyad rose.", "A tall harmony of voices.", ""])
def test_other_names_are_not_taken_for_it(text: str) -> None:
    assert found("Tell al-Harmal", text) == []


def test_a_name_of_common_words_counts_with_its_capital_alone() -> None:
    assert found("Front", "The Front said so at the front, in front of the FRONT.") == ["Front", "FRONT"]


def test_cases_of_an_unknown_name_are_found() -> None:
    assert found("Вовчий Яр", "Бої біля Вовчого Яру тривають.") == ["Вовчого Яру"]


def test_triggers_say_which_reports_are_worth_trying() -> None:
    pattern = NamePattern("Tell al-Harmal")
    assert pattern.triggers & Heard("Clashes near Tel el-Hermel.", Wanted(pattern.triggers)).triggers
    assert not pattern.triggers & Heard("Clashes near Aleppo.", Wanted(pattern.triggers)).triggers


def test_a_name_without_letters_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to look for in '--'"):
        NamePattern("--")


# ---------------------------------------------------------------- lint


def test_a_common_word_is_noted_with_its_effect() -> None:
    note = str(commonness("Star"))
    assert note.startswith("'Star' is a common English word (1 in ")
    assert "reports a day" in note


@pytest.mark.parametrize("name", ["Front", "War", "الدولة", "Фронт", "frente", "Nation"])
def test_words_of_six_languages_are_common(name: str) -> None:
    assert commonness(name) is not None


@pytest.mark.parametrize("name", ["Ahrar al-Sham", "Tell al-Harmal", "JNIM", "Azov Brigade", "كتيبة الصقور"])
def test_names_are_not_common(name: str) -> None:
    assert notes(name) == []


def test_a_capital_matters() -> None:
    small, capital = commonness("star"), commonness("Star")
    assert small is not None
    assert capital is not None
    assert small.reports_a_day > capital.reports_a_day


def test_a_great_place_is_frequent_because_it_is_named(names: Gazetteer) -> None:
    assert notes("Russia", names) == []
    assert any("is the name of" in note for note in notes("Ivanovka", names))


# ---------------------------------------------------------------- names.yaml


def parsed(text: str) -> tuple[list[str], list[str]]:
    """Ids and errors of a names.yaml."""
    result = parse_names(yaml_file.parse(text, "names.yaml"))
    return [entry.model.id for entry in result.entries], [str(error) for error in result.errors]


def test_names_of_a_desk_are_read() -> None:
    ids, errors = parsed(
        """
names:
  - {id: base-x, kind: place, lat: 34.52, lon: 37.63, aliases: ["T4", "Tiyas air base", "مطار التيفور"]}
  - {id: raqqa-too, kind: place, same_as: "gn:172955", aliases: Rakka}
  - {id: sunrise, kind: actor, name: Sunrise Brigade, countries: [SY], parents: [fsa], ambiguous: [SB], context:
  [rebels]}
"""
    )
    assert ids == ["base-x", "raqqa-too", "sunrise"]
    assert errors == []


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("{id: a, kind: place, name: X}", "a place needs a point. Add lat and lon, or same_as"),
        ("{id: a, kind: place, name: X, lat: 3}", "lat and lon go together"),
        ("{id: a, kind: actor, name: X, lat: 3, lon: 4}", "an actor has no point"),
        ("{id: a, kind: actor}", "a name needs a spelling"),
        ("{id: a, kind: actor, ambiguous: [X], name: Y}", "ambiguous spellings need words that support them"),
        ("{id: a, kind: river, name: X}", "kind"),
        ("{id: a, kind: place, name: X, lat: 3, lon: 4, alias: Y}", "'alias' is not a known key"),
    ],
)
def test_a_bad_name_refuses_only_itself_with_its_line(row: str, problem: str) -> None:
    ids, errors = parsed(f"names:\n  - {row}\n  - {{id: good, kind: actor, name: Good Brigade}}\n")
    assert ids == ["good"]
    assert len(errors) == 1
    assert errors[0].startswith("names.yaml:2: ")
    assert problem in errors[0]
