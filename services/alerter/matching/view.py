"""A report as conditions look at it: what stands outside boilerplate, indexed."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from shared.events import Actor, Evidence, Location, Report, Zone
from shared.geo import cell_of
from shared.names.fold import Folded, fold
from shared.names.unknown import Heard, Wanted
from shared.sentences import sentence_around

MAX_QUOTE = 300
Trigger = tuple[str, str]


class ReportView:
    """One report. Built once, then asked by every watch that may match it."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.locations = [place for place in report.locations if place.zone != "boilerplate"]
        self.heard: Heard | None = None
        self.actors = [actor for actor in report.actors if actor.zone != "boilerplate"]

    @cached_property
    def locations_by_id(self) -> dict[str, list[Location]]:
        """Locations by place id."""
        table: dict[str, list[Location]] = defaultdict(list)
        for location in self.locations:
            table[location.place_id].append(location)
        return table

    @cached_property
    def actors_by_id(self) -> dict[str, list[Actor]]:
        """Actors by id."""
        table: dict[str, list[Actor]] = defaultdict(list)
        for actor in self.actors:
            table[actor.id].append(actor)
        return table

    @cached_property
    def folded(self) -> Folded:
        """The whole text, folded."""
        return fold(self.report.text)

    def listen(self, wanted: Wanted) -> None:
        """Hears the text for the keys of unknown names, once for all watches."""
        if wanted:
            self.heard = Heard(self.report.text, wanted)

    def triggers(self) -> Iterator[Trigger]:
        """All that could wake a watch."""
        yield from self.heard.triggers if self.heard else ()
        for location in self.locations:
            yield "place", location.place_id
            yield "country", location.country
            yield "cell", cell_of(location.lat, location.lon)
        for actor in self.actors:
            yield "actor", actor.id
        for word in set(self.folded.text.split()):
            yield "word", word

    def zone_at(self, offset: int) -> Zone:
        """The zone at an offset; body between spans."""
        return next((span.zone for span in self.report.zones if span.start <= offset < span.end), "body")

    def find_phrase(self, pattern: str, zones: tuple[Zone, ...]) -> tuple[int, int, Zone] | None:
        """Where a folded, padded pattern first stands in one of these zones (none named: all but boilerplate)."""
        position = self.folded.text.find(pattern)
        while position >= 0:
            start, end = self.folded.span(position + 1, position + len(pattern) - 1)
            zone = self.zone_at(start)
            if zone in zones or (not zones and zone != "boilerplate"):
                return start, end, zone
            position = self.folded.text.find(pattern, position + 1)
        return None

    def evidence(self, start: int, end: int, zone: Zone, why: str) -> Evidence:
        """Evidence for a span, with the sentence around it."""
        text = self.report.text
        return Evidence(text=text[start:end], start=start, end=end, zone=zone, quote=self._quote(start, end), why=why)

    def _quote(self, start: int, end: int) -> str:
        text = self.report.text
        first, last = sentence_around(text, start, end)
        if last - first <= MAX_QUOTE:
            return text[first:last].strip()
        first = max(first, start - MAX_QUOTE // 3)
        return text[first : max(end, first + MAX_QUOTE)].strip() + "…"
