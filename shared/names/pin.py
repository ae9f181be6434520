"""Pinning: the names in a watch to ids, when it is saved. Ambiguous names are refused with the candidates."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shared.config import text_query
from shared.config.beside import Beside
from shared.config.text_query import Either, Phrase, Query
from shared.config.watches import ActorClause, Condition, PlaceClause, Watch
from shared.geo import distance_km
from shared.names import overmatch
from shared.names.compile import DESK, KEY
from shared.names.fold import fold_name
from shared.names.gazetteer import Meaning
from shared.names.live import LiveNames
from shared.names.names import Names
from shared.names.records import LexiconActor, Place

# Of namesakes, one that ten times as many people live in is meant; places so near each other are one place twice.
CLEAR_RATIO = 10
SAME_PLACE_KM = 25
MOST_CANDIDATES = 6
# Whoever ended before this year is meant by histories, where a name is borne by others since.
LONG_PAST = 2000
# A name is a region's where no town of this size is called by it.
MIN_SEAT = 10_000
_RANK = {"country": 3, "populated_place": 1, "airport": 0}


class AmbiguousNameError(ValueError):
    """A name stands for several things; the message lists them and says how to choose."""


@dataclass(slots=True)
class Pinned:
    """A watch whose known names carry ids, and remarks about those that are not known."""

    watch: Watch
    notes: list[str] = field(default_factory=list)


def pin(watch: Watch, beside: Beside) -> Pinned:
    """The watch with ids for its names, points for its areas, and geometries for its shapes.

    Raises AmbiguousNameError, or ValueError where nothing is left to look for.
    """
    pinned = Pinned(watch)
    when = _pin_condition(watch.when, _Pinning(beside.names(), beside, pinned.notes))
    for words in dict.fromkeys(_enough_alone(watch.when)):
        pinned.notes.extend(overmatch.notes(words.lower()))  # a phrase is looked for whatever its case
    pinned.watch = watch.model_copy(update={"when": when})
    return pinned


@dataclass(frozen=True, slots=True)
class _Pinning:
    """What names and shapes are looked up in, and where remarks go."""

    names: LiveNames
    beside: Beside
    notes: list[str]


def _pin_condition(condition: Condition, by: _Pinning) -> Condition:
    if condition.place is not None:
        return Condition.model_validate({"place": _pin_place(condition.place, by).model_dump(exclude_defaults=True)})
    if condition.actor is not None:
        return Condition.model_validate(
            {"actor": _pin_actor(condition.actor, by.names, by.notes).model_dump(exclude_defaults=True)}
        )
    for key in ("all", "any", "none"):
        children: Sequence[Condition] = getattr(condition, key)
        if children:
            return Condition.model_validate({key: [_pin_condition(child, by) for child in children]})
    if condition.text is not None:
        for words in text_query.phrases(text_query.parse(condition.text.query)):
            _refuse_nothing(words)
    return condition


def _enough_alone(condition: Condition) -> Iterator[str]:
    """Phrases that fulfil a condition whatever else the report says."""
    if condition.text is not None:
        yield from _phrases_alone(text_query.parse(condition.text.query))
    for child in condition.any or (condition.all if len(condition.all) == 1 else ()):
        yield from _enough_alone(child)


def _phrases_alone(query: Query) -> Iterator[str]:
    match query:
        case Phrase(words):
            yield words
        case Either(operands):
            for operand in operands:
                yield from _phrases_alone(operand)


def _refuse_nothing(words: str) -> None:
    if not fold_name(words).strip():
        raise ValueError(f"nothing to look for in {words!r}. Write letters or digits")


# ---------------------------------------------------------------- places


def _pin_place(clause: PlaceClause, by: _Pinning) -> PlaceClause:
    names, notes = by.names, by.notes
    if clause.area is not None:
        return _pin_area(clause, clause.area, by)
    if clause.geojson is not None:
        return _pin_shape(clause, by)
    if clause.lat is not None or not (clause.name or clause.id or clause.geoname_id):
        return clause
    found = _places(clause, names)
    by_key = [] if found else _places(clause, names, by_key=True)
    if by_key:
        found = _taken_by_key(clause, by_key, notes)
    if not found:
        return _unknown_place(clause, notes)
    place = the_one(clause, found)
    if place.is_area and clause.within_km is not None:
        raise AmbiguousNameError(
            f"{place.name} is a {place.feature}, which has no radius. Remove within_km, or name a town"
        )
    pins = {"id": place.id, "geoname_id": place.geoname_id, "lat": place.lat, "lon": place.lon}
    country = clause.country or ((place.country,) if place.country else ())
    return clause.model_copy(
        update={**pins, "feature": place.feature, "country": country, "name": clause.name or place.name}
    )


def _places(clause: PlaceClause, names: LiveNames, *, by_key: bool = False) -> list[Place]:
    wanted = clause.id or (f"gn:{clause.geoname_id}" if clause.geoname_id else None)
    if wanted:
        place = names.place_by_id(wanted)
        if place is None:
            raise AmbiguousNameError(f"no place has the id {wanted}. Check it, or give a name")
        return [place]
    return places_called(clause, names, by_key=by_key)


def places_called(clause: PlaceClause, names: Names, *, by_key: bool = False) -> list[Place]:
    """The places that bear a name, in the countries that the clause allows: those that the desk says, or all."""
    meanings = [m for m in names.lookup(clause.name or "") if m.place is not None and bool(m.flags & KEY) == by_key]
    allowed = [m for m in meanings if m.place and (not clause.country or m.place.country in clause.country)]
    said = [m for m in allowed if m.flags & DESK]
    return [m.place for m in _own_names_first(said or allowed) if m.place is not None]


def _taken_by_key(clause: PlaceClause, found: list[Place], notes: list[str]) -> list[Place]:
    """The one place that the name's sound joins it to; none where it is not clear which, for nobody said so."""
    try:
        place = the_one(clause, found)
    except AmbiguousNameError:
        shown = "; ".join(map(_shown, found[:MOST_CANDIDATES]))
        notes.append(f"'{clause.name}' sounds like {shown}. If one of them is meant, give its id")
        return []
    notes.append(
        f"no list has '{clause.name}': it is taken for {_shown(place)}, which sounds alike. Give an id to be sure"
    )
    return [place]


def _own_names_first(meanings: list[Meaning]) -> list[Meaning]:
    return sorted(meanings, key=lambda m: m.flags & 1)


def the_one(clause: PlaceClause, found: list[Place], remedy: str = "Add country: or id: to choose") -> Place:
    """The place that is meant, of several that bear a name. Raises AmbiguousNameError where that is not clear."""
    ranked = sorted(_without_eponyms(found), key=lambda p: (_rank(p), p.population), reverse=True)
    best = ranked[0]
    if best.feature != "populated_place" and not best.order and not best.is_own:
        return best
    rivals = [p for p in ranked[1:] if distance_km(p.lat, p.lon, best.lat, best.lon) > SAME_PLACE_KM]
    if rivals and (best.is_own or rivals[0].population * CLEAR_RATIO > best.population):
        shown = "; ".join(map(_shown, [best, *rivals][:MOST_CANDIDATES]))
        raise AmbiguousNameError(f"'{clause.name}' may be: {shown}. {remedy}")
    return best


def _without_eponyms(found: list[Place]) -> list[Place]:
    """Each once, without the regions that are called after a town among them."""
    seats = {
        (p.country, p.admin1) for p in found if p.feature == "populated_place" and p.population >= MIN_SEAT and p.admin1
    }
    return [p for p in dict.fromkeys(found) if not p.order or (p.country, p.admin1) not in seats]


def _rank(place: Place) -> int:
    return 1 if place.order else _RANK.get(place.feature, 2)


def _shown(place: Place) -> str:
    kind = ", region" if place.order else ""
    return f"{place.name}, {place.country} (id: {place.id}{kind}, {place.population:,} people)"


def _unknown_place(clause: PlaceClause, notes: list[str]) -> PlaceClause:
    _refuse_nothing(clause.name or "")
    notes.append(f"no gazetteer knows the place '{clause.name}': it is looked for in the text, in any spelling")
    notes.extend(overmatch.notes(clause.name or ""))
    if clause.within_km is not None:
        notes.append(f"'{clause.name}' has no known point, so within_km has no effect")
    return clause.model_copy(update={"unknown": True})


def _pin_area(clause: PlaceClause, area_id: str, by: _Pinning) -> PlaceClause:
    area = by.beside.areas().get(area_id)
    if area is None:
        raise ValueError(
            f"there is no area '{area_id}'. Write it under areas: in watches.yaml, or in areas.yaml beside"
        )
    where = {"lat": area.lat, "lon": area.lon, "geojson": area.geojson}
    own = {"within_km": clause.within_km or area.within_km, "name": clause.name or area.name or area.id}
    found = clause.model_copy(update={**where, **own})
    return found if area.geojson is None else _pin_shape(found, by)


def _pin_shape(clause: PlaceClause, by: _Pinning) -> PlaceClause:
    from shared.config import shapes  # geometry is for those who save watches alone

    given, label = clause.geojson, clause.name
    if isinstance(given, str):
        label = label or given
        given = shapes.read_file(by.beside.folder, given)
    try:
        geometry = shapes.geometry_of(given, has_radius=clause.within_km is not None)
    except shapes.ShapeError as error:
        raise shapes.ShapeError(f"{label or 'geojson'}: {error}") from error
    by.notes.append(f"{label or 'the shape'}: {shapes.told(geometry)}")
    return clause.model_copy(update={"geojson": geometry, "name": label or "the shape"})


# ---------------------------------------------------------------- actors


def _pin_actor(clause: ActorClause, names: LiveNames, notes: list[str]) -> ActorClause:
    if clause.id:
        actor = names.actor_by_id(clause.id)
        if actor is None:
            raise AmbiguousNameError(f"no actor has the id {clause.id}. Check it, or give a name")
        return clause.model_copy(update={"name": clause.name or actor.name})
    found = actors_called(clause.name or "", names)
    if not found and (by_key := actors_called(clause.name or "", names, by_key=True)):
        found = by_key
        if len(found) == 1:
            notes.append(
                f"no list has '{clause.name}': it is taken for {next(iter(found.values())).name}, which sounds alike"
            )
    if not found:
        _refuse_nothing(clause.name or "")
        notes.append(f"no lexicon knows the actor '{clause.name}': it is looked for in the text, in any spelling")
        notes.extend(overmatch.notes(clause.name or ""))
        return clause.model_copy(update={"unknown": True})
    return clause.model_copy(update={"id": _actor_of_today(clause.name or "", found, notes)})


def _actor_of_today(name: str, found: Mapping[str, LexiconActor], notes: list[str]) -> str:
    """The id of the one that is not of the past, or of the only one. Raises AmbiguousNameError."""
    present = {actor.id: actor for actor in found.values() if actor.active.get("to", LONG_PAST) >= LONG_PAST} or found
    if len(present) > 1:
        raise AmbiguousNameError(f"'{name}' may be: {actors_shown(present)}. Give the id to choose")
    (actor,) = present.values()
    past = {actor_id: other for actor_id, other in found.items() if actor_id != actor.id}
    if past:
        notes.append(f"'{name}' is taken for {actor.name}; of the past there is also {actors_shown(past)}")
    return actor.id


def actors_shown(actors: Mapping[str, LexiconActor], most: int | None = None) -> str:
    """Names and ids of these actors, or of the first of them, to choose from."""
    return "; ".join(f"{actor.name} (id: {actor.id})" for actor in list(actors.values())[:most])


def actors_called(name: str, names: Names, *, by_key: bool = False) -> dict[str, LexiconActor]:
    """The actors that bear a name, by id: those that the desk says, or all."""
    meanings = [m for m in names.lookup(name) if m.actor is not None and bool(m.flags & KEY) == by_key]
    said = [m for m in meanings if m.flags & DESK]
    return {m.actor.id: m.actor for m in said or meanings if m.actor is not None}
