"""The fetcher as the product runs it, but for its lease: `python fetcher_process.py SECONDS`."""

import runpy
import sys

from services.fetcher.due import DueQueue

if __name__ == "__main__":
    DueQueue.__init__.__defaults__ = (float(sys.argv.pop(1)),)  # type: ignore[misc]
    runpy.run_module("services.fetcher", run_name="__main__")
