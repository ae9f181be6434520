"""The pages that repeat what the code says are what the code says, and leave nothing out."""

import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from docs import generate
from shared.topics import TOPICS

ROOT = Path(__file__).resolve().parents[3]
VARIABLE = re.compile(r"\bTOCSIN_[A-Z][A-Z_]*[A-Z]\b")


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_every_generated_file_is_what_the_code_says():
    assert generate.differing() == [], "run: python docs/generate.py"


def test_writing_repairs_what_differs_and_removes_what_has_no_event(tmp_path, monkeypatch):
    monkeypatch.setattr(generate, "DOCS", tmp_path)
    assert set(generate.write()) == set(generate.pages())
    (tmp_path / "topics.md").write_text("edited by hand", encoding="utf-8")
    (tmp_path / "schemas" / "EventOfThePast.json").write_text("{}", encoding="utf-8")
    assert generate.write() == ["schemas/EventOfThePast.json", "topics.md"]
    assert generate.differing() == []


@pytest.mark.parametrize("settings", generate.settings_classes(), ids=lambda settings: settings.__name__)
def test_every_setting_is_described_and_listed(settings):
    listed = page("settings.md")
    for name, field in settings.model_fields.items():
        assert f"`TOCSIN_{name.upper()}" in listed
        nested = getattr(field.annotation, "model_fields", {name: field})
        assert all(inner.description for inner in nested.values()), f"{settings.__name__}.{name} has no description"


def test_every_variable_that_the_code_names_is_listed():
    listed = set(VARIABLE.findall(page("settings.md")))
    sources = [path for folder in ("services", "shared", "tocsin") for path in (ROOT / folder).rglob("*.py")]
    named = {name: path for path in sources for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    unlisted = {name: path.relative_to(ROOT) for name, path in named.items() if name not in listed}
    assert not unlisted, "make each a setting, or add it to OTHER_VARIABLES of docs/generate.py"


def test_every_exported_metric_has_a_meaning_and_is_listed():
    listed = page("metrics.md")
    exported = {family.name: family for family in REGISTRY.collect() if family.name.startswith("tocsin_")}
    assert {family.name for metric in generate.all_metrics() for family in metric.describe()} == set(exported), (
        "every metric is defined in shared/metrics.py"
    )
    for family in exported.values():
        suffix = "_total" if family.type == "counter" else ""
        assert f"| `{family.name}{suffix}` | {family.type} |" in listed
        assert family.documentation.endswith("."), f"{family.name} has no meaning"


def test_every_topic_is_listed():
    rows = [line.split(" | ")[0] for line in page("topics.md").splitlines()]
    assert [row.strip("| `") for row in rows if row.startswith("| `") and not row.startswith("| [`")] == list(TOPICS)


def test_every_event_of_a_topic_has_a_schema():
    for topic in TOPICS.values():
        assert f'"$ref": "#/$defs/{topic.event_type.__name__}"' in page(f"schemas/{topic.event_type.__name__}.json")
