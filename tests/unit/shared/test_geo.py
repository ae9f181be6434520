"""Cells must hold every point of a circle: over poles, over the dateline, at cell borders."""

import math

from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.geo import EARTH_RADIUS_KM, cell_of, cells_within, distance_km


def _destination(lat: float, lon: float, bearing: float, km: float) -> tuple[float, float]:
    """The point that lies so far away in that direction (spherical)."""
    phi, angle = math.radians(lat), km / EARTH_RADIUS_KM
    sine = math.sin(phi) * math.cos(angle) + math.cos(phi) * math.sin(angle) * math.cos(bearing)
    there = math.asin(max(-1.0, min(1.0, sine)))
    turn = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(phi), math.cos(angle) - math.sin(phi) * math.sin(there)
    )
    return math.degrees(there), (lon + math.degrees(turn) + 180) % 360 - 180


@settings(max_examples=500, deadline=None)
@given(
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    bearing=st.floats(0, 2 * math.pi),
    radius=st.floats(0.01, 2000),
    share=st.floats(0, 1),
)
@example(lat=89.99, lon=0.0, bearing=1.0, radius=300.0, share=1.0)
@example(lat=-89.99, lon=180.0, bearing=3.0, radius=2000.0, share=1.0)
@example(lat=0.0, lon=180.0, bearing=1.57, radius=30.0, share=1.0)
@example(lat=-16.5, lon=-180.0, bearing=4.7, radius=60.0, share=1.0)
@example(lat=71.9, lon=179.9, bearing=0.5, radius=2000.0, share=1.0)
def test_no_point_of_a_circle_lies_outside_its_cells(
    lat: float, lon: float, bearing: float, radius: float, share: float
) -> None:
    point = _destination(lat, lon, bearing, radius * share)
    if distance_km(lat, lon, *point) <= radius:
        assert cell_of(*point) in set(cells_within(lat, lon, radius))


def test_180_west_is_180_east() -> None:
    assert cell_of(10.0, 180.0) == cell_of(10.0, -180.0)
    assert distance_km(10, 180, 10, -180) < 1e-6
    assert distance_km(90, 0, 90, 135) < 1e-6
    assert round(distance_km(0, 0, 0, 180)) == round(math.pi * EARTH_RADIUS_KM)


def test_a_small_circle_touches_few_cells() -> None:
    assert len(set(cells_within(35.34, 40.14, 30))) <= 4
