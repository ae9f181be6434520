"""Finding many names in a text, beside what others use for it: pyahocorasick, flashtext, Lucene Monitor.

Folded text is the same task for all. To find names in raw text, with offsets into it, is what reports need; and in any
spelling, by grammar and by sound, is what no rival does. Lucene counts a name once a text, flashtext the longest alone.
"""

import argparse
import dataclasses
import json
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import daachorse
from msgspec.structs import replace

from shared.names import compile as compiling
from shared.names.fold import fold, fold_name, fold_names
from shared.names.gazetteer import Gazetteer
from shared.names.records import NamedPlace
from tests.bench.texts import report_texts

SIZES = (1_000, 100_000, 1_000_000)
ROUNDS = 5
SEED = 7
_LUCENE = Path(__file__).with_name("lucene")


@dataclasses.dataclass(frozen=True)
class Measured:
    """One engine: seconds to build, microseconds a text (median of rounds), and names found in all texts."""

    engine: str
    build_seconds: float
    text_us: float
    found: int


def spellings(count: int) -> list[NamedPlace]:
    """So many distinct names of places, each as a place of its own; every size holds those of the smaller ones."""
    rows = {}
    for named in compiling.places():
        for name in (named.place.name, *named.names):
            folded = fold_name(name)
            if folded.strip() and folded not in rows:
                rows[folded] = NamedPlace(replace(named.place, id=f"bench:{len(rows)}", name=name))
    chosen = list(rows.values())
    rng = random.Random(SEED)
    rng.shuffle(chosen)
    while len(chosen) < count:  # GeoNames has a few thousand names less than a million
        one, other = rng.sample(chosen, 2)
        place = replace(one.place, id=f"bench:{len(chosen)}", name=f"{one.place.name} {other.place.name}")
        chosen.append(NamedPlace(place))
    return chosen[:count]


def measured(engine: str, build: Callable[[], Callable[[str], int]], texts: Sequence[str]) -> Measured:
    """Builds an engine and runs it over the texts; the first pass warms it up."""
    began = time.perf_counter()
    count = build()
    built = time.perf_counter() - began
    found = sum(map(count, texts))
    rounds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for text in texts:
            count(text)
        rounds.append(time.perf_counter() - began)
    return Measured(engine, built, statistics.median(rounds) / len(texts) * 1e6, found)


def ours(rows: list[NamedPlace], texts: Sequence[str]) -> Iterator[Measured]:
    """The automaton alone; from raw text to offsets into it; and names in any spelling, as reports are read."""
    patterns = fold_names([row.place.name for row in rows])

    def build_automaton() -> Callable[[str], int]:
        automaton = daachorse.CharwiseDoubleArrayAhoCorasick(patterns)
        return lambda text: len(automaton.find_overlapping(text))

    def build_exact() -> Callable[[str], int]:
        automaton = daachorse.CharwiseDoubleArrayAhoCorasick(patterns)

        def count(text: str) -> int:
            folded = fold(text)
            return len([folded.span(s + 1, e - 1) for s, e, _ in automaton.find_overlapping(folded.text)])

        return count

    yield measured("Tocsin, folded text", build_automaton, [fold(text).text for text in texts])
    yield measured("Tocsin, raw text to offsets", build_exact, texts)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "names")

        def build_whole() -> Callable[[str], int]:
            compiling.write_names(folder, rows, ())
            gazetteer = Gazetteer(folder)
            return lambda text: len(gazetteer.find(text))

        yield measured("Tocsin, any spelling", build_whole, texts)


def pyahocorasick(rows: list[NamedPlace], texts: Sequence[str]) -> Measured:
    """With a space on either side of each name, so that it finds words."""
    import ahocorasick

    def build() -> Callable[[str], int]:
        automaton = ahocorasick.Automaton()
        for number, pattern in enumerate(fold_names([row.place.name for row in rows])):
            automaton.add_word(pattern, number)
        automaton.make_automaton()
        return lambda text: sum(1 for _ in automaton.iter(text))

    return measured("pyahocorasick, folded text", build, [fold(text).text for text in texts])


def flashtext(rows: list[NamedPlace], texts: Sequence[str]) -> Measured:
    """On the raw text, whatever the case; it finds the longest name alone."""
    from flashtext import KeywordProcessor

    def build() -> Callable[[str], int]:
        processor = KeywordProcessor(case_sensitive=False)
        for number, row in enumerate(rows):
            processor.add_keyword(row.place.name, str(number))
        return lambda text: len(processor.extract_keywords(text))

    return measured("flashtext", build, texts)


def lucene(rows: list[NamedPlace], texts: Sequence[str]) -> Measured | None:
    """A Monitor with a phrase a name, on folded texts; None where Java or Maven is not at hand."""
    java, mvn = shutil.which("java"), shutil.which("mvn")
    if not (java and mvn):
        return None
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch)
        built = subprocess.run(
            (mvn, "-B", "-ntp", "-q", "-f", _LUCENE / "pom.xml", f"-Dtarget={target}", "package"),
            check=False,
            capture_output=True,
        )
        if built.returncode:
            return None
        names, lines = target / "names.txt", target / "texts.txt"
        names.write_text("\n".join(p.strip() for p in fold_names([row.place.name for row in rows])), encoding="utf-8")
        lines.write_text("\n".join(fold(text).text.strip() for text in texts), encoding="utf-8")
        classes = f"{target / 'classes'}:{target / 'libs'}/*"
        command = (java, "-Xmx6g", "-cp", classes, "MonitorBench", names, lines, str(ROUNDS))
        done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return Measured(
        "Lucene Monitor, folded text", done["build_seconds"], done["seconds"] / len(texts) * 1e6, done["hits"]
    )


def main(sizes: Sequence[int] = SIZES) -> None:
    """Prints a table a size, with each engine's time beside ours."""
    texts = report_texts()
    every = spellings(max(sizes))
    for size in sizes:
        rows = every[:size]
        print(f"\n{size:,} names, {len(texts)} texts of about 3.5 kB")
        mine = list(ours(rows, texts))
        rivals = [pyahocorasick(rows, texts), flashtext(rows, texts), lucene(rows, texts)]
        for one in (*mine, *(rival for rival in rivals if rival)):
            times = f"{one.text_us:>10,.0f} us {one.text_us / mine[0].text_us:6.1f} x"
            print(f"  {one.engine:<28} {times}  built in {one.build_seconds:>6.1f} s, {one.found:,} found")
        if rivals[-1] is None:
            print("  Lucene Monitor: no Java, no Maven, or no way to its repository")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    main(parser.parse_args().sizes)
