"""The dashboard and the alerts use only metrics that there are, with labels that they have."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from notifyhub.metrics.definitions import METRICS, Metric

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "docker" / "prometheus"
DASHBOARD = json.loads((ROOT / "docker/grafana/dashboards/notifyhub.json").read_text())
ALERTS = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
RECORDED = {rule["record"] for rule in RULES if "record" in rule}

NAME = re.compile(r"\bnotifyhub[a-z_:]*")
SELECTED = re.compile(r"(notifyhub[a-z_]+)\{([^}]*)\}")
LABEL = re.compile(r"(\w+)\s*(?:=~|!=|!~|=)")
BY = re.compile(r"(?:by|on)\s*\(([^)]*)\)")
needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")


def series_of(metric: Metric) -> Iterator[str]:
    """The names that Prometheus knows it by."""
    if metric.kind == "histogram":
        yield from (f"{metric.name}_{part}" for part in ("bucket", "sum", "count"))
    else:
        yield metric.name


SERIES = {name: metric for metric in METRICS for name in series_of(metric)}


def of_dashboard() -> list[str]:
    panels: list[dict[str, Any]] = DASHBOARD["panels"]
    queries = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    queries += [annotation["expr"] for annotation in DASHBOARD["annotations"]["list"]]
    return queries + [one["query"]["query"] for one in DASHBOARD["templating"]["list"] if one["type"] == "query"]


EXPRESSIONS = [*of_dashboard(), *(rule["expr"] for rule in RULES)]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_of_an_expression_is_there_and_has_its_labels(expression: str) -> None:
    names = set(NAME.findall(expression))

    assert names
    assert names <= SERIES.keys() | RECORDED
    for name, selectors in SELECTED.findall(expression):
        assert set(LABEL.findall(selectors)) <= {*SERIES[name].labels, "le"}, name
    known = {label for name in names for label in (SERIES[name].labels if name in SERIES else ("channel", "sender"))}
    for grouped in BY.findall(expression):
        assert {label.strip() for label in grouped.split(",") if label.strip()} <= {*known, "le"}


def test_the_dashboard_shows_every_metric() -> None:
    shown = {SERIES[name].name for expression in of_dashboard() for name in NAME.findall(expression)}

    assert {metric.name for metric in METRICS} - shown == {"notifyhub_process_start_time_seconds"}


def test_panels_have_ids_of_their_own_and_do_not_overlap() -> None:
    panels = DASHBOARD["panels"]
    places = [
        (x, y)
        for panel in panels
        for box in [panel["gridPos"]]
        for x in range(box["x"], box["x"] + box["w"])
        for y in range(box["y"], box["y"] + box["h"])
    ]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len(set(places)) == len(places)
    assert max(x for x, _ in places) < 24


@pytest.mark.parametrize("rule", [rule for rule in RULES if "alert" in rule], ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["annotations"]["summary"].rstrip().endswith(".")
    assert len(rule["annotations"]["runbook"]) > 60


def test_every_alert_that_wakes_somebody_is_about_something_that_is_there_now() -> None:
    assert {rule["alert"] for rule in RULES if rule.get("labels", {}).get("severity") == "critical"} == {
        "NotifyhubAbsent",
        "NotifyhubApiFails",
        "NotifyhubBreakerOpen",
        "NotifyhubNoWorker",
        "NotifyhubQueueOld",
        "NotifyhubStoreDown",
    }


@needs_promtool
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "config", "prometheus.yml"),
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts_test.yml"),
    ],
    ids=" ".join,
)
def test_promtool_agrees(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *arguments], cwd=PROMETHEUS, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_what_is_shown_passes_promtool(tmp_path: Path) -> None:
    from notifyhub.metrics import sharing
    from notifyhub.metrics.text import text_of

    text = text_of(sharing.together(None, "worker"))
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stdout + done.stderr
