"""All watches in force, indexed by what could wake them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from services.alerter.matching.conditions import Node, compile_condition, sounds_wanted
from services.alerter.matching.view import ReportView, Trigger
from shared import metrics
from shared.config.history import Item
from shared.config.watches import Watch
from shared.events import Evidence, WatchHeader
from shared.names.lexicon import ActorParts
from shared.names.unknown import Wanted


@dataclass(frozen=True, slots=True)
class CompiledWatch:
    """A watch ready to match."""

    header: WatchHeader
    created_at: datetime
    node: Node
    wholes: frozenset[str | None] = frozenset()


class WatchIndex:
    """Adds, removes and asks watches; every edit takes effect with the next report."""

    def __init__(self, parts: ActorParts) -> None:
        self._parts = parts
        self._watches: dict[str, CompiledWatch] = {}
        self._by_whole: dict[str, dict[str, Item]] = defaultdict(dict)  # by actor: watches on it with its parts
        self._by_trigger: dict[Trigger, set[str]] = defaultdict(set)
        self._always: set[str] = set()
        self._wanted = Wanted()

    def __len__(self) -> int:
        return len(self._watches)

    def put(self, item: Item) -> None:
        """Adds or replaces a watch. Raises ValueError where its body is none; the old one is gone then."""
        self.remove(item.id)
        watch = Watch.model_validate(item.body)
        if not watch.enabled:
            return
        node = compile_condition(watch.when, self._parts)
        wholes = frozenset(leaf.actor.id for leaf in watch.when.leaves() if leaf.actor and leaf.actor.parts)
        self._watches[item.id] = CompiledWatch(watch.header(item.version), item.created_at, node, wholes)
        self._wanted.add(sounds_wanted(node))
        for actor_id in wholes:
            self._by_whole[actor_id or ""][item.id] = item
        if node.triggers is None:
            self._always.add(item.id)
        for trigger in node.triggers or ():
            self._by_trigger[trigger].add(item.id)

    def remove(self, watch_id: str) -> None:
        """Removes a watch; does nothing where there is none."""
        watch = self._watches.pop(watch_id, None)
        if watch is None:
            return
        self._always.discard(watch_id)
        self._wanted.discard(sounds_wanted(watch.node))
        for actor_id in watch.wholes:
            self._by_whole[actor_id or ""].pop(watch_id, None)
        for trigger in watch.node.triggers or ():
            self._by_trigger[trigger].discard(watch_id)
            if not self._by_trigger[trigger]:
                del self._by_trigger[trigger]

    def put_actor(self, actor_id: str, parents: Iterable[str]) -> None:
        """Says what an actor is part of now; watches on what it is or was part of follow."""
        for whole in self._parts.put(actor_id, parents):
            for item in list(self._by_whole.get(whole, {}).values()):
                self.put(item)

    def candidates(self, view: ReportView) -> list[CompiledWatch]:
        """The watches that the report could fulfil, in order of their ids."""
        found = set(self._always)
        view.listen(self._wanted)
        for trigger in view.triggers():
            found |= self._by_trigger.get(trigger, frozenset())
        return [self._watches[watch_id] for watch_id in sorted(found)]

    def matches(self, view: ReportView, grouped_at: datetime) -> Iterator[tuple[WatchHeader, list[Evidence]]]:
        """The watches that the report fulfils. One made after the report was grouped never matches it."""
        candidates = self.candidates(view)
        metrics.WATCHES_TRIED.inc(len(candidates))
        for watch in candidates:
            if watch.created_at <= grouped_at:
                evidence = watch.node.evidence(view)
                if evidence is not None:
                    yield watch.header, evidence
