"""docs/metrics.md and the definitions agree, and the definitions keep to Prometheus' rules for names."""

from __future__ import annotations

import re

import pytest

from notifyhub.metrics.definitions import METRICS, Metric
from tests.metrics_table import DOCUMENT, UNITS, with_table

ENDINGS = {"counter": "_total", "histogram": "_seconds"}
PEOPLE = {"address", "key", "id", "text", "phone", "recipient", "message"}


def test_the_table_of_the_document_is_that_of_the_definitions() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")

    assert with_table(document) == document, "run `python -m tests.metrics_table`"


@pytest.mark.parametrize("metric", METRICS, ids=[metric.name for metric in METRICS])
def test_a_name_says_whose_metric_it_is_what_kind_and_in_which_unit(metric: Metric) -> None:
    assert re.fullmatch(r"notifyhub_[a-z]+(_[a-z]+)*", metric.name)
    assert metric.name.endswith(ENDINGS.get(metric.kind, ""))
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert not re.search(r"_(ms|milliseconds|minutes|kilobytes)(_|$)", metric.name)
    assert UNITS
    assert bool(metric.buckets) == (metric.kind == "histogram")


@pytest.mark.parametrize("metric", METRICS, ids=[metric.name for metric in METRICS])
def test_no_label_is_about_a_person(metric: Metric) -> None:
    assert not PEOPLE & set(metric.labels)
