"""`python -m tests.fuzz [TARGET ...] --minutes 10`: guided by coverage with atheris where it is installed."""

import argparse
import hashlib
import os
import signal
import sys
import time
import traceback
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from random import Random
from resource import RUSAGE_SELF, getrusage
from types import FrameType

FINDINGS = Path(__file__).parent / "findings"
_MAX_SECONDS = 10.0
_MAX_GROWTH_KB = 300_000  # by one input
_CORPUS = 500
_TARGETS = ["broker", "records", "files", "event", "config", "query"]
_INSTRUMENTED = ["shared", "tocsin.broker", "aiokafka.protocol", "yaml"]


class TooSlow(Exception):
    """An input took longer than any should."""


class TooLarge(Exception):
    """An input took more memory than any should."""


def main() -> int:
    """0 when nothing was found; findings are kept below `findings/`, where the tests try them for ever."""
    options = _options()
    found = 0
    for name in options.targets:
        found += _with_atheris(name, options) if options.atheris else _by_mutation(name, options)
    return min(found, 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", help=f"{', '.join(_TARGETS)}; all when none is named")
    parser.add_argument("--minutes", type=float, default=1.0, help="CPU time for each target")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--atheris", action=argparse.BooleanOptionalAction, default=find_spec("atheris") is not None)
    options = parser.parse_args()
    options.targets = options.targets or _TARGETS
    options.seed = time.time_ns() % 2**32 if options.seed is None else options.seed
    return options


def _by_mutation(name: str, options: argparse.Namespace) -> int:
    from tests.fuzz.mutate import mutated
    from tests.fuzz.seeds import SEEDS
    from tests.fuzz.targets import TARGETS

    random, target = Random(options.seed), TARGETS[name]
    signal.signal(signal.SIGPROF, _too_slow)
    corpus = [SEEDS[name](random) for _ in range(_CORPUS)]
    executions, slowest, faults, ends_at = 0, (0.0, 0), Counter[str](), time.process_time() + options.minutes * 60
    while time.process_time() < ends_at:
        data = random.choice(corpus)
        if random.random() < 0.1:
            data = corpus[random.randrange(_CORPUS)] = SEEDS[name](random)
        data = mutated(name, data, random) if random.random() < 0.85 else data
        started, before = time.process_time(), getrusage(RUSAGE_SELF).ru_maxrss
        fault = _tried(target, data)
        slowest = max(slowest, (time.process_time() - started, len(data)))
        executions += 1
        if fault is None and executions > 100 and getrusage(RUSAGE_SELF).ru_maxrss - before > _MAX_GROWTH_KB:
            fault = TooLarge(f"{getrusage(RUSAGE_SELF).ru_maxrss - before} kB more")
        if fault:
            _keep(name, data, fault, faults)
    _report(name, executions, options, slowest, faults)
    return len(faults)


def _tried(target: object, data: bytes) -> BaseException | None:
    signal.setitimer(signal.ITIMER_PROF, _MAX_SECONDS)
    try:
        target(data)  # type: ignore[operator]
    except Exception as error:  # noqa: BLE001 (that is what is looked for)
        return error
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return None


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TooSlow(f"more than {_MAX_SECONDS} s of CPU time")


def _keep(name: str, data: bytes, fault: BaseException, faults: "Counter[str]") -> None:
    """One input for each place in the code."""
    place = traceback.extract_tb(fault.__traceback__)[-1:]
    where = f"{type(fault).__name__} at {place[0].filename}:{place[0].lineno}" if place else repr(fault)
    faults[where] += 1
    if faults[where] == 1:
        path = FINDINGS / f"{name}-{hashlib.sha256(data).hexdigest()[:8]}"
        path.write_bytes(data)
        print(f"{path.name}: {where}: {str(fault)[:200]}", flush=True)
        traceback.print_exception(fault, limit=-4, file=sys.stdout)


def _report(
    name: str, executions: int, options: argparse.Namespace, slowest: tuple[float, int], faults: "Counter[str]"
) -> None:
    seconds = options.minutes * 60
    peak = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name}: {executions:,} executions, {executions / seconds:,.0f} a CPU second for {options.minutes:g} min "
        f"(seed {options.seed}); peak {peak:,.0f} MB; slowest {1000 * slowest[0]:,.0f} ms for "
        f"{slowest[1]:,} bytes; "
        f"{len(faults)} findings {dict(faults) or ''}",
        flush=True,
    )


def _with_atheris(name: str, options: argparse.Namespace) -> int:
    """libFuzzer ends the process by itself, at its first finding or at the end; so it gets one of its own."""
    import atheris

    with atheris.instrument_imports(include=_INSTRUMENTED):
        from tests.fuzz.mutate import mutated
        from tests.fuzz.seeds import SEEDS
        from tests.fuzz.targets import TARGETS

    def mutator(data: bytes, max_size: int, seed: int) -> bytes:
        random = Random(seed)
        if random.random() < 0.05:
            return SEEDS[name](random)[:max_size]
        if random.random() < 0.3:
            return bytes(atheris.Mutate(data, max_size))
        return mutated(name, data, random)[:max_size]

    def one_input(data: bytes) -> None:
        TARGETS[name](data)
        if time.process_time() > options.minutes * 60:
            print(
                f"{name}: {options.minutes:g} min of CPU time, peak {getrusage(RUSAGE_SELF).ru_maxrss // 1024} MB",
                flush=True,
            )
            os._exit(0)

    limits = [f"-timeout={int(_MAX_SECONDS * 10)}", "-rss_limit_mb=2048"]  # in wall-clock time: a busy machine is slow
    places = [
        f"-artifact_prefix={FINDINGS}/{name}-",
        f"-seed={options.seed}",
        "-max_len=200000",
        "-print_final_stats=1",
    ]
    if len(options.targets) > 1:
        raise SystemExit("atheris ends the process: name one target")
    atheris.Setup([sys.argv[0], *limits, *places], one_input, custom_mutator=mutator)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
