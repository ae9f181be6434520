"""Reads a Dockerfile into its stages."""

import re
from dataclasses import dataclass, field


@dataclass
class Stage:
    """One stage: its name, what it is built from, and its instructions in order."""

    name: str
    parent: str
    instructions: list[tuple[str, str]] = field(default_factory=list)


def parse(text: str) -> tuple[dict[str, str], dict[str, Stage]]:
    """Arguments before the first stage with their defaults, and the stages by name."""
    arguments: dict[str, str] = {}
    stages: dict[str, Stage] = {}
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        word, _, rest = line.strip().partition(" ")
        match word:
            case "ARG" if not stages:
                name, _, default = rest.partition("=")
                arguments[name] = default
            case "FROM":
                parent, _, name = rest.partition(" AS ")
                stages[name] = Stage(name, parent)
            case "":
                continue
            case _:
                stages[list(stages)[-1]].instructions.append((word, rest.strip()))
    return arguments, stages


def whole(stages: dict[str, Stage], target: str) -> list[tuple[str, str]]:
    """The instructions of a target, those of the stages that it is built from first."""
    stage = stages[target]
    return [*(whole(stages, stage.parent) if stage.parent in stages else ()), *stage.instructions]


def variables(instructions: list[tuple[str, str]]) -> dict[str, str]:
    """What ``ENV`` sets."""
    return {
        name: value
        for word, rest in instructions
        if word == "ENV"
        for name, _, value in (pair.partition("=") for pair in rest.split())
    }


def copied(instructions: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What ``COPY`` takes from the checkout: source and destination."""
    pairs = (rest.split() for word, rest in instructions if word == "COPY" and "--from=" not in rest)
    return [(pair[0], pair[1]) for pair in pairs]
