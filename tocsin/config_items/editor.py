"""An item in the user's editor, and drafts that outlive a refusal."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

FALLBACK = "vi"


def keep_draft(kind: str, item_id: str, text: str) -> Path:
    """Writes a draft that only its author can read, and returns where it lies."""
    handle, name = tempfile.mkstemp(prefix=f"tocsin-{kind}-{item_id}-", suffix=".yaml")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return Path(name)


def edit(path: Path) -> None:
    """Opens the file in ``$VISUAL`` or ``$EDITOR``, and waits. Raises OSError where that fails."""
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or FALLBACK)
    done = subprocess.run([*command, str(path)], check=False)  # noqa: S603 - the user's own editor
    if done.returncode:
        raise OSError(f"{command[0]} ended with {done.returncode}")
