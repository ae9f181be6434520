"""What a plugged-in recogniser says tips what the rules leave open, and no more."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from services.extractor.read import Reader
from services.extractor.recogniser import Recognised, Recogniser, Stretches, load
from services.extractor.settings import ExtractorSettings
from shared.names.gazetteer import Gazetteer
from shared.process import EX_CONFIG
from shared.settings import SettingsError

TEXT = "Officials said that Orange had not answered. Shelling hit Mosul in Iraq, and Halton fell, they added."
Places = Callable[[Recogniser | None], set[str]]


@pytest.fixture
def places(names: Gazetteer) -> Places:
    """The places that are found in the text with a recogniser."""
    return lambda recogniser: {p.text for p in Reader(names, recogniser).read_text(TEXT).locations}


def saying(word: str, label: str) -> Recogniser:
    """A recogniser that knows this word alone."""

    def recognise(text: str) -> Iterator[Recognised]:
        start = text.index(word)
        yield start, start + len(word), label

    return recognise


def test_it_tips_what_is_open(places: Places) -> None:
    alone = places(None)
    assert places(saying("Orange", "place")) == {*alone, "Orange"}
    assert "Orange" not in alone
    assert places(saying("Halton", "person")) == alone - {"Halton"}
    assert alone > {"Halton", "Mosul"}
    assert places(saying("Mosul", "person")) == alone


def test_it_makes_no_place_of_what_no_list_has(places: Places) -> None:
    assert places(saying("Officials", "place")) == places(None)


def test_what_it_raises_is_the_articles_own_error(places: Places) -> None:
    def broken(_: str) -> Iterator[Recognised]:
        raise RuntimeError("no model here")

    with pytest.raises(RuntimeError, match="no model"):
        places(broken)


def test_stretches_that_overlap() -> None:
    stretches = Stretches([(0, 20, "body"), (4, 9, "place")])
    assert stretches.label(4, 9) == "place"
    assert stretches.label(0, 3) == "body"
    assert stretches.label(4, 12) == "body"
    assert stretches.label(12, 15) == "body"
    assert stretches.label(15, 25) == ""
    assert stretches.label(30, 31) == ""


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("nothing.here:f", "nothing"),
        ("os:nope", "nope"),
        ("os.path", "no function"),
        ("tests.unit.extractor.raises_on_import:f", "no such model"),
    ],
)
def test_one_that_cannot_be_loaded_is_a_clear_error(path: str, fault: str) -> None:
    with pytest.raises(SettingsError, match=rf"TOCSIN_RECOGNISER.*{fault}"):
        load(path)


def test_it_is_off_by_default() -> None:
    assert load(ExtractorSettings().recogniser) is None


def test_a_service_whose_recogniser_cannot_be_loaded_is_not_started_again() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "services.extractor", "extract"],
        env={**os.environ, "TOCSIN_RECOGNISER": "os:nope"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == EX_CONFIG
    assert "TOCSIN_RECOGNISER" in ended.stderr
    assert "Traceback" not in ended.stderr
