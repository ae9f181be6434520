"""Distances on the globe."""

import math
from collections.abc import Iterator, Sequence
from math import asin, cos, radians, sin, sqrt

import numpy as np
import numpy.typing as npt

Point = tuple[float, float]

EARTH_RADIUS_KM = 6371.009
CELL_DEGREES = 5
KM_A_DEGREE = math.radians(1) * EARTH_RADIUS_KM


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance between two points in degrees (haversine)."""
    phi1, phi2 = radians(lat1), radians(lat2)
    across, along = sin((phi2 - phi1) / 2), sin(radians(lon2 - lon1) / 2)
    h = across * across + cos(phi1) * cos(phi2) * along * along
    return 2 * EARTH_RADIUS_KM * asin(sqrt(h)) if h < 1.0 else math.pi * EARTH_RADIUS_KM


def distances_km(points: Sequence[Point], others: Sequence[Point]) -> npt.NDArray[np.float64]:
    """The same for each of ``points`` (rows) and each of ``others`` (columns), (latitude, longitude) in degrees."""
    (phi1, lambda1), (phi2, lambda2) = np.radians(points).T, np.radians(others).T
    across, along = np.sin(np.subtract.outer(phi1, phi2) / 2), np.sin(np.subtract.outer(lambda1, lambda2) / 2)
    h = across**2 + np.multiply.outer(np.cos(phi1), np.cos(phi2)) * along**2
    apart: npt.NDArray[np.float64] = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(h, 1.0)))
    return apart


def cell_of(lat: float, lon: float) -> str:
    """The grid cell (5 degrees wide) that a point lies in."""
    return f"{math.floor(lat / CELL_DEGREES)}:{math.floor((lon + 180) % 360 / CELL_DEGREES)}"


def cells_within(lat: float, lon: float, radius_km: float) -> Iterator[str]:
    """Every cell that a circle may touch; all around the globe near a pole."""
    return cells_in(*box_around(lat, lon, radius_km))


def box_around(lat: float, lon: float, radius_km: float) -> tuple[float, float, float, float]:
    """South, west, north and east of a circle; west may be under -180 and east over 180."""
    d_lat = radius_km / KM_A_DEGREE
    south, north = max(-90.0, lat - d_lat), min(90.0, lat + d_lat)
    narrowest = math.cos(math.radians(max(abs(south), abs(north))))
    d_lon = 180.0 if narrowest < 0.01 else min(180.0, d_lat / narrowest)
    return south, lon - d_lon, north, lon + d_lon


def cells_in(south: float, west: float, north: float, east: float) -> Iterator[str]:
    """Every cell that a box touches, each once."""
    columns = 360 // CELL_DEGREES
    first, last = math.floor(west / CELL_DEGREES), math.floor(east / CELL_DEGREES)
    for row in range(math.floor(south / CELL_DEGREES), math.floor(north / CELL_DEGREES) + 1):
        for column in range(first, min(last, first + columns - 1) + 1):
            yield f"{row}:{(column + columns // 2) % columns}"
