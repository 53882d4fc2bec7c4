"""The colours of outcomes, the same in the chart and in the tables."""

from __future__ import annotations

from collections.abc import Mapping

from notifyhub.reports.figures import OUTCOMES

COLOURS: Mapping[str, str] = {
    "sent": "#8fd0a5",
    "delivered": "#3fa66b",
    "read": "#1f6b45",
    "failed": "#d64545",
    "expired": "#e8963c",
    "cancelled": "#a3a9b3",
    "unconfirmed": "#8a63b8",
    "open": "#7db3e8",
}
STACKED = ("read", "delivered", "sent", "open", "unconfirmed", "cancelled", "expired", "failed")
"""From the bottom up: what went well is what a reader compares."""
assert set(COLOURS) == set(OUTCOMES) == set(STACKED)

INK, SOFT, LINE, PAPER = "#1d2430", "#667085", "#e4e7ec", "#ffffff"


def number(value: int) -> str:
    """12,345"""
    return f"{value:,}"


def short(value: int) -> str:
    """A number for a small place: 950, 1.2k, 35k, 1.2M."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            scaled = value / size
            return f"{scaled:.1f}".removesuffix(".0") + unit if scaled < 10 else f"{scaled:.0f}{unit}"
    return str(value)
