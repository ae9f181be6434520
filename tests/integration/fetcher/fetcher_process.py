"""The fetcher as the product runs it, but for shorter waits: `python fetcher_process.py LEASE_SECONDS`."""

import runpy
import sys

from services.fetcher.due import DueQueue
from shared import delivery

if __name__ == "__main__":
    DueQueue.__init__.__defaults__ = (float(sys.argv.pop(1)),)  # type: ignore[misc]
    delivery.PUBLISH_SECONDS = 4.0
    runpy.run_module("services.fetcher", run_name="__main__")
