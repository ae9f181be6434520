"""Conditions of a watch, compiled: each tells what could wake it, and the evidence by which a report fulfils it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.alerter.matching.view import ReportView, Trigger
from shared.config import text_query
from shared.config.text_query import Both, Either, Not, Phrase, Query
from shared.config.watches import ActorClause, Condition, PlaceClause, TextClause
from shared.events import Actor, Evidence, Location, Zone
from shared.geo import cells_within, distance_km
from shared.names.fold import fold_name
from shared.names.lexicon import ActorParts
from shared.names.records import AREA_FEATURES
from shared.names.unknown import Found, NamePattern
from shared.names.unknown import Trigger as KeyTrigger
from shared.shape import Shape

MOST_EVIDENCE = 3
Triggers = frozenset[Trigger] | None  # None: nothing in particular; the watch must be tried on every report


class Node(Protocol):
    """A compiled condition."""

    @property
    def triggers(self) -> Triggers:
        """At least one of these is in every report that fulfils the condition; None where that cannot be said."""
        ...

    def evidence(self, view: ReportView) -> list[Evidence] | None:
        """Why the report fulfils the condition (empty: by what it lacks); None where it does not."""
        ...


# ---------------------------------------------------------------- place


@dataclass(frozen=True, slots=True)
class InCountries:
    """Any place in one of these countries, or the country itself."""

    countries: frozenset[str]

    @property
    def triggers(self) -> Triggers:
        """The countries."""
        return frozenset(("country", code) for code in self.countries)

    def evidence(self, view: ReportView) -> list[Evidence] | None:
        """The places."""
        return _some(view, [m for m in view.locations if m.country in self.countries], _in_country)


def _in_country(location: Location) -> str:
    return f"{location.name} ({location.country})"


@dataclass(frozen=True, slots=True)
class IsPlace:
    """This very place, and not those who speak for it ("Moscow said")."""

    place_id: str

    @property
    def triggers(self) -> Triggers:
        """The place."""
        return frozenset({("place", self.place_id)})

    def evidence(self, view: ReportView) -> list[Evidence] | None:
        """Its mentions."""
        found = [m for m in view.locations_by_id.get(self.place_id, ()) if m.use == "literal"]
        return _some(view, found, _in_country)


@dataclass(frozen=True, slots=True)
class Within:
    """A place within a radius. Countries and regions never count by their point, nor does who speaks for a place."""

    lat: float
    lon: float
    radius_km: float
    centre: str
    countries: frozenset[str] = frozenset()

    @property
    def triggers(self) -> Triggers:
        """The grid cells that the circle touches."""
        return frozenset(("cell", cell) for cell in cells_within(self.lat, self.lon, self.radius_km))

    def evidence(self, view: ReportView) -> list[Evidence] | None:
        """The places, and how far each is from the centre."""
        near = [m for m in view.locations if counts_by_point(m) and self._km(m) <= self.radius_km]
        return _some(view, near, lambda m: f"{m.name}, {self._km(m):.0f} km from {self.centre}")

    def _km(self, location: Location) -> float:
        return distance_km(self.lat, self.lon, location.lat, location.lon)


@dataclass(frozen=True, slots=True)
class InShape:
    """A place in a shape, or so far from it. Countries and regions never count by their point."""

    shape: Shape
    within_km: float
    label: str

    @property
    def triggers(self) -> Triggers:
        """The grid cells that it reaches."""
        return frozenset(("cell", cell) for cell in self.shape.cells(self.within_km))

    def evidence(self, view: ReportView) -> list[Evidence] | None:
        """The places, and how far each is."""
        return _some(view, [m for m in view.locations if counts_by_point(m) and self._km(m) is not None], self._why)

    def _km(self, location: Location) -> float | None:
        return self.shape.km_from(location.lat, location.lon, self.within_km)

    def _why(self, location: Location) -> str:
        km = self._km(location)
        return f"{location.name}, " + (f"{km:.0f} km from {self.label}" if km else f"inside {self.label}")


def counts_by_point(location: Location) -> bool:
    """Whether the place is where its point is, and is meant itself."""
    return location.feature not in AREA_FEATURES and location.use == "literal"


# ---------------------------------------------------------------- actor


@dataclass(frozen=True, slots=True)
class IsActor:
    """One of these actors: the one that was named, and its parts where they were asked for."""

    actor_ids: frozenset[str]

    @property
    def triggers(self) -> Triggers:
        """The actors."""
        return frozenset(("actor", actor_id) for actor_id in self.actor_ids)

    def evidence(self, view: ReportView) -> list[Evidence] | None:
        """Their mentions."""
        found = [m for actor_id in sorted(self.actor_ids) for m in view.actors_by_id.get(actor_id, ())]
        return _some(view, found, lambda actor: f"names {actor.name}")


def _some(view: ReportView, mentions: Sequence[Location | Actor], why: object) -> list[Evidence] | None:
    if not mentions:
        return None
    reason = why if callable(why) else str
    first = {m.text.casefold(): m for m in reversed(mentions)}  # one of each spelling, the earliest
    chosen = sorted(first.values(), key=lambda m: m.start)[:MOST_EVIDENCE]
    return [view.evidence(m.start, m.end, m.zone, reason(m)) for m in chosen]


# ---------------------------------------------------------------- text


@dataclass(frozen=True, slots=True)
class HasPhrase:
    """Words one after the other, whatever their case and accents."""

    pattern: str
    words: str
    zones: tuple[Zone, ...] = ()

    @property
    def triggers(self) -> Triggers:
        """The longest word, which is the rarest more often than not."""
        return frozenset({("word", max(self.pattern.split(), key=len))})

    def evidence(self, view: ReportView) -> list[Evidence] | None:
        """Where the phrase first stands."""
        found = view.find_phrase(self.pattern, self.zones)
        if found is None:
            return None
        start, end, zone = found
        return [view.evidence(start, end, zone, f"says '{self.words}'")]


@dataclass(frozen=True, slots=True)
class HasName:
    """A name that nothing knows, in any spelling."""

    pattern: NamePattern

    @property
    def triggers(self) -> Triggers:
        """Its longest words as written, and its keys."""
        return frozenset({*(("word", word) for word in self.pattern.words), *self.pattern.triggers})

    def evidence(self, view: ReportView) -> list[Evidence] | None:
        """Where the name stands outside boilerplate, one of each spelling."""
        first: dict[str, Found] = {}
        for found in self.pattern.find(view.report.text, view.folded, view.heard):
            if view.zone_at(found.start) != "boilerplate":
                first.setdefault(view.report.text[found.start : found.end].casefold(), found)
        shown = list(first.values())[:MOST_EVIDENCE]
        return [view.evidence(f.start, f.end, view.zone_at(f.start), self._why(view, f)) for f in shown] or None

    def _why(self, view: ReportView, found: Found) -> str:
        spelling = view.report.text[found.start : found.end]
        if found.is_exact:
            return f"says '{self.pattern.name}'"
        return f"says '{spelling}', which sounds like '{self.pattern.name}'"


# ---------------------------------------------------------------- all, any, none


@dataclass(frozen=True, slots=True)
class All:
    """Every child holds."""

    children: tuple[Node, ...]

    @property
    def triggers(self) -> Triggers:
        """Those of the child that has the fewest: it must hold too."""
        known = [t for child in self.children if (t := child.triggers) is not None]
        return min(known, key=len) if known else None

    def evidence(self, view: ReportView) -> list[Evidence] | None:
        """That of all children."""
        found: list[Evidence] = []
        for child in self.children:
            evidence = child.evidence(view)
            if evidence is None:
                return None
            found += evidence
        return found


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one child holds."""

    children: tuple[Node, ...]

    @property
    def triggers(self) -> Triggers:
        """Those of all children together."""
        found: set[Trigger] = set()
        for child in self.children:
            if child.triggers is None:
                return None
            found |= child.triggers
        return frozenset(found)

    def evidence(self, view: ReportView) -> list[Evidence] | None:
        """That of every child that holds."""
        found = [evidence for child in self.children if (evidence := child.evidence(view)) is not None]
        return [item for evidence in found for item in evidence] if found else None


@dataclass(frozen=True, slots=True)
class NoneOf:
    """No child holds."""

    children: tuple[Node, ...]

    @property
    def triggers(self) -> Triggers:
        """Nothing wakes it."""
        return None

    def evidence(self, view: ReportView) -> list[Evidence] | None:
        """Nothing to show for what is absent."""
        return None if any(child.evidence(view) is not None for child in self.children) else []


def sounds_wanted(node: Node) -> Iterator[KeyTrigger]:
    """The keys of all unknown names in a condition: a report is heard for them before any condition is asked."""
    if isinstance(node, HasName):
        yield from node.pattern.triggers
    for child in node.children if isinstance(node, (All, AnyOf, NoneOf)) else ():
        yield from sounds_wanted(child)


# ---------------------------------------------------------------- compiling


def compile_condition(condition: Condition, parts: ActorParts) -> Node:
    """The node for a condition whose names are pinned, with actors' parts as they stand now."""
    if condition.place is not None:
        return _place(condition.place)
    if condition.actor is not None:
        return _actor(condition.actor, parts)
    if condition.text is not None:
        return _text(condition.text)
    for key, node in (("all", All), ("any", AnyOf), ("none", NoneOf)):
        children: tuple[Condition, ...] = getattr(condition, key)
        if children:
            return node(tuple(compile_condition(child, parts) for child in children))
    raise ValueError("an empty condition")


def _place(clause: PlaceClause) -> Node:
    if clause.unknown:
        return _name_in_text(clause.name or "")
    if isinstance(clause.geojson, dict):
        return InShape(Shape(clause.geojson), clause.within_km or 0.0, clause.name or "the shape")
    if clause.lat is not None and clause.lon is not None and clause.within_km is not None:
        return Within(clause.lat, clause.lon, clause.within_km, clause.name or f"{clause.lat}, {clause.lon}")
    if clause.id is not None and clause.feature != "country":
        return IsPlace(clause.id)
    return InCountries(frozenset(clause.country))


def _actor(clause: ActorClause, parts: ActorParts) -> Node:
    if clause.unknown or clause.id is None:
        return _name_in_text(clause.name or "")
    return IsActor(parts.of(clause.id) if clause.parts else frozenset({clause.id}))


def _name_in_text(name: str) -> Node:
    return HasName(NamePattern(name))


def _phrase(words: str, zones: tuple[Zone, ...]) -> Node:
    pattern = fold_name(words)
    if not pattern.strip():
        raise ValueError(f"nothing to look for in {words!r}")
    return HasPhrase(pattern, words, zones)


def _text(clause: TextClause) -> Node:
    return _query(text_query.parse(clause.query), clause.zones)


def _query(query: Query, zones: tuple[Zone, ...]) -> Node:
    match query:
        case Phrase(words):
            return _phrase(words, zones)
        case Not(operand):
            return NoneOf((_query(operand, zones),))
        case Both(operands):
            return All(tuple(_query(operand, zones) for operand in operands))
        case Either(operands):
            return AnyOf(tuple(_query(operand, zones) for operand in operands))
