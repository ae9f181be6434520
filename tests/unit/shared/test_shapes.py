"""Shapes on the map: what is refused, what lies inside, how far away the rest is, and by which cells it is found."""

import itertools
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.config.shapes import MAX_POSITIONS, ShapeError, geometry_of, read_file, told
from shared.geo import cell_of, distance_km
from shared.shape import Shape

SQUARE = [[38.0, 34.0], [40.0, 34.0], [40.0, 36.0], [38.0, 36.0], [38.0, 34.0]]
HOLE = [[38.5, 34.5], [39.5, 34.5], [39.5, 35.5], [38.5, 35.5], [38.5, 34.5]]
ROAD = {"type": "LineString", "coordinates": [[38.0, 34.0], [39.0, 35.0], [40.0, 35.0]]}


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


# ---------------------------------------------------------------- judging


BOWTIE = [[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]
OUTSIDE = [[50, 50], [51, 50], [51, 51], [50, 50]]
SWAPPED = [[34, 138], [35, 138], [35, 139], [34, 138]]
OVER = [[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"type": "Point", "coordinates": [38, 34]}, "a point has no outline. Write lat, lon and within_km"),
        ({"type": "Circle"}, "'Circle' is no geometry. Give a Polygon"),
        ([], "is no geometry"),
        ({"type": "Polygon"}, "stands where positions should"),
        ({"type": "FeatureCollection", "features": []}, "no line and no area"),
        ({"type": "FeatureCollection"}, "is no list of geometries"),
        ({"type": "Feature", "geometry": None}, "is no geometry"),
        (ROAD, "a line has no inside. Add within_km"),
        (polygon(SQUARE[:-1]), r"ends at \[38.0, 36.0\] and began at \[38.0, 34.0\]. Repeat its first position"),
        (polygon([SQUARE[0], SQUARE[1], SQUARE[0]]), "a ring of 3 positions. It needs at least four"),
        (polygon(BOWTIE), "the outline is wrong: Self-intersection.*without crossings"),
        (polygon(SQUARE, OUTSIDE), "Hole lies outside shell"),
        (polygon(), "it has an empty part. Draw it, or remove it"),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], []]}, "it has an empty part"),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}, "the outline is wrong"),
        (polygon(SQUARE, SQUARE), "the outline is wrong"),
        (polygon([[0, 0], [1, 1], [2, 2], [0, 0]]), "the outline is wrong"),
        (polygon(SWAPPED), r"latitude 138. Positions are \[longitude, latitude\]: swap"),
        (polygon([[500, 134], [35, 138], [35, 139], [500, 134]]), "lies off the map"),
        (polygon([["38", 34]]), "is no position"),
        (polygon([[True, 34]]), "is no position"),
        (polygon([[38]]), "is no position"),
        (polygon(OVER), "crosses the antimeridian between .* Cut it there"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_its_remedy(value: Any, words: str) -> None:
    with pytest.raises(ShapeError, match=words):
        geometry_of(value, has_radius=False)


def test_a_line_goes_somewhere() -> None:
    with pytest.raises(ShapeError, match="the outline is wrong: Too few points"):
        geometry_of({"type": "LineString", "coordinates": [[38, 34], [38, 34]]}, has_radius=True)


def test_a_shape_is_bounded() -> None:
    ring = [[math.cos(i / 2000) * 10, math.sin(i / 2000) * 10] for i in range(MAX_POSITIONS)]
    with pytest.raises(ShapeError, match=r"10,001 positions, of at most 10,000\. Simplify"):
        geometry_of(polygon([*ring, ring[0]]), has_radius=False)


def test_features_are_put_together_and_only_their_outlines_kept() -> None:
    feature = {"type": "Feature", "properties": {"secret": "no"}, "geometry": polygon(SQUARE)}
    high = {"type": "LineString", "coordinates": [[38.12345678, 34.0, 900], [39, 35, 901]]}
    found = geometry_of({"type": "FeatureCollection", "features": [feature, high]}, has_radius=True)
    assert found == {
        "type": "GeometryCollection",
        "geometries": [polygon(SQUARE), {"type": "LineString", "coordinates": [[38.123457, 34.0], [39.0, 35.0]]}],
    }
    assert geometry_of(feature, has_radius=False) == polygon(SQUARE)
    assert geometry_of(found, has_radius=True) == found  # what travels can be saved again
    assert told(polygon(SQUARE)) == "Polygon, its middle at 35.00 N, 39.00 E"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.geojson", b'{\n"type": ,', r"a.geojson:2 is not JSON: Expecting value. Export it"),
        ("a.geojson", b'{"type": "Polygon", "coordinates": [[[NaN, 3]]]}', "NaN is no number"),
        ("a.geojson", b"[" * 100_000, "is not JSON"),
        ("a.geojson", b"\xff", "is not JSON"),
        ("a.geojson", None, "a.geojson cannot be read: No such file or directory. Put it beside watches.yaml"),
        ("../a.geojson", b"{}", "is no name of a .geojson file"),
        ("/etc/passwd", b"{}", "is no name of a .geojson file"),
        ("secrets.yaml", b"{}", "is no name of a .geojson file"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / Path(name).name).write_bytes(content)
    with pytest.raises(ShapeError, match=words):
        read_file(tmp_path, name)


def test_a_file_is_read_from_its_folder_alone(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text(json.dumps(ROAD))
    assert read_file(tmp_path, "a.geojson") == ROAD
    with pytest.raises(ShapeError, match=r"cannot be read from here\. Write the geometry itself"):
        read_file(None, "a.geojson")


# ---------------------------------------------------------------- asking


def test_inside_is_inside_and_a_hole_is_not() -> None:
    ring = Shape(polygon(SQUARE, HOLE))
    assert ring.km_from(34.2, 38.2, 0) == 0
    assert ring.km_from(34.0, 39.0, 0) == 0  # on its edge
    assert ring.km_from(35.0, 39.0, 0) is None
    assert ring.km_from(33.0, 39.0, 0) is None
    assert ring.km_from(35.0, 39.0, 60) == pytest.approx(0.5 * math.cos(math.radians(35)) * 111.195, rel=0.01)


def test_a_corridor_reaches_so_far_on_both_sides() -> None:
    road = Shape(ROAD)
    for lat in (35.08, 34.92):
        assert road.km_from(lat, 39.5, 10) == pytest.approx(0.08 * 111.195, rel=0.01)
        assert road.km_from(lat, 39.5, 8) is None


def test_a_shape_that_was_cut_at_the_antimeridian_is_whole_again() -> None:
    east, west = ([[a, -18], [b, -18], [b, -16], [a, -16], [a, -18]] for a, b in ((178, 180), (-180, -178)))
    fiji = geometry_of({"type": "MultiPolygon", "coordinates": [[east], [west]]}, has_radius=True)
    assert Shape(fiji).km_from(-17, -179, 0) == 0
    assert Shape({"type": "Polygon", "coordinates": [east]}).km_from(-17, -179.5, 100) == pytest.approx(53, abs=1)


_near = st.floats(-3, 3)


@given(st.lists(st.tuples(_near, _near), min_size=2, max_size=4, unique=True), _near, _near,
       st.sampled_from([0, 34, -45, 62]), st.sampled_from([0, 39, 179.5, -179.5]))  # fmt: skip
def test_distances_are_those_on_the_globe(
    offsets: list[tuple[float, float]], d_lat: float, d_lon: float, lat: float, lon: float
) -> None:
    """Against the nearest of many points along the line. A line of degrees, as RFC 7946 has it, is no great circle."""
    points = [[min(180.0, max(-180.0, lon + x)), lat + y] for x, y in offsets]
    assume(all(one != other for one, other in itertools.pairwise(points)))
    at = lat + d_lat, (lon + d_lon + 180) % 360 - 180
    steps = [
        (a[1] + (b[1] - a[1]) * i / 400, a[0] + (b[0] - a[0]) * i / 400)
        for a, b in itertools.pairwise(points)
        for i in range(401)
    ]
    nearest = min(distance_km(*at, *step) for step in steps)
    found = Shape({"type": "LineString", "coordinates": points}).km_from(*at, 2000)
    assert found == pytest.approx(nearest, rel=0.02, abs=1.5)


@given(
    st.floats(-80, 80), st.floats(-170, 170), st.floats(0.1, 9), st.floats(0, 600), st.floats(-1, 1), st.floats(-1, 1)
)
def test_no_place_in_reach_lies_outside_its_cells(
    lat: float, lon: float, size: float, reach: float, up: float, right: float
) -> None:
    west, east = max(-180.0, lon - size), min(180.0, lon + size)
    south, north = max(-90.0, lat - size), min(90.0, lat + size)
    square = Shape(polygon([[west, south], [east, south], [east, north], [west, north], [west, south]]))
    at = max(-90.0, min(90.0, lat + up * (size + 6))), (lon + right * (size + 6) + 180) % 360 - 180
    if square.km_from(*at, reach) is not None:
        assert cell_of(*at) in set(square.cells(reach))


_numbers = st.integers(-(10**400), 10**400) | st.floats() | st.sampled_from([0, 1, 2, 38.5, 34, -180, 180, 90])
_json = st.recursive(
    _numbers | st.none() | st.booleans() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=30,
)
_rings = st.lists(st.lists(_numbers, min_size=2, max_size=2), max_size=6).map(lambda ring: [*ring, *ring[:1]])
_kinds = st.sampled_from(["Polygon", "MultiPolygon", "LineString", "MultiLineString"])
_coordinates = _json | _rings | st.lists(_rings, max_size=2) | st.lists(st.lists(_rings, max_size=2), max_size=3)
_geometries = st.fixed_dictionaries({"type": _kinds, "coordinates": _coordinates})
_features = st.fixed_dictionaries({"type": st.just("FeatureCollection"), "features": st.lists(_geometries, max_size=3)})


def _judged(value: Any) -> tuple[dict[str, Any] | None, str]:
    try:
        return geometry_of(value, has_radius=True), ""
    except ShapeError as error:
        return None, str(error)


@given(_geometries | _features | _json)
@settings(max_examples=400)
def test_whatever_is_given_is_a_shape_or_is_refused_in_one_line(value: Any) -> None:
    found, told = _judged(value)
    if found is None:
        assert ". " in told
        assert len(told) < 400
        return
    made = Shape(found)
    list(made.cells(10))
    made.km_from(34.0, 38.0, 10)
    assert geometry_of(json.loads(json.dumps(found)), has_radius=True) == found
