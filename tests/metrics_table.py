"""The table of docs/metrics.md, from the definitions: `python -m tests.metrics_table` rewrites it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from notifyhub.metrics.definitions import METRICS

DOCUMENT = Path(__file__).parents[1] / "docs" / "metrics.md"
BEGIN, END = "<!-- table -->\n", "<!-- end of table -->\n"
UNITS = {"seconds": "seconds", "bytes": "bytes", "second": "messages a second"}


def unit_of(name: str) -> str:
    """The unit, by the last word of the name."""
    return UNITS.get(name.removesuffix("_total").rpartition("_")[2], "")


def table() -> str:
    """The table as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from ("| metric | type | labels | unit | what it says |", "| --- | --- | --- | --- | --- |")
    for metric in METRICS:
        labels = ", ".join(f"`{name}`" for name in metric.labels)
        yield f"| `{metric.name}` | {metric.kind} | {labels} | {unit_of(metric.name)} | {metric.help} |"


def with_table(document: str) -> str:
    """The document, with the table as it should be."""
    before, rest = document.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
