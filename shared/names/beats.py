"""Where a source reports from: the area that its configuration names."""

from shared.names.names import Names

# Country and first-order region, both by code: ("US", "TN"); ("SY", "") is all of Syria.
Area = tuple[str, str]


def area_of(country: str, region: str, names: Names) -> Area:
    """The area of a beat. Raises ValueError where the country has no first-order region of this name."""
    if not region:
        return country, ""
    places = (meaning.place for meaning in names.lookup(region))
    found = next((p for p in places if p is not None and p.order == 1 and p.country == country), None)
    if found is None:
        raise ValueError(f"{country} has no first-order region '{region}'. Write its name as maps do, or country alone")
    return country, found.admin1
