"""``make bench``: what each stage costs, beside the least that could do the job."""

import argparse
from pathlib import Path

from shared.names import gazetteer
from tests.bench import live_names, matching, reading, rivals, worker
from tests.bench.texts import report_texts, texts_of


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="make bench", description="Processor time, in one run.")
    parser.add_argument("--texts", type=Path, help='other texts to read: JSON lines with a "text" each')
    given = parser.parse_args().texts
    reports = texts_of(given) if given else report_texts()
    names = gazetteer.load()
    worker.start_up(reports)
    reading.texts(names, reports)
    reading.html(names, reports)
    matching.watches(names, reports)
    del names
    live_names.main()
    rivals.main()


if __name__ == "__main__":
    main()
