"""Asks the service of this container for its health; exits with 0 where it says 200. Standard library alone."""
# ruff: noqa: INP001 - a script that an image runs, not a package

import os
import sys
import urllib.request

TIMEOUT_SECONDS = 4.0


def is_healthy(port: str) -> bool:
    """Whether the service on this port of this container says that it does its work."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=TIMEOUT_SECONDS) as answer:
            return bool(answer.status == 200)
    except OSError:  # refused, timed out, or 503
        return False


if __name__ == "__main__":
    sys.exit(0 if is_healthy(os.environ.get("TOCSIN_HTTP_PORT", "8080")) else 1)
