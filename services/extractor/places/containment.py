"""Which places lie in which, as far as codes and points tell. Pure."""

from shared.geo import distance_km
from shared.names.records import Place

# An area within a country, a second-order region and a large town reach about so far around their points.
AREA_KM = 150
DISTRICT_KM = 80
TOWN_KM = 40


def contains(outer: Place, inner: Place) -> bool:
    """Whether ``inner`` lies in ``outer``; an area without codes contains nothing that could be told."""
    if outer.id == inner.id or not outer.country or outer.country != inner.country:
        return False
    if outer.feature == "country":
        return inner.feature != "country"
    if outer.order == 1:
        return inner.order != 1 and bool(inner.admin1) and inner.admin1 == outer.admin1
    if inner.is_area:
        return False
    if outer.is_area and not outer.order:
        return distance_km(outer.lat, outer.lon, inner.lat, inner.lon) <= AREA_KM
    reach = DISTRICT_KM if outer.is_area else TOWN_KM
    return outer.population > inner.population and distance_km(outer.lat, outer.lon, inner.lat, inner.lon) <= reach
