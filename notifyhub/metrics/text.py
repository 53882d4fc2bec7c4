"""The text that Prometheus reads, version 0.0.4.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from notifyhub.metrics.definitions import METRICS, Metric
from notifyhub.metrics.snapshots import Labels, Snapshot

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def text_of(snapshot: Snapshot) -> str:
    """All metrics that have a value, each with its help and type."""
    return "".join(line for metric in METRICS for line in _lines(metric, snapshot))


def _lines(metric: Metric, snapshot: Snapshot) -> Iterator[str]:
    spreads = snapshot.histograms.get(metric.name, {})
    values = {**snapshot.counters.get(metric.name, {}), **snapshot.gauges.get(metric.name, {})}
    if not values and not spreads:
        return
    yield f"# HELP {metric.name} {_escaped(metric.help)}\n# TYPE {metric.name} {metric.kind}\n"
    for labels, value in sorted(values.items()):
        yield f"{metric.name}{_named(metric, labels)} {_number(value)}\n"
    for labels, cells in sorted(spreads.items()):
        yield from _histogram(metric, labels, cells)


def _histogram(metric: Metric, labels: Labels, cells: list[float]) -> Iterator[str]:
    *numbers, total = cells
    so_far = list(accumulate(numbers))
    for bound, number in zip((*map(_number, metric.buckets), "+Inf"), so_far, strict=True):
        yield f"{metric.name}_bucket{_named(metric, labels, bound)} {_number(number)}\n"
    yield f"{metric.name}_sum{_named(metric, labels)} {_number(total)}\n"
    yield f"{metric.name}_count{_named(metric, labels)} {_number(so_far[-1])}\n"


def _named(metric: Metric, labels: Labels, bound: str | None = None) -> str:
    pairs = [f'{name}="{_quoted(value)}"' for name, value in zip(metric.labels, labels, strict=True)]
    if bound is not None:
        pairs.append(f'le="{bound}"')
    return f"{{{','.join(pairs)}}}" if pairs else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', '\\"')


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
