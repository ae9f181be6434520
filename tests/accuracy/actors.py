"""How many of the armed actors that public lists name for each conflict the lexicon knows.

    python -m tests.accuracy.actors [--missing]

A name counts as known where the compiled names give it an actor of the conflict; ``(ambiguous)`` names need context.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from shared.names import lexicon
from shared.names.fold import fold_name
from shared.names.records import LexiconActor

CHECKLIST = Path(__file__).parent.parent / "data" / "actors_by_conflict.yaml"


def checklist() -> dict[str, list[str]]:
    """Names by conflict."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(CHECKLIST.read_text(encoding="utf-8"))
    return {conflict: [str(name) for name in row["names"]] for conflict, row in loaded.items()}


def known_names() -> tuple[dict[str, LexiconActor], dict[str, LexiconActor]]:
    """Actors by folded name: those that count alone, and those that need context."""
    plain: dict[str, LexiconActor] = {}
    ambiguous: dict[str, LexiconActor] = {}
    for actor in lexicon.load():
        plain.update((fold_name(name), actor) for name in (actor.name, *actor.aliases, *actor.native))
        ambiguous.update((fold_name(name), actor) for name in actor.ambiguous)
    return plain, ambiguous


def missing() -> Iterator[tuple[str, str]]:
    """Conflicts, and names of their lists that no actor bears."""
    plain, ambiguous = known_names()
    for conflict, names in checklist().items():
        for name in names:
            if fold_name(name) not in plain and fold_name(name) not in ambiguous:
                yield conflict, name


def main() -> None:
    """Prints the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--missing", action="store_true")
    chosen = options.parse_args()
    plain, ambiguous = known_names()
    lacking = list(missing())
    print(f"{'':<28}{'listed':>8}{'known':>8}{'alone':>8}{'with context':>14}{'actors':>8}")
    for conflict, names in checklist().items():
        alone = [name for name in names if fold_name(name) in plain]
        context = [name for name in names if name not in alone and fold_name(name) in ambiguous]
        ids = {plain[fold_name(n)].id for n in alone} | {ambiguous[fold_name(n)].id for n in context}
        print(
            f"{conflict:<28}{len(names):>8}{len(alone) + len(context):>8}{len(alone):>8}{len(context):>14}{len(ids):>8}"
        )
        if chosen.missing:
            print("    missing:", ", ".join(name for where, name in lacking if where == conflict))


if __name__ == "__main__":
    main()
