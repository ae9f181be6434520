"""Inputs that once broke something, and a few seconds of new ones on every run."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.fuzz.__main__ import FINDINGS
from tests.fuzz.mutate import mutated
from tests.fuzz.seeds import SEEDS
from tests.fuzz.targets import TARGETS

every_target = pytest.mark.parametrize("target", TARGETS)


@pytest.mark.parametrize("finding", sorted(FINDINGS.iterdir()), ids=lambda path: path.name)
def test_what_broke_something_once_does_not_any_more(finding: Path) -> None:
    TARGETS[finding.name.partition("-")[0]](finding.read_bytes())


@every_target
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=2_000))
@example(data=b"")
def test_any_bytes(target: str, data: bytes) -> None:
    TARGETS[target](data)


@every_target
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(random=st.randoms(use_true_random=False))
def test_spoilt_inputs(target: str, random: Random) -> None:
    TARGETS[target](mutated(target, SEEDS[target](random), random))


@every_target
def test_seeds_are_taken(target: str) -> None:
    random = Random(1)
    for _ in range(30):
        TARGETS[target](SEEDS[target](random))
