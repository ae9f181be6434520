"""Five kills of the chaos suite, broker and Redis among them, on both stacks; and its books, which must not flatter."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from shared.names import gazetteer
from tests.chaos.ledger import Due, Heard, Ledger
from tests.chaos.plan import CORE, FLUSH, KILL, RESTORE, TERM, Step, make_plan
from tests.chaos.report import summarise
from tests.chaos.run import Options, run_chaos
from tests.chaos.stacks import APACHE, EMBEDDED
from tests.chaos.workload import COPY_EVERY, load_table
from tests.stack.brokers import kafka_libs
from tests.stack.parts import require
from tests.stack.redis import RedisServer
from tocsin.stack.programs import SERVICES

PAUSE_SECONDS = 3.0


def _five_kills(services: Sequence[str]) -> list[Step]:
    assert {"fetcher", "extractor.extract", "alerter.dispatch"} <= set(services)
    targets = ("alerter.dispatch", "broker", "fetcher", "valkey", "extractor.extract")
    steps = [Step(PAUSE_SECONDS, KILL, target) for target in targets]
    return [*steps[:3], Step(1.0, FLUSH, "valkey"), *steps[3:], Step(1.0, TERM, "alerter.match")]


@pytest.mark.slow
@pytest.mark.parametrize("broker", [EMBEDDED, pytest.param(APACHE, marks=[pytest.mark.kafka, pytest.mark.redis])])
async def test_five_kills_lose_and_double_nothing(broker: str, tmp_path: Path) -> None:
    if broker == APACHE:
        require(kafka_libs)
        require(RedisServer(tmp_path / "redis").command)
    gazetteer.load()
    said: list[str] = []
    options = Options(broker, tmp_path, 60, 4, [name for name in SERVICES if name != "console"])
    ledger, articles = await run_chaos(options, _five_kills, said.append)
    summary = summarise(broker, articles, ledger)
    assert summary.is_good, (summary, ledger.lost(), ledger.unexpected(), said)
    assert (summary.kills, summary.terms) == (5, 1)
    assert min(trouble.in_flight for trouble in ledger.troubles) > 0
    assert sum("killed by SIGKILL" in line for line in said) == 5


# ------------------------------------------------------------ the books


def _ledger(*articles: int) -> Ledger:
    ledger = Ledger(load_table())
    for at, number in enumerate(articles):
        ledger.published(ledger.table.article(number), float(at))
    return ledger


def test_what_is_lost_unexpected_or_doubled_is_counted() -> None:
    ledger = _ledger(0)  # of subject 0: raqqa at the desk, isis at the desk and the wire
    ledger.arrived(Heard(Due("desk", "isis", 0), "a", 2.0))
    ledger.arrived(Heard(Due("desk", "isis", 0), "b", 3.0))
    ledger.arrived(Heard(Due("desk", "sudan", 0), "c", 3.0))
    assert ledger.lost() == [Due("desk", "raqqa", 0), Due("wire", "isis", 0)]
    assert ledger.unexpected() == [Due("desk", "sudan", 0)]
    assert ledger.doubled_ids() == [Due("desk", "isis", 0)]
    assert not summarise("b", 1, ledger).is_good


def test_a_repeat_that_no_trouble_accounts_for_is_not_good() -> None:
    ledger = _ledger(1)
    for at in (1.0, 4.0):
        ledger.arrived(Heard(Due("desk", "raqqa", 1), "a", at))
    assert not summarise("b", 1, ledger).is_good
    ledger.troubled(KILL, "alerter.dispatch", 1.5)
    (repeat,) = ledger.repeats()
    assert repeat.trouble is ledger.troubles[0]
    assert summarise("b", 1, ledger).is_good


def test_recovery_is_counted_to_the_last_that_was_in_flight() -> None:
    ledger = _ledger(1, 2)
    trouble = ledger.troubled(KILL, "broker", 1.5)
    assert trouble.in_flight == len(ledger.due_since)
    ledger.arrived(Heard(Due("desk", "raqqa", 1), "a", 2.0))
    ledger.arrived(Heard(Due("desk", "isis", 2), "b", 7.5))
    assert ledger.recoveries() == [6.0]


def test_a_copy_tells_no_new_story() -> None:
    table = load_table()
    copy = table.article(2 * COPY_EVERY - 1)
    assert (copy.story, copy.site) != (copy.number, table.article(copy.story).site)
    ledger = _ledger(copy.story, copy.number)
    assert {due.story for due in ledger.due_since} == {copy.story}


def test_the_whole_plan_has_what_it_promises() -> None:
    services = list(SERVICES)
    steps = make_plan(60, 20, services, seed=1)
    kinds = [step.what for step in steps]
    assert (kinds.count(KILL), kinds.count(TERM), kinds.count(FLUSH), kinds.count(RESTORE)) == (60, 20, 2, 1)
    killed = [step.target for step in steps if step.what == KILL]
    assert {*services, *CORE} == set(killed)
    assert max(map(killed.count, killed)) - min(map(killed.count, killed)) <= 1
    assert not {step.target for step in steps if step.what == TERM} & set(CORE)
    waits, waited = [], 0.0
    for step in steps:
        waited += step.pause_seconds
        if step.what == KILL:
            waits.append(waited)
            waited = 0.0
    assert min(waits) >= 6.0
    assert max(waits) <= 11.0  # with a second for Redis now and then
