"""The index must never rule out a watch that would match: asked through it or one by one, watches answer alike."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerter.matching.match_step import Match
from services.alerter.matching.view import ReportView
from services.alerter.matching.watch_index import WatchIndex
from shared.config.history import History
from shared.config.watches import Watch
from shared.events import ConfigChanged, Report, ZoneSpan
from shared.names.lexicon import ActorParts
from shared.names.records import LexiconActor
from shared.names.unknown import Wanted
from tests.unit.alerter.samples import NOW, actor, item, location, report

ACTORS = [
    LexiconActor(id="army", name="Army", kind="state_force"),
    LexiconActor(id="brigade", name="Brigade", kind="armed_group", parents=("army",)),
    LexiconActor(id="isis", name="ISIS", kind="armed_group"),
]
IDS = [actor.id for actor in ACTORS]
WORDS = [
    "Deir",
    "Hafer",
    "Dayr",
    "al-Hafir",
    "дейр",
    "Дейр-Хафер",
    "دير",
    "حافر",
    "air",
    "strikes",
    "drill",
    "Hajin",
    "ISIS",
    "مقتل",
    "عين-عرب",
    "Ödön",
    "O'Hara",
    "空襲",
    "naïve",
    "x",
    "٣",
]
POINTS = [(35.34, 40.14), (-17.9, 179.999), (-17.9, -179.999), (89.9, 12.0), (-90.0, 0.0), (0.0, 0.0), (5.0, 5.0)]
COUNTRIES = ["SY", "FJ", "NO"]

_latitudes, _longitudes = st.floats(-90, 90), st.floats(-180, 180)
_points = st.sampled_from(POINTS) | st.tuples(_latitudes, _longitudes)
_zones = st.sampled_from(["title", "lead", "body", "quote", "boilerplate"])
_phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)


def new_index() -> WatchIndex:
    return WatchIndex(ActorParts({actor.id: actor.parents for actor in ACTORS}))


@st.composite
def queries(draw: st.DrawFn, depth: int = 2) -> str:
    kind = draw(st.sampled_from(["word", "phrase", "and", "or", "not"] if depth else ["word", "phrase"]))
    if kind == "word":
        return draw(st.sampled_from(WORDS))
    if kind == "phrase":
        return f'"{draw(_phrases)}"'
    left, right = draw(queries(depth - 1)), draw(queries(depth - 1))
    return f"({left} {({'and': 'AND', 'or': 'OR', 'not': 'NOT'})[kind]} {right})"


def _within(point: tuple[float, float], radius: float) -> dict[str, Any]:
    return {"place": {"lat": point[0], "lon": point[1], "within_km": radius}}


def _around(point: tuple[float, float], size: float, reach: float) -> dict[str, Any]:
    south, north = max(-90.0, point[0] - size), min(90.0, point[0] + size)
    west, east = max(-180.0, point[1] - size), min(180.0, point[1] + size)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"place": {"name": "zone", "geojson": {"type": "Polygon", "coordinates": [ring]}, "within_km": reach}}


_leaves = st.one_of(
    st.builds(_within, _points, st.floats(0.1, 2000)),
    st.sampled_from(COUNTRIES).map(lambda code: {"place": {"country": code}}),
    st.sampled_from(["p1", "p2"]).map(lambda p: {"place": {"id": p, "name": p, "country": "SY"}}),
    st.sampled_from(IDS).map(lambda a: {"actor": {"id": a, "parts": True}}),
    st.sampled_from(IDS).map(lambda a: {"actor": {"id": a}}),
    st.sampled_from(["Hajin", "عين عرب", "Deir Hafer"]).map(lambda name: {"place": {"name": name, "unknown": True}}),
    st.builds(_around, _points, st.floats(0.1, 8), st.floats(0.1, 400)),
    queries().map(lambda query: {"text": query}),
    st.builds(lambda query, zone: {"text": {"query": query, "zones": [zone]}}, queries(), _zones),
)
conditions = st.recursive(
    _leaves,
    lambda inner: st.builds(
        lambda key, children: {key: children},
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=5,
)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    words = draw(st.lists(st.sampled_from([*WORDS, "—", ".", "\n"]), min_size=1, max_size=15))
    text = " ".join(words)
    places = tuple(
        location(
            text[:1], 0, zone=draw(_zones), lat=lat, lon=lon, country=draw(st.sampled_from(COUNTRIES)),
            feature=draw(st.sampled_from(["populated_place", "country", "region"])),
            place_id=draw(st.sampled_from(["p1", "p2"])),
        )
        for lat, lon in draw(st.lists(_points, max_size=3))
    )  # fmt: skip
    actors = tuple(
        actor(text[:1], 0, actor_id, draw(_zones))
        for actor_id in draw(st.lists(st.sampled_from(["brigade", "isis"]), max_size=2))
    )
    middle = draw(st.integers(0, len(text)))
    zones = (
        ZoneSpan(zone=draw(_zones), start=0, end=middle),
        ZoneSpan(zone=draw(_zones), start=middle, end=len(text)),
    )
    return report(text, locations=places, actors=actors, zones=zones)


@settings(max_examples=150, deadline=None)
@given(st.lists(conditions, min_size=1, max_size=4), reports())
def test_the_index_never_rules_out_a_match(whens: list[dict[str, Any]], told: Report) -> None:
    index = new_index()
    for number, when in enumerate(whens):
        index.put(item(f"w{number}", when))
    tried_all = {
        watch_id for watch_id, watch in index._watches.items() if watch.node.evidence(ReportView(told)) is not None
    }
    through_index = {header.id for header, _ in index.matches(ReportView(told), NOW)}
    assert through_index == tried_all


@settings(max_examples=100, deadline=None)
@given(conditions, reports())
def test_evidence_is_the_text_where_it_stands_and_never_boilerplate(when: dict[str, Any], told: Report) -> None:
    index = new_index()
    index.put(item("w", when))
    asks_for_boilerplate = "boilerplate" in str(when)
    for _, evidence in index.matches(ReportView(told), NOW):
        for proof in evidence:
            assert proof.text == told.text[proof.start : proof.end]
            assert proof.zone != "boilerplate" or asks_for_boilerplate


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.none() | conditions), max_size=12))
def test_edits_leave_nothing_behind(edits: list[tuple[int, dict[str, Any] | None]]) -> None:
    index = new_index()
    for number, when in edits:
        if when is None:
            index.remove(f"w{number}")
        else:
            index.put(item(f"w{number}", when))
    for number in range(3):
        index.remove(f"w{number}")
    assert (len(index), dict(index._by_trigger), index._always) == (0, {}, set())
    assert index._wanted == Wanted()
    assert not any(index._by_whole.values())


def _ids(index: WatchIndex, told: Report) -> list[str]:
    return [header.id for header, _ in index.matches(ReportView(told), NOW)]


def test_a_watch_never_matches_what_was_grouped_before_it_was_made() -> None:
    index = new_index()
    index.put(item("w", {"text": "strikes"}))
    told = report("air strikes")
    assert _ids(index, told) == ["w"]
    assert not list(index.matches(ReportView(told), NOW - timedelta(seconds=1)))


def test_a_country_or_region_never_matches_a_radius_by_its_point() -> None:
    index = new_index()
    index.put(item("near", _within((35.34, 40.14), 60)))
    for feature in ("country", "region"):
        assert not _ids(index, report("Syria", locations=(location("Syria", 0, feature=feature),)))
    assert _ids(index, report("Hajin", locations=(location("Hajin", 0),))) == ["near"]


def test_a_place_in_a_shape_or_near_it_matches_and_a_country_never_does() -> None:
    index = new_index()
    line = {"type": "LineString", "coordinates": [[40.0, 35.0], [40.0, 36.0]]}
    index.put(item("road", {"place": {"name": "road.geojson", "geojson": line, "within_km": 20}}))
    area = _around((35.0, 40.0), 1, 1)["place"] | {"within_km": None}
    index.put(item("zone", {"place": area}))
    near = report("Hajin", locations=(location("Hajin", 0, lat=35.34, lon=40.14),))
    assert _whys(index, near) == [("Hajin", "Hajin, 13 km from road.geojson"), ("Hajin", "Hajin, inside zone")]
    far = report("Hajin", locations=(location("Hajin", 0, lat=37.0, lon=40.14),))
    assert not _ids(index, far)
    for feature in ("country", "region"):
        spot = location("Syria", 0, feature=feature, lat=35.34, lon=40.14)
        assert not _ids(index, report("Syria", locations=(spot,)))


def test_a_disabled_watch_is_not_tried() -> None:
    index = new_index()
    index.put(item("w", {"text": "strikes"}))
    index.put(item("w", {"text": "strikes"}, enabled=False))
    assert len(index) == 0


def _whys(index: WatchIndex, told: Report) -> list[tuple[str, str]]:
    matched = index.matches(ReportView(told), NOW)
    return [(proof.text, proof.why) for _, evidence in matched for proof in evidence]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("Deir Hafer", "says 'Deir Hafer'"),
        ("DEIR HAFER", "says 'Deir Hafer'"),
        ("Dayr Hafir", "says 'Dayr Hafir', which sounds like 'Deir Hafer'"),
        ("دير حافر", "says 'دير حافر', which sounds like 'Deir Hafer'"),
        ("Дейр-Хафер", "says 'Дейр-Хафер', which sounds like 'Deir Hafer'"),
    ],
)
def test_a_name_that_nothing_knows_matches_in_any_spelling_and_says_which(written: str, why: str) -> None:
    index = new_index()
    index.put(item("w", {"place": {"name": "Deir Hafer", "unknown": True}}))
    assert _whys(index, report(f"Shells fell on {written} again.")) == [(written, why)]
    assert not _whys(index, report("Shells fell on Deir ez-Zor again."))


def test_a_name_in_boilerplate_never_matches_and_one_after_it_does() -> None:
    index = new_index()
    index.put(item("w", {"actor": {"name": "Deir Hafer Hawks", "unknown": True}}))
    text = "Donate to Deir Hafer Hawks.\nThe Dayr Hafir Hawks fled."
    zones = (ZoneSpan(zone="boilerplate", start=0, end=27), ZoneSpan(zone="body", start=28, end=len(text)))
    assert not _ids(index, report(text[:27], zones=zones[:1]))
    (found,) = [
        proof for _, evidence in index.matches(ReportView(report(text, zones=zones)), NOW) for proof in evidence
    ]
    assert (found.text, found.zone) == ("Dayr Hafir Hawks", "body")


def test_an_actor_that_becomes_part_of_another_is_found_for_it_and_no_longer_when_it_leaves() -> None:
    index = new_index()
    index.put(item("w", {"actor": {"id": "army", "parts": True}}))
    index.put(item("x", {"actor": {"id": "army"}}))
    told = report("Sunrise", actors=(actor("Sunrise", 0, "own:sun"),))
    assert _ids(index, told) == []
    index.put_actor("own:sun", ["brigade"])
    assert _ids(index, told) == ["w"]
    index.put_actor("brigade", [])
    assert _ids(index, told) == []
    index.put_actor("brigade", ["army"])
    index.put_actor("own:sun", ["brigade", "own:sun", "isis"])
    assert _ids(index, told) == ["w"]
    index.put_actor("own:sun", [])
    assert _ids(index, told) == []


def test_an_own_name_says_what_it_is_part_of() -> None:
    index = new_index()
    index.put(item("w", {"actor": {"id": "isis", "parts": True}}))
    match, told = Match(index, lambda: NOW), report("Sunrise", actors=(actor("Sunrise", 0, "own:w"),))
    match.apply_name(_change({"id": "w", "kind": "actor", "name": "Sunrise", "parents": ["isis"]}, 0))
    assert _ids(index, told) == ["w"]
    match.apply_name(_change(None, 1))
    assert _ids(index, told) == []


def _change(body: dict[str, Any] | None, based_on: int) -> ConfigChanged:
    return ConfigChanged(id="w", based_on=based_on, owner="t", changed_at=NOW, created_at=NOW, body=body)


@pytest.mark.parametrize("when", [{"text": "ʿ"}, {"actor": {"name": "ـ", "unknown": True}}, {"no": "such"}, {}])
def test_a_watch_that_makes_no_sense_can_be_removed_again(when: dict[str, Any]) -> None:
    index, history = new_index(), History()
    match = Match(index, lambda: NOW)
    bodies = [{"id": "w", "when": when, "notify": ["desk"]}, None, {"id": "w", "when": {"text": "x"}, "notify": ["d"]}]
    for based_on, body in enumerate(bodies):
        change = _change(body, based_on)
        assert history.apply(change)
        match.apply(change, history)
    assert len(index) == 1


@given(conditions)
@settings(max_examples=50, deadline=None)
def test_what_travels_of_a_watch_is_the_watch(when: dict[str, Any]) -> None:
    watch = Watch.model_validate({"id": "w", "when": when, "notify": ["desk"]})
    travelled = watch.model_dump(mode="json", exclude_defaults=True)
    assert Watch.model_validate(travelled) == watch
