"""What lies in a shape on the map, and how far from it: areas and lines in degrees, distances in kilometres."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import shape as to_shape

from shared.geo import KM_A_DEGREE, box_around, cells_in

_STEP_DEGREES, _MOST_STEPS = 0.25, 20_000


class Shape:
    """A valid geometry (see ``shared.config.shapes``), made ready to be asked often."""

    def __init__(self, geometry: Mapping[str, Any]) -> None:
        self._shape = to_shape(geometry)
        self._boxes = [shapely.bounds(part) for part in shapely.get_parts(self._shape)]
        # On the map around a point a long straight side is bent.
        self._bendable = shapely.segmentize(self._shape, max(_STEP_DEGREES, self._shape.length / _MOST_STEPS))
        shapely.prepare(self._shape)

    def cells(self, reach_km: float) -> Iterator[str]:
        """Every grid cell that a place within so many kilometres of it may lie in."""
        for box in self._boxes:
            yield from cells_in(*_grown(box, reach_km))

    def km_from(self, lat: float, lon: float, most_km: float) -> float | None:
        """How far a point is from it, 0 inside; None where that is more than ``most_km``.

        Measured on a map around the point: within one in a thousand up to 200 km, one in a hundred up to 700 km.
        """
        if shapely.intersects_xy(self._shape, lon, lat):
            return 0.0
        if not most_km or not any(_holds(_grown(box, most_km), lat, lon) for box in self._boxes):
            return None
        flat = shapely.transform(self._bendable, lambda degrees: _kilometres(degrees, lat, lon))
        km = float(shapely.distance(flat, shapely.Point(0, 0)))
        return km if km <= most_km else None

    @property
    def middle(self) -> tuple[float, float]:
        """Latitude and longitude of its middle."""
        middle = shapely.centroid(self._shape)
        return float(middle.y), float(middle.x)


def _kilometres(degrees: npt.NDArray[np.float64], lat: float, lon: float) -> npt.NDArray[np.float64]:
    """East and north of the point, the short way round."""
    east = (degrees[:, 0] - lon + 180) % 360 - 180
    # A degree of longitude is as wide as it is half way between.
    half_way = np.radians((degrees[:, 1] + lat) / 2)
    return np.column_stack((east * np.cos(half_way), degrees[:, 1] - lat)) * KM_A_DEGREE


Box = tuple[float, float, float, float]  # south, west, north, east; west may be under -180, east over 180


def _grown(bounds: npt.NDArray[np.float64], reach_km: float) -> Box:
    west, south, east, north = map(float, bounds)
    low, high = box_around(south, west, reach_km), box_around(north, east, reach_km)
    return low[0], min(low[1], high[1] - (east - west)), high[2], max(high[3], low[3] + (east - west))


def _holds(box: Box, lat: float, lon: float) -> bool:
    south, west, north, east = box
    return south <= lat <= north and any(west <= around <= east for around in (lon - 360, lon, lon + 360))
