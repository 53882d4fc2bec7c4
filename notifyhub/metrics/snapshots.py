"""Values of metrics at one moment: added up, and as JSON for other processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from notifyhub.metrics.definitions import BY_NAME, Metric

Labels = tuple[str, ...]
"""Values of the labels, in the order of the metric's definition."""


@dataclass(slots=True)
class Snapshot:
    """By the metric's name and its labels. Of a histogram: how many values are in each bucket alone, and their sum."""

    counters: dict[str, dict[Labels, float]] = field(default_factory=dict)
    histograms: dict[str, dict[Labels, list[float]]] = field(default_factory=dict)
    gauges: dict[str, dict[Labels, float]] = field(default_factory=dict)

    def add(self, other: Snapshot, *, with_gauges: bool = True) -> None:
        """Add what another process counted; of one that has ended, no gauges."""
        _add(self.counters, other.counters)
        for name, spreads in other.histograms.items():
            for labels, values in spreads.items():
                add_spread(self.histograms.setdefault(name, {}), labels, values)
        if with_gauges:
            _add(self.gauges, other.gauges)


def add_spread(spreads: MutableMapping[Labels, list[float]], labels: Labels, values: list[float]) -> None:
    """Add the cells of a histogram to those that are there."""
    there = spreads.get(labels)
    spreads[labels] = values if there is None else [one + other for one, other in zip(there, values, strict=True)]


def as_json(snapshot: Snapshot) -> dict[str, Any]:
    """A document for `from_json`: JSON has no tuples for names."""
    kinds = {"counters": snapshot.counters, "histograms": snapshot.histograms, "gauges": snapshot.gauges}
    return {
        kind: {name: list(by_labels.items()) for name, by_labels in values.items()}  # type: ignore[attr-defined]
        for kind, values in kinds.items()
    }


def from_json(document: Mapping[str, Any]) -> Snapshot:
    """What another version of notifyhub counts otherwise is left out.

    Raises KeyError, TypeError or ValueError for what is no such document.
    """
    kinds = (
        {
            name: {tuple(labels): value for labels, value in values if _fits(BY_NAME[name], labels, value)}
            for name, values in document[kind].items()
            if name in BY_NAME
        }
        for kind in ("counters", "histograms", "gauges")
    )
    return Snapshot(*kinds)


def _fits(metric: Metric, labels: Sequence[str], value: float | list[float]) -> bool:
    """Another version of notifyhub may have other labels, and other buckets."""
    if len(labels) != len(metric.labels):
        return False
    if metric.kind != "histogram":
        return isinstance(value, int | float)
    return isinstance(value, list) and len(value) == len(metric.buckets) + 2


def _add(sums: dict[str, dict[Labels, float]], values: Mapping[str, Mapping[Labels, float]]) -> None:
    for name, by_labels in values.items():
        own = sums.setdefault(name, {})
        merge: Callable[[float, float], float] = max if BY_NAME[name].merge == "max" else float.__add__
        for labels, value in by_labels.items():
            own[labels] = merge(float(own[labels]), float(value)) if labels in own else value
