"""The tables of docs/logs.md: the fields and events of the log, from their vocabulary.

`python -m tests.events_table` rewrites them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from notifyhub.logs.events import EVENTS, FIELDS

DOCUMENT = Path(__file__).parents[1] / "docs" / "logs.md"
BEGIN, END = "<!-- tables -->\n", "<!-- end of tables -->\n"


def tables() -> str:
    """Both tables as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from ("| event | what happened | its fields |", "| --- | --- | --- |")
    for event, (meaning, fields) in EVENTS.items():
        yield f"| `{event}` | {meaning} | {', '.join(f'`{name}`' for name in fields)} |"
    yield from ("", "| field | what it says |", "| --- | --- |")
    for name, meaning in FIELDS.items():
        yield f"| `{name}` | {meaning} |"


def with_tables(document: str) -> str:
    """The document, with the tables as they should be."""
    before, rest = document.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}{tables()}{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text()))
