"""The images, as far as they can be judged without Docker: what they hold is enough, and pinned."""

import fnmatch
import json
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy import healthcheck
from shared import status_server
from tests.unit.deploy import dockerfile

ROOT = Path(__file__).resolve().parents[3]
REQUIREMENTS = ROOT / "deploy" / "requirements"
ARGUMENTS, STAGES = dockerfile.parse((ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8"))
# What each image runs.
ENTRY_MODULES = {
    "fetcher": ["services.fetcher"],
    "extractor": ["services.extractor"],
    "alerter": ["services.alerter"],
    "console": ["services.console"],
    "config": ["tocsin.config_files", "tocsin.topic_admin", "tocsin.cli", "tocsin.commands.topics"],
}
EXTRAS = {"config": "cli", **{name: name for name in ENTRY_MODULES if name != "config"}}

every_image = pytest.mark.parametrize("image", sorted(ENTRY_MODULES))

# Imports modules with all that lies below them, while packages that the image does not hold are not to be had.
IMPORT = """
import importlib, importlib.util, json, pkgutil, sys

missing = set(json.loads(sys.argv[1]))

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in missing:
            raise ModuleNotFoundError(f"No module named {name!r} in this image", name=name)

sys.meta_path.insert(0, Absent())
for name in sys.argv[2:]:
    module = importlib.import_module(name)
    for below in pkgutil.walk_packages(getattr(module, "__path__", ()), name + "."):
        importlib.import_module(below.name)
own = {name: module.__file__ for name, module in sys.modules.items()
       if name.partition(".")[0] in {"services", "shared", "tocsin"}}
print(json.dumps(own))
"""


def pinned(path: Path) -> dict[str, list[str]]:
    """Every requirement line of a file with its hashes."""
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            requirement, *hashes = line.split(" --hash=")
            found[re.sub(r"\s+", " ", requirement).strip()] = [one.strip() for one in hashes]
    return found


def names_in(path: Path) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in pinned(path)}


def direct_requirements(extra: str) -> set[str]:
    """What pyproject.toml asks for, for every service and for this one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: set[str] = set()
    for text in (*project["dependencies"], *project["optional-dependencies"][extra]):
        requirement = Requirement(text)
        if requirement.name == project["name"]:
            found |= set().union(*(direct_requirements(other) for other in requirement.extras))
        else:
            found.add(canonicalize_name(requirement.name))
    return found


def absent_modules(image: str) -> list[str]:
    """Top-level modules of installed packages that this image is not given."""
    given = names_in(REQUIREMENTS / f"{image}.txt")
    return [
        module
        for module, owners in packages_distributions().items()
        if not {canonicalize_name(owner) for owner in owners} & given and module not in {"services", "shared", "tocsin"}
    ]


def build(image: str, folder: Path) -> None:
    """Lays out what the image copies from the checkout."""
    for source, destination in dockerfile.copied(dockerfile.whole(STAGES, image)):
        if destination.startswith("/"):
            continue
        origin, target = ROOT / source, folder / destination
        if origin.is_dir():
            shutil.copytree(origin, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(origin, target)


@every_image
def test_an_image_holds_all_that_its_code_imports(image, tmp_path):
    build(image, tmp_path)
    command = [sys.executable, "-P", "-c", IMPORT, json.dumps(absent_modules(image)), *ENTRY_MODULES[image]]
    run = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    strays = {
        name: file for name, file in json.loads(run.stdout).items() if file and not file.startswith(str(tmp_path))
    }
    assert not strays, "imported from the checkout: the image does not copy it"


@every_image
def test_an_image_holds_no_other_service(image, tmp_path):
    build(image, tmp_path)
    services = {path.name for path in (tmp_path / "services").glob("*/")} if image != "config" else set()
    assert services == ({image} if image != "config" else set())
    assert (tmp_path / "tocsin").exists() == (image == "config")
    assert (tmp_path / "shared" / "topics.py").exists()


@every_image
def test_an_image_drops_root_answers_for_its_health_and_logs_at_once(image):
    instructions = dockerfile.whole(STAGES, image)
    assert [rest for word, rest in instructions if word == "USER"] == ["tocsin"]
    assert [word for word, _ in instructions].count("HEALTHCHECK") == 1
    assert dockerfile.variables(instructions)["PYTHONUNBUFFERED"] == "1"
    last = next(position for position, (word, _) in enumerate(instructions) if word == "USER")
    assert {word for word, _ in instructions[last + 1 :]} <= {"ENTRYPOINT", "CMD"}


@pytest.mark.parametrize("image", ["extractor", "console", "config"])
def test_images_that_read_names_carry_them_compiled(image):
    variables = dockerfile.variables(dockerfile.whole(STAGES, image))
    copies = [rest for word, rest in STAGES[image].instructions if word == "COPY"]
    assert f"--from=names {variables['TOCSIN_NAMES']} {variables['TOCSIN_NAMES']}" in copies
    ((_, compile_names),) = [step for step in STAGES["names"].instructions if step[0] == "RUN"]
    assert f"TOCSIN_NAMES={variables['TOCSIN_NAMES']} " in compile_names
    # mkdtemp makes the folder for its owner alone, who is root, and the service is not.
    assert "chmod -R a+rX" in compile_names


def test_all_images_that_read_names_look_for_the_same_ones():
    from shared.names.compile import SOURCE_PACKAGES

    wanted = {canonicalize_name(name) for name in SOURCE_PACKAGES}
    pins = [
        {line for line in pinned(REQUIREMENTS / f"{image}.txt") if canonicalize_name(Requirement(line).name) in wanted}
        for image in ("extractor", "console", "config")
    ]
    assert pins[0] == pins[1] == pins[2]
    assert {canonicalize_name(Requirement(line).name) for line in pins[0]} == wanted


def test_no_stage_compiles_or_installs_what_is_not_pinned():
    for stage in STAGES.values():
        for word, rest in stage.instructions:
            if word == "RUN":
                assert not re.search(r"\b(apt-get|apk|gcc|curl|wget)\b", rest)
    settings = dockerfile.variables(STAGES["packages"].instructions)
    assert (settings["PIP_ONLY_BINARY"], settings["PIP_REQUIRE_HASHES"]) == (":all:", "1")
    assert re.fullmatch(r"python:3\.\d+-slim", ARGUMENTS["PYTHON_IMAGE"])
    parents = {stage.parent for stage in STAGES.values()} - set(STAGES)
    assert parents == {"${PYTHON_IMAGE}"}


@every_image
def test_an_image_is_given_its_own_pinned_and_hashed_packages(image):
    path = REQUIREMENTS / f"{image}.txt"
    ((_, install),) = STAGES[f"{image}-packages"].instructions
    assert f"source=deploy/requirements/{path.name}," in install
    for requirement, hashes in pinned(path).items():
        assert "==" in requirement
        assert hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes)


@every_image
def test_an_image_is_given_what_was_tested(image):
    tested = set(pinned(ROOT / "requirements-dev.txt"))
    assert set(pinned(REQUIREMENTS / f"{image}.txt")) <= tested, "run: deploy/lock.sh"


@every_image
def test_an_image_is_given_all_that_the_project_file_asks_for(image):
    wanted = direct_requirements(EXTRAS[image])
    assert wanted <= names_in(REQUIREMENTS / f"{image}.txt"), "run: deploy/lock.sh"


def test_the_builder_is_sent_what_is_copied_and_no_more():
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    kept = [line.removeprefix("!") for line in lines if line.startswith("!")]
    copies = [source for stage in STAGES.values() for source, _ in dockerfile.copied(stage.instructions)]
    binds = [f"deploy/requirements/{image}.txt" for image in ENTRY_MODULES]
    for source in (*copies, *binds):
        assert any(fnmatch.fnmatch(source, keep) or source.startswith(f"{keep}/") for keep in kept), source
    assert "*" in lines


@pytest.mark.parametrize(("ready", "healthy"), [(True, True), (False, False)])
def test_the_health_check_believes_the_service(ready, healthy):
    health = status_server.Health("any", ready=ready)
    port = status_server.serve(health, "127.0.0.1", 0)
    assert healthcheck.is_healthy(str(port)) is healthy
    assert any(thread.name == "status" for thread in threading.enumerate())


def test_the_health_check_takes_silence_for_illness():
    assert healthcheck.is_healthy("1") is False
