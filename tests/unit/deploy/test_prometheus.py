"""Panels and alert rules ask for metrics, labels and values that are really exported."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, get_args

import pytest
import yaml
from prometheus_client import REGISTRY

from docs import generate
from services.alerter.dispatch.attempt import FINAL, Verdict
from shared.events import SourcePolled
from shared.topics import TOPICS
from tests.unit.deploy import promql
from tocsin.stack.programs import SERVICES

ROOT = Path(__file__).resolve().parents[3]
PROMETHEUS = ROOT / "deploy" / "prometheus"
GRAFANA = ROOT / "deploy" / "grafana"
TARGET_LABELS = {"job", "instance", "service"}
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


class Query(NamedTuple):
    """An expression, where it stands, and the text that shows its labels."""

    place: str
    expression: promql.Expression
    shown: str


def load(path: Path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def rules() -> list[dict]:
    return [rule for group in load(PROMETHEUS / "tocsin.rules.yml")["groups"] for rule in group["rules"]]


def dashboards() -> list[dict]:
    paths = sorted((GRAFANA / "dashboards").glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def panels() -> list[dict]:
    return [panel for dashboard in dashboards() for panel in dashboard["panels"]]


def queries() -> Iterator[Query]:
    for rule in rules():
        yield Query(rule["alert"], promql.parse(rule["expr"]), " ".join(rule["annotations"].values()))
    for panel in panels():
        for target in panel.get("targets", ()):
            yield Query(panel["title"], promql.parse(target["expr"]), target["legendFormat"])
    for dashboard in dashboards():
        for annotation in dashboard["annotations"]["list"]:
            yield Query(annotation["name"], promql.parse(annotation["expr"]), "")


every_query = pytest.mark.parametrize("query", list(queries()), ids=lambda query: query.place)


def exported() -> dict[str, set[str]]:
    """Every series that a service exports, and that Prometheus makes of it, with its labels."""
    labels_of = {metric.describe()[0].name: set(metric._labelnames) for metric in generate.all_metrics()}
    series: dict[str, set[str]] = {"up": set(), "ALERTS": {"alertname", "alertstate", "severity"}}
    for family in REGISTRY.collect():
        for suffix in SUFFIXES.get(family.type, ()):
            own = {"le"} if suffix == "_bucket" else set()
            series[family.name + suffix] = labels_of.get(family.name, set()) | own | TARGET_LABELS
    series["up"] |= TARGET_LABELS
    return series


SERIES = exported()


def stage_names() -> set[str]:
    code = (path.read_text(encoding="utf-8") for path in (ROOT / "services").rglob("*.py"))
    return {name for text in code for name in re.findall(r'\bStage\("(\w+)"', text)}


def known_values(metric: str, label: str) -> set[str]:
    """The values that a label can have on this metric; empty where anything may stand."""
    everywhere = {
        "stage": stage_names,
        "service": lambda: {name.replace(".", "-") for name in SERVICES},
        "job": lambda: {job["job_name"] for job in load(PROMETHEUS / "prometheus.yml")["scrape_configs"]},
        "topic": lambda: set(TOPICS),
    }
    outcomes = {
        "tocsin_polls_total": set(get_args(SourcePolled.__annotations__["outcome"])),
        "tocsin_notifications_total": {verdict.value for verdict in Verdict},
        "tocsin_notifications_ended_total": FINAL,
        "tocsin_messages_handled_total": {"ok", "skipped", "dead"},
    }
    return outcomes[metric] if label == "outcome" else everywhere.get(label, set)()


@every_query
def test_every_metric_is_exported_and_has_the_labels_that_are_asked_for(query):
    assert query.expression.selectors
    for selector in query.expression.selectors:
        assert selector.metric in SERIES, f"{selector.metric} is exported by nobody"
        asked = {label for label, _ in selector.matchers}
        assert asked <= SERIES[selector.metric], f"{selector.metric} has no label {asked - SERIES[selector.metric]}"
    together = set().union(*(SERIES[selector.metric] for selector in query.expression.selectors))
    assert query.expression.grouped <= together


@every_query
def test_every_value_that_is_asked_for_can_occur(query):
    for selector in query.expression.selectors:
        for label, values in selector.matchers:
            known = known_values(selector.metric, label)
            assert not known or set(values) <= known, f"{label} is never {set(values) - known}"


@every_query
def test_every_label_that_is_shown_is_kept_by_the_expression(query):
    shown = set(re.findall(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}", query.shown)) - {"value"}
    together = set().union(*(SERIES[selector.metric] for selector in query.expression.selectors))
    kept = query.expression.kept if query.expression.aggregated else together
    assert shown <= kept, f"{shown - kept} would be empty"


def test_no_metric_is_missing_on_the_dashboard():
    shown = {selector.metric for query in queries() for selector in query.expression.selectors}
    families = {family.name: family.type for metric in generate.all_metrics() for family in metric.describe()}
    unseen = {name for name, kind in families.items() if not shown & {name + suffix for suffix in SUFFIXES[kind]}}
    assert not unseen


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_every_alert_says_how_bad_it_is_what_it_is_and_what_to_do(rule):
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert {"summary", "description"} <= set(rule["annotations"])


def test_prometheus_asks_every_service_and_its_rules_miss_every_service():
    services = {name.replace(".", "-") for name in SERVICES}
    (job,) = [job for job in load(PROMETHEUS / "prometheus.yml")["scrape_configs"] if job["job_name"] == "tocsin"]
    assert set(job["dns_sd_configs"][0]["names"]) == services
    (missing,) = [rule for rule in rules() if rule["alert"] == "TocsinServiceMissing"]
    missed = {dict(selector.matchers)["service"][0] for selector in promql.parse(missing["expr"]).selectors}
    assert missed == services


@pytest.mark.parametrize("panel", [p for p in panels() if p["type"] != "row"], ids=lambda panel: panel["title"])
def test_every_panel_is_described_has_a_unit_and_asks_the_provisioned_source(panel):
    (source,) = load(GRAFANA / "provisioning" / "datasources" / "prometheus.yml")["datasources"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert {place["datasource"]["uid"] for place in (panel, *panel["targets"])} == {source["uid"]}


@pytest.mark.parametrize("dashboard", dashboards(), ids=lambda dashboard: dashboard["uid"])
def test_panels_fill_the_grid_and_do_not_overlap(dashboard):
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)


def test_the_reader_of_expressions_sees_what_is_there():
    text = (
        'histogram_quantile(0.9, sum by (le) (rate(a_bucket{x=~"p|q", y!="r"}[$__rate_interval]))) > 3 and b offset 5m'
    )
    read = promql.parse(text)
    assert read.selectors == (
        promql.Selector("a_bucket", (("x", ("p", "q")), ("y", ("r",)))),
        promql.Selector("b"),
    )
    assert (read.kept, read.aggregated) == ({"le"}, True)
    assert promql.parse("deriv(sum(c)[30m:1m]) > 0").selectors == (promql.Selector("c"),)
