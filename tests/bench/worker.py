"""What a worker of the extractor needs before its first report, and in memory: in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Sequence

from tests.bench.measure import row

_CODE = """
import json, sys, time
started = time.perf_counter()
from services.extractor.read import Reader
from shared.names import gazetteer
names = gazetteer.load()
loaded = time.perf_counter()
names.find("Shelling hit Dayr Hafer near Halab, they said.")
found = time.perf_counter()
reader = Reader(names)
for report in json.load(sys.stdin):
    reader.read_text(report)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
megabytes = {key: int(status[key].split()[0]) / 1024 for key in ("VmRSS", "VmHWM")}
print(json.dumps([loaded - started, found - loaded, megabytes["VmRSS"], megabytes["VmHWM"]]))
"""


def start_up(reports: Sequence[str]) -> None:
    """Prints the rows of a worker that starts, and reads these reports."""
    done = subprocess.run(
        [sys.executable, "-c", _CODE], input=json.dumps(reports), check=True, capture_output=True, text=True
    )
    load_seconds, find_seconds, resident, most = json.loads(done.stdout)
    row("load names, imports included", load_seconds * 1000, "ms")
    row("first find after it", find_seconds * 1000, "ms", f"{load_seconds + find_seconds:.1f} s until names are found")
    row("memory of a worker that has read all texts", resident, "MB", f"at most {most:,.0f} MB")
