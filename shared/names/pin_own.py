"""A desk's own name, when it is saved: what it is the same as and part of to ids, and remarks about its spellings."""

from collections.abc import Collection, Iterator

from shared.config.beside import Beside
from shared.config.history import History, Item
from shared.config.names import Name
from shared.config.watches import ActorClause, PlaceClause, Watch
from shared.names import overmatch
from shared.names.compile import KEY
from shared.names.fold import fold_name
from shared.names.live import LiveNames
from shared.names.pin import MOST_CANDIDATES, actors_called, actors_shown, places_called, the_one
from shared.names.records import OWN_PREFIX


def pin_name(name: Name, beside: Beside) -> tuple[Name, list[str]]:
    """The name with ids, and remarks for its author.

    Raises ValueError where what it is the same as, or part of, is unknown or not clear, or a spelling has no letters.
    """
    names = beside.names()
    for spelling in (*name.spellings, *name.ambiguous):
        if not fold_name(spelling).strip():
            raise ValueError(f"nothing to look for in {spelling!r}. Write letters or digits")
    same_as = _same_as(name, names) if name.same_as is not None else None
    parents = tuple(_parent(name, parent, names, beside.coming) for parent in name.parents)
    pinned = name.model_copy(update={"same_as": same_as, "parents": parents})
    return pinned, [*_about_spellings(pinned, names), *_about_watches(pinned, beside)]


def _same_as(name: Name, names: LiveNames) -> str:
    wanted = name.same_as or ""
    if wanted.startswith(OWN_PREFIX):
        raise ValueError(f"{wanted} is a name of your own. Add the spellings to its aliases instead")
    return _listed_place(name, wanted, names) if name.kind == "place" else _listed_actor(wanted, names)


def _listed_place(name: Name, wanted: str, names: LiveNames) -> str:
    if names.listed.place_by_id(wanted) is not None:
        return wanted
    clause = PlaceClause(name=wanted, country=(name.country,) if name.country else ())
    found = places_called(clause, names.listed)
    if not found:
        raise ValueError(
            f"no listed place has the id or name '{wanted}'. Write an id as 'tocsin read' shows it (gn:170654), "
            "or lat and lon in its stead"
        )
    return the_one(clause, found, "Write the id that you mean").id


def _listed_actor(wanted: str, names: LiveNames) -> str:
    if wanted in names.listed.actor_of:
        return wanted
    found = actors_called(wanted, names.listed)
    if len(found) == 1:
        return next(iter(found))
    if found:
        raise ValueError(f"'{wanted}' may be: {actors_shown(found, MOST_CANDIDATES)}. Write the id that you mean")
    raise ValueError(f"no listed actor has the id or name '{wanted}'. Write its id, or remove same_as")


def _parent(name: Name, wanted: str, names: LiveNames, coming: Collection[str]) -> str:
    if wanted in (name.id, OWN_PREFIX + name.id):
        raise ValueError("an actor is no part of itself. Remove it from parents")
    own = wanted if wanted.startswith(OWN_PREFIX) else OWN_PREFIX + wanted
    for known in (wanted, own):
        if names.actor_by_id(known) is not None:
            return known
    if own.removeprefix(OWN_PREFIX) in coming:
        return own
    found = actors_called(wanted, names)
    if len(found) == 1:
        return next(iter(found))
    if found:
        shown = actors_shown(found, MOST_CANDIDATES)
        raise ValueError(f"parent '{wanted}' may be: {shown}. Write the id that you mean")
    raise ValueError(f"no actor has the id or name '{wanted}'. Add it before its parts, or remove it from parents")


# ---------------------------------------------------------------- remarks


def _about_spellings(name: Name, names: LiveNames) -> Iterator[str]:
    for spelling in (*name.spellings, *name.ambiguous):
        if spelling not in name.ambiguous:
            yield from overmatch.notes(spelling, names.listed)
        named = next(iter(_namesakes(name, spelling, names)), None)
        if named:
            yield f"'{spelling}' is listed as {named}: this {name.kind} stands before it. Say same_as if it is the same"
    if name.kind == "place" and name.same_as is None and name.country is None:
        yield "it has no country, so that a watch on a country does not see it. Add country: to have it seen"


def _namesakes(name: Name, spelling: str, names: LiveNames) -> Iterator[str]:
    for meaning in names.listed.lookup(spelling):
        thing = meaning.place if name.kind == "place" else meaning.actor
        if thing is not None and not meaning.flags & KEY and thing.id != name.same_as:
            where = f", {meaning.place.country}" if meaning.place else ""
            yield f"{thing.name}{where} (id: {thing.id})"


def _about_watches(name: Name, beside: Beside) -> Iterator[str]:
    """Watches that look for this name in the text, for nothing knew it when they were saved."""
    looked_for = beside.index_of("watches", _by_unknown_name) or {}
    watches = [item for spelling in name.spellings for item in looked_for.get(fold_name(spelling), ())]
    for watch_id, version in dict.fromkeys((item.id, item.version) for item in watches):
        yield (
            f"watch {watch_id} looks for this name in the text, and goes on to: saved again it is pinned to the name"
            f" (tocsin watch restore {watch_id} {version})"
        )


def _by_unknown_name(watches: History) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for item in list(watches.items.values()):
        for clause in _clauses(item.body):
            if clause.unknown:
                found.setdefault(fold_name(clause.name or ""), []).append(item)
    return found


def about_removal(name_id: str, beside: Beside) -> list[str]:
    """Who uses a name that is to be removed."""
    thing_id, told = OWN_PREFIX + name_id, []
    watches, names = beside.items_of("watches"), beside.items_of("names")
    for item in list(watches.items.values()) if watches else ():
        clauses = [clause for clause in _clauses(item.body) if clause.id == thing_id]
        if clauses and all(isinstance(clause, PlaceClause) and clause.within_km for clause in clauses):
            told.append(f"watch {item.id} is pinned to it, and keeps its point")
        elif clauses:
            told.append(f"watch {item.id} is pinned to it, and nothing will be found for it: edit the watch")
    parts = (
        [item.id for item in list(names.items.values()) if thing_id in item.body.get("parents", ())] if names else []
    )
    return [*told, *(f"name {part} has it among its parents" for part in parts)]


def _clauses(body: object) -> Iterator[PlaceClause | ActorClause]:
    try:
        watch = Watch.model_validate(body)
    except ValueError:
        return
    for leaf in watch.when.leaves():
        yield from (clause for clause in (leaf.place, leaf.actor) if clause is not None)
