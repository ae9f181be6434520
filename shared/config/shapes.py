"""Shapes on the map: what GeoJSON says, judged and bounded. Pure; what lies in one is for ``shared.shape`` to say.

GeoJSON is that of RFC 7946: positions are [longitude, latitude], rings end where they begin, and what crosses the
antimeridian is cut there.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape as to_shape

FILE_ENDING = ".geojson"
MAX_POSITIONS = 10_000
MAX_FILE_BYTES = 5_000_000
# About 10 cm.
DIGITS = 6
_MOST_DEGREES = 1_000_000
_LINES, _AREAS = ("LineString", "MultiLineString"), ("Polygon", "MultiPolygon")
_DEPTH = {"LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}

Geometry = dict[str, Any]


class ShapeError(ValueError):
    """A shape is wrong; the message says where, and what to do."""


def read_file(folder: Path | None, name: str) -> Any:
    """The JSON of a file beside the configuration. Raises ShapeError."""
    if Path(name).name != name or not name.endswith(FILE_ENDING):
        raise ShapeError(f"'{name}' is no name of a {FILE_ENDING} file. Put one beside watches.yaml, and name it")
    if folder is None:
        raise ShapeError(f"{name} cannot be read from here. Write the geometry itself in its place")
    try:
        with (folder / name).open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ShapeError(
            f"{name} cannot be read: {error.strerror}. Put it beside watches.yaml, or write the geometry itself"
        ) from error
    if len(content) > MAX_FILE_BYTES:
        raise ShapeError(f"{name} has more than {MAX_FILE_BYTES:,} bytes. Simplify its outline")
    return parse(content, name)


def parse(content: bytes, name: str) -> Any:
    """The JSON in a file's content. Raises ShapeError with its line."""
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise ShapeError(f"{name}:{error.lineno} is not JSON: {error.msg}. Export it as GeoJSON again") from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise ShapeError(f"{name} is not JSON: {error}. Export it as GeoJSON again") from error


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is no number")


def geometry_of(value: Any, *, has_radius: bool) -> Geometry:
    """One geometry of lines and areas out of a geometry, a Feature or a FeatureCollection. Raises ShapeError.

    Lines need a radius around them. Altitudes are left out, and coordinates are rounded to about 10 cm.
    """
    parts = [_checked(part) for part in _parts(value, 0)]
    if not parts:
        raise ShapeError("it has no line and no area. Draw one")
    count = sum(1 for part in parts for _ in _positions(part["coordinates"], _DEPTH[part["type"]]))
    if count > MAX_POSITIONS:
        raise ShapeError(f"it has {count:,} positions, of at most {MAX_POSITIONS:,}. Simplify its outline")
    if not has_radius and any(part["type"] in _LINES for part in parts):
        raise ShapeError("a line has no inside. Add within_km")
    for part in parts:
        _check_outline(part)
    return parts[0] if len(parts) == 1 else {"type": "GeometryCollection", "geometries": parts}


def told(geometry: Geometry) -> str:
    """A remark by which its author sees that it lies where he meant: positions are swapped so easily."""
    middle = shapely.centroid(to_shape(geometry))
    north, east = (
        f"{abs(middle.y):.2f} {'N' if middle.y >= 0 else 'S'}",
        f"{abs(middle.x):.2f} {'E' if middle.x >= 0 else 'W'}",
    )
    return f"{geometry['type']}, its middle at {north}, {east}"


def _parts(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    kind = value.get("type") if isinstance(value, Mapping) else None
    inner: Any = ()
    match kind:
        case "FeatureCollection":
            inner = value.get("features")
        case "Feature":
            inner = [value.get("geometry")]
        case "GeometryCollection":
            inner = value.get("geometries")
        case _ if kind in _DEPTH:
            yield value
            return
        case "Point" | "MultiPoint":
            raise ShapeError("a point has no outline. Write lat, lon and within_km in its stead")
        case _:
            shown = kind if isinstance(kind, str) else str(value)
            raise ShapeError(f"'{shown[:40]}' is no geometry. Give a Polygon, a LineString, or Features of them")
    if not isinstance(inner, list) or depth > 3:
        raise ShapeError(f"the {kind} is no list of geometries. Export it as GeoJSON again")
    for part in inner:
        yield from _parts(part, depth + 1)


def _checked(part: Mapping[str, Any]) -> Geometry:
    return {"type": part["type"], "coordinates": _coordinates(part.get("coordinates"), _DEPTH[part["type"]])}


def _coordinates(value: Any, depth: int) -> list[Any]:
    if not isinstance(value, list):
        raise ShapeError(f"'{str(value)[:40]}' stands where positions should. Export it as GeoJSON again")
    if not value:
        raise ShapeError("it has an empty part. Draw it, or remove it")
    if depth:
        return [_coordinates(inner, depth - 1) for inner in value]
    if not 2 <= len(value) <= 4 or not all(type(number) in (int, float) for number in value):
        raise ShapeError(f"{str(value)[:60]} is no position. Write [longitude, latitude]")
    longitude, latitude = value[:2]
    if not all(abs(number) <= _MOST_DEGREES for number in (longitude, latitude)):  # nor is what is no number
        raise ShapeError(f"{str(value[:2])[:60]} is no position. Write [longitude, latitude]")
    if abs(latitude) > 90 and abs(longitude) <= 90:
        raise ShapeError(f"{value[:2]} has latitude {latitude}. Positions are [longitude, latitude]: swap them")
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise ShapeError(
            f"{value[:2]} lies off the map. Longitudes go from -180 to 180, latitudes from -90 to 90, in degrees"
        )
    return [round(float(longitude), DIGITS), round(float(latitude), DIGITS)]


def _positions(value: Sequence[Any], depth: int) -> Iterator[Sequence[float]]:
    if depth == 0:
        yield value
        return
    for inner in value:
        yield from _positions(inner, depth - 1)


# ---------------------------------------------------------------- outlines


def _check_outline(part: Geometry) -> None:
    for line in _lines(part["coordinates"], _DEPTH[part["type"]]):
        _check_line(line, is_ring=part["type"] in _AREAS)
    problem = shapely.is_valid_reason(to_shape(part))
    if problem != "Valid Geometry":
        raise ShapeError(f"the outline is wrong: {problem} (longitude, latitude). Draw it without crossings")


def _lines(value: Sequence[Any], depth: int) -> Iterator[list[list[float]]]:
    if depth == 1:
        yield list(value)
        return
    for inner in value:
        yield from _lines(inner, depth - 1)


def _check_line(line: list[list[float]], *, is_ring: bool) -> None:
    if is_ring and line and line[0] != line[-1]:
        raise ShapeError(f"a ring ends at {line[-1]} and began at {line[0]}. Repeat its first position at its end")
    if len(line) < (4 if is_ring else 2):
        kind, least = ("ring", "four positions, the first repeated") if is_ring else ("line", "two positions")
        raise ShapeError(f"a {kind} of {len(line)} positions. It needs at least {least}")
    for one, other in pairwise(line):
        if abs(one[0] - other[0]) > 180:
            raise ShapeError(
                f"it crosses the antimeridian between {one} and {other}. Cut it there into two parts, as RFC 7946 asks"
            )
