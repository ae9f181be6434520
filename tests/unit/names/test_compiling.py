"""Compiled names between processes: one compiles, others wait; a killed compile leaves nothing; faults are clear."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shared.names import compile as compiling
from shared.names import gazetteer

ROOT = Path(__file__).parents[3]

# Two places and no actors take no time; the rest is as it is.
SMALL = """
import sys, time
from pathlib import Path
from shared.names import compile as compiling, gazetteer
from shared.names.records import NamedPlace, Place
from shared.names.sources import airports, areas, countries, curated, geonames, regions
for module in (airports, areas, geonames, curated, regions): module.places = lambda: iter(())
countries.continents = lambda: iter(())
countries.places = lambda: iter([NamedPlace(Place(id="gn:1", name="Aleppo", lat=36.2, lon=37.1, country="SY"))])
curated.with_aliases = lambda rows: rows
compiling.lexicon.load = lambda: ()
real = compiling.write
def write(folder, progress):
    print("compiling", flush=True)
    real(folder, progress)
compiling.write = write
"""


def run(code: str, folder: Path) -> "subprocess.Popen[str]":
    """A process that loads names from a cache folder."""
    env = {**os.environ, gazetteer.CACHE_VARIABLE: str(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", SMALL + code], env=env, stdout=subprocess.PIPE, text=True)


def test_of_several_processes_one_compiles(tmp_path: Path) -> None:
    code = "print(gazetteer.load().lookup('aleppo')[0].place.country)"
    processes = [run(code, tmp_path) for _ in range(3)]
    outputs = [process.communicate(timeout=60)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sorted(outputs) == [["SY"], ["SY"], ["compiling", "SY"]]


def test_a_killed_compile_leaves_nothing_to_load_and_is_cleared_away(tmp_path: Path) -> None:
    broken = "import os, signal; compiling._replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
    process = run(broken + "gazetteer.load()", tmp_path)
    process.communicate(timeout=60)
    assert process.returncode == -9
    assert [path.name[:7] for path in tmp_path.iterdir() if path.is_dir()] == [".names-"]
    after = run("print(gazetteer.load().lookup('aleppo')[0].place.country)", tmp_path)
    assert after.communicate(timeout=60)[0].split() == ["compiling", "SY"]
    assert [path.name[:6] for path in tmp_path.iterdir() if path.is_dir()] == ["names-"]


def test_what_older_versions_compiled_goes_when_nobody_has_loaded_it_for_a_month(tmp_path: Path) -> None:
    for name, days in {"names-old": 31, "names-recent": 29, "mine": 400}.items():
        (tmp_path / name).mkdir()
        used = time.time() - days * 86_400
        os.utime(tmp_path / name, (used, used))
    process = run("gazetteer.load(); print(gazetteer.cache_folder().name)", tmp_path)
    *_, current = process.communicate(timeout=60)[0].split()
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {"names-recent", "mine", current}
    os.utime(tmp_path / current, (used, used))
    run("gazetteer.load()", tmp_path).communicate(timeout=60)
    assert (tmp_path / current).stat().st_mtime > used + 86_400, "it counts as used now"


def test_a_folder_that_cannot_be_written_is_named_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(gazetteer.CACHE_VARIABLE, str(tmp_path / "file"))
    with pytest.raises(gazetteer.NamesFolderError, match=r"file: .*Set TOCSIN_NAMES to a folder that can be written"):
        gazetteer.load()


def test_a_full_disk_leaves_no_scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    own = (compiling.areas, compiling.countries, compiling.curated, compiling.regions)
    for module in (*own, compiling.geonames, compiling.airports):
        monkeypatch.setattr(module, "places", lambda: iter(()))
    monkeypatch.setattr(compiling.curated, "with_aliases", lambda rows: rows)
    monkeypatch.setattr(compiling, "_write_places", no_space)
    monkeypatch.setenv(gazetteer.CACHE_VARIABLE, str(tmp_path))
    with pytest.raises(gazetteer.NamesFolderError, match="No space left"):
        gazetteer.load()
    assert [path.name for path in tmp_path.iterdir()] == ["compile.lock"]
