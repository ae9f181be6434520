"""Spellings that were held back: how many of them the romanisation key still joins to their place, and how many
falsely.

    python -m tests.accuracy.spelling [--seed 7] [--share 0.25] [--sentences 1500] [--misses 12]

One in four of GeoNames' alternate names of places in Arabic-, Russian- and Ukrainian-speaking countries is left out of
a gazetteer of these countries; then each is looked up, and some are read in a sentence.

What counts as held back: alternate names in Latin letters with a capital, or in Cyrillic, Arabic or Hebrew letters,
that no remaining name of the place equals when case, marks and hyphens are folded away. Names in small letters are left
out: GeoNames holds machine transcriptions and codes as well.

found: the place is among those that the spelling may stand for. false: it is not, yet another place, more than 25 km
away and not called so in any list, is. namesake: another place bears the very spelling (that is no false joining).

An alternate is "the same name" where its consonants, by a plain transcription letter for letter, resemble those of a
remaining name of the place by 0.6 or more (difflib's ratio); otherwise it is "another name" of the place (old, foreign,
of its district), which no rule of spelling could join. The figures are given for both.
"""

import argparse
import random
import tempfile
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from services.extractor.read import Reader
from shared.geo import distance_km
from shared.names import compile as compiling
from shared.names import lexicon
from shared.names.fold import fold_name
from shared.names.gazetteer import Gazetteer, Meaning
from shared.names.keyed import FAMILY_OF, is_spelling
from shared.names.records import NamedPlace
from shared.names.sources import countries, curated, geonames
from shared.names.spelling_key import key, readings

ARABIC_SPEAKING = tuple("SY IQ YE SD LY LB PS EG SA".split())  # noqa: SIM905
RUSSIAN_SPEAKING = tuple("RU UA BY".split())  # noqa: SIM905
SCRIPTS = ("LATIN", "CYRILLIC", "ARABIC", "HEBREW")
SAME_PLACE_KM = 25
SAME_NAME_RATIO = 0.6
# Plain transcription, letter for letter: deliberately not the project's own tables.
_PLAIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "e", "ж": "zh", "з": "z",
    "и": "i", "і": "i", "ї": "i",
    "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ў": "u", "ф": "f", "х": "kh",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ы": "i", "э": "e", "ю": "u", "я": "a",
    "ب": "b", "ت": "t", "ث": "th", "ج": "j", "ح": "h", "خ": "kh", "د": "d", "ذ": "dh", "ر": "r", "ز": "z", "س": "s",
    "ش": "sh", "ص": "s",
    "ض": "d", "ط": "t", "ظ": "z", "غ": "gh", "ف": "f", "ق": "q", "ك": "k", "ک": "k", "گ": "g", "ل": "l", "م": "m",
    "ن": "n", "ه": "h", "پ": "p",
    "چ": "ch", "ژ": "zh",
    "ב": "b", "ג": "g", "ד": "d", "ז": "z", "ח": "h", "ט": "t", "כ": "k", "ל": "l", "מ": "m", "ם": "m", "נ": "n",
    "ן": "n", "ס": "s",
    "פ": "p", "צ": "ts", "ק": "q", "ר": "r", "ש": "sh", "ת": "t",
}  # fmt: skip
SENTENCES = (
    "Shelling was reported near {name} in {country} on Monday, residents said.",
    "Two people were killed in {name}, {country}, when a drone hit a market.",
    "Fighters withdrew from {name} at dawn, according to officials in {country}.",
)
# Surnames of people in the news of these countries, and words that open sentences; none is a place here.
SURNAMES = """Abdulrahman Akhmetov Aleksandrov Antonenko Babenko Bakri Barakat Bilodid Bondarenko Chernenko Danylov
Dostum Fadel Fedorov
    Fidan Gerasimov Ghandour Glazkov Grossi Guterres Haftar Hamdok Haniyeh Hassoun Horbatiuk Ignatov Kadyrov Karimov
    Kholodov Kiriyenko Kostenko
    Kravchuk Kuleba Lavrov Lukashenko Malyar Martynenko Medvedev Mekdad Mikati Mishustin Naryshkin Nasrallah Nebenzya
    Orlov Patrushev Pedersen
    Peskov Petrenko Podolyak Prigozhin Pushilin Qalibaf Reznikov Rybakov Saleh Salman Savchenko Shamkhani Shoigu
    Sinwar Sobyanin Stefanchuk
    Stoltenberg Surkov Syrskyi Tikhanovskaya Tsymbaliuk Umerov Vereshchuk Volodin Yermak Zakharova Zaluzhny Zarif
    Zelenskyy""".split()  # noqa: SIM905
PERSON_SENTENCES = (
    "Speaking to reporters in Damascus and Kyiv, {name} said the talks would go on.",
    "Analyst Ivan {name} of the institute in Moscow and his colleagues in Baghdad disagreed.",
    "The ministers met {name} on Tuesday in Cairo, and {name} left for Minsk at night.",
)


@dataclass(frozen=True, slots=True)
class Held:
    """A spelling that was left out, and the row of its place."""

    row: int
    spelling: str
    is_same_name: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a held-back spelling. ``why`` is the kind of a miss."""

    held: Held
    verdict: str
    why: str = ""


def script(name: str) -> str:
    """The script of the first letter that belongs to one."""
    for char in name:
        if char.isalpha():
            first = unicodedata.name(char).split()[0]
            if first != "MODIFIER":
                return first
    return ""


def skeleton(name: str) -> str:
    """The consonants of a name by plain transcription."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(c))
    letters = "".join(_PLAIN.get(c, c) for c in plain)
    return "".join(c for c in letters if c.isascii() and c.isalpha() and c not in "aeiouyw")


def is_same_name(spelling: str, others: Iterable[str]) -> bool:
    """Whether a spelling resembles one of the others, letter by letter."""
    wanted = skeleton(spelling)
    return any(SequenceMatcher(None, wanted, skeleton(other)).ratio() >= SAME_NAME_RATIO for other in others)


def hold_back(rows: list[NamedPlace], share: float, dice: random.Random) -> tuple[list[NamedPlace], list[Held], int]:
    """The rows without the names that were left out, those names, and how many more a remaining name equals when
    folded."""
    kept_rows, held, folded_alike = [], [], 0
    for number, named in enumerate(rows):
        place = named.place
        tested = place.feature == "populated_place" and place.country in ARABIC_SPEAKING + RUSSIAN_SPEAKING
        out = {name for name in named.names if tested and is_candidate(name, place.name) and dice.random() < share}
        kept = tuple(name for name in named.names if name not in out)
        kept_rows.append(NamedPlace(place, kept))
        folded = {fold_name(name) for name in (place.name, *kept)}
        for name in sorted(out):
            if fold_name(name) in folded:
                folded_alike += 1
            else:
                held.append(Held(number, name, is_same_name(name, filter(is_spelling, (place.name, *kept)))))
    return kept_rows, held, folded_alike


def is_candidate(name: str, own_name: str) -> bool:
    """Whether this is a spelling that people write, other than the place's own."""
    return name != own_name and is_spelling(name) and script(name) in SCRIPTS


def compile_rows(folder: Path, rows: list[NamedPlace]) -> Gazetteer:
    """A gazetteer of these rows and the actor lexicon."""
    compiling.write_names(folder / "names", rows, lexicon.load())
    return Gazetteer(folder / "names")


def judge(held: Held, rows: list[NamedPlace], meanings: list[Meaning]) -> Outcome:
    """What a look-up came to."""
    place = rows[held.row].place
    found = [m.place for m in meanings if m.place is not None]
    if any(other.id == place.id for other in found):
        return Outcome(held, "found")
    if any(distance_km(other.lat, other.lon, place.lat, place.lon) <= SAME_PLACE_KM for other in found):
        return Outcome(held, "nearby", "another row within 25 km")
    if any(m.place and not m.flags & compiling.KEY for m in meanings):
        return Outcome(held, "namesake", "another place is called so")
    return Outcome(held, "false" if found else "missed", why_missed(held, rows))


def why_missed(held: Held, rows: list[NamedPlace]) -> str:
    """The kind of a miss."""
    if not held.is_same_name:
        return "another name of the place"
    place, names = rows[held.row].place, rows[held.row].names
    family = FAMILY_OF[place.country]
    wanted = {key(reading, family) for reading in readings(held.spelling, family)}
    if not wanted:
        return "digits or no consonants"
    have = {
        key(reading, family) for name in (place.name, *names) if is_spelling(name) for reading in readings(name, family)
    }
    if wanted.isdisjoint(have):
        longer = any(one != other and (one in other or other in one) for one in wanted for other in have)
        return "a word or an ending more or less" if longer else "other consonants"
    return "one consonant" if min(map(len, wanted)) == 1 else "other vowels"


def outcomes(held: list[Held], rows: list[NamedPlace], names: Gazetteer) -> Iterator[Outcome]:
    """Every held-back spelling, looked up."""
    for one in held:
        yield judge(one, rows, names.lookup(one.spelling))


# ---------------------------------------------------------------- in sentences


def in_sentences(held: list[Held], rows: list[NamedPlace], reader: Reader, *, own_names: bool = False) -> Counter[str]:
    """What reading sentences with held-back spellings, or with the places' own names, came to."""
    count: Counter[str] = Counter()
    country = {row.place.country: row.place.name for row in rows if row.place.feature == "country"}
    for number, one in enumerate(held):
        place = rows[one.row].place
        template = SENTENCES[number % len(SENTENCES)]
        spelling = place.name if own_names else one.spelling
        text = template.format(name=spelling, country=country[place.country])
        start = text.index(spelling)
        inside = [m for m in reader.read_text(text).locations if start <= m.start < start + len(spelling)]
        if not inside:
            count["not seen"] += 1
        elif any(distance_km(m.lat, m.lon, place.lat, place.lon) <= SAME_PLACE_KM for m in inside):
            count["placed"] += 1
        else:
            count["placed elsewhere"] += 1
    return count


def surnames_taken_for_places(reader: Reader) -> list[str]:
    """Surnames in sentences about persons that were taken for places or actors."""
    taken = []
    for surname in SURNAMES:
        for template in PERSON_SENTENCES:
            report = reader.read_text(template.format(name=surname))
            texts = [m.text for m in report.locations] + [m.text for m in report.actors]
            if any(surname in text for text in texts):
                taken.append(surname)
                break
    return taken


# ---------------------------------------------------------------- printing


def table(results: list[Outcome], rows: list[NamedPlace]) -> None:
    """Shares by country and script."""
    groups: defaultdict[str, list[Outcome]] = defaultdict(list)
    for result in results:
        place = rows[result.held.row].place
        groups[f"{place.country}"].append(result)
        groups[f"{FAMILY_OF[place.country]}, {script(result.held.spelling).lower()}"].append(result)
        groups["all"].append(result)
    print(
        f"{'':<20}{'held back':>10}{'found':>8}{'false':>8} | {'same name':>10}{'found':>8}{'false':>8}{'namesake':>10}"
    )
    for name in sorted(groups, key=lambda n: (n == "all", "," in n, n)):
        every = groups[name]
        same = [r for r in every if r.held.is_same_name]
        print(f"{name:<20}{cells(every)} | {cells(same)}{share(same, 'namesake'):>10.3f}")


def cells(results: list[Outcome]) -> str:
    """How many, and the shares found and falsely joined."""
    return f"{len(results):>10}{share(results, 'found'):>8.3f}{share(results, 'false'):>8.3f}"


def share(results: list[Outcome], verdict: str) -> float:
    """Of these results, the share that has this verdict."""
    return sum(r.verdict == verdict for r in results) / max(1, len(results))


def misses(results: list[Outcome], rows: list[NamedPlace], most: int, dice: random.Random) -> None:
    """Misses by kind, with examples."""
    kinds: defaultdict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for result in results:
        if result.verdict != "found":
            kinds[result.verdict, result.why].append(result)
    for (verdict, why), group in sorted(kinds.items(), key=lambda item: -len(item[1])):
        print(f"{verdict:<10}{why:<36}{len(group):>6}  {100 * len(group) / len(results):.1f} %")
        for result in dice.sample(group, min(most, len(group))):
            place = rows[result.held.row].place
            print(f"{'':<14}{result.held.spelling}  ({place.name}, {place.country})")


def main() -> None:
    """Prints the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--share", type=float, default=0.25)
    options.add_argument("--sentences", type=int, default=1500)
    options.add_argument("--misses", type=int, default=4)
    chosen = options.parse_args()
    dice = random.Random(chosen.seed)
    wanted = [row for row in geonames.places() if row.place.country in FAMILY_OF]
    rows, held, folded_alike = hold_back([*countries.places(), *curated.places(), *wanted], chosen.share, dice)
    with tempfile.TemporaryDirectory() as folder:
        names = compile_rows(Path(folder), rows)
        results = list(outcomes(held, rows, names))
        table(results, rows)
        found, false = (sum(r.verdict == verdict for r in results) for verdict in ("found", "false"))
        every = len(results) + folded_alike
        shares = f"found {(found + folded_alike) / every:.3f}, false {false / every:.3f}"
        print(f"with the {folded_alike:,} that folding finds: {shares}\n")
        misses(results, rows, chosen.misses, dice)
        reader = Reader(names)
        same = [one for one in held if one.is_same_name]
        for family, codes in (("Arabic-speaking", ARABIC_SPEAKING), ("Russian-speaking", RUSSIAN_SPEAKING)):
            group = [one for one in same if rows[one.row].place.country in codes]
            sample = dice.sample(group, min(chosen.sentences // 2, len(group)))
            for own_names in (False, True):
                count = in_sentences(sample, rows, reader, own_names=own_names)
                shares = ", ".join(f"{verdict} {number / count.total():.3f}" for verdict, number in count.most_common())
                print(f"\nin a sentence, {family}, {'their own names' if own_names else 'held back'}: {shares}")
        taken = surnames_taken_for_places(reader)
        print(f"\nsurnames taken for a place or actor: {len(taken)} of {len(SURNAMES)}: {', '.join(taken)}")


if __name__ == "__main__":
    main()
