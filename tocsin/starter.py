"""The configuration that ``tocsin up`` writes where there is none."""

from importlib import resources
from pathlib import Path

FILES = ("tocsin.yaml", "sources.yaml", "receivers.yaml", "watches.yaml")


def write_starter(folder: Path) -> bool:
    """Writes commented files into a folder that has none of them; returns whether it did. Nothing is overwritten."""
    if any((folder / name).exists() for name in FILES):
        return False
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        text = resources.files("tocsin").joinpath("starter_config", name).read_text(encoding="utf-8")
        (folder / name).write_text(text, encoding="utf-8")
    return True
