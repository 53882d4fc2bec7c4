"""Lists as a table: one row for each item, one column for each member of an answer."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from pydantic import BaseModel

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def head_of(columns: Sequence[str]) -> str:
    """The first line."""
    return _text([columns])


def rows_of(items: Iterable[BaseModel], columns: Sequence[str]) -> str:
    """A line for each item. Text that a spreadsheet would take for a formula gets an apostrophe; what is no text or
    number is JSON."""
    dumped = (item.model_dump(mode="json", include=set(columns), exclude_none=True) for item in items)
    return _text([_cell(members.get(name)) for name in columns] for members in dumped)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A whole table, its cells as those of `rows_of`."""
    return head_of(columns) + _text([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULAS) else value
    if isinstance(value, bool | dict | list):
        return orjson.dumps(value).decode()
    return value  # type: ignore[no-any-return]


def _text(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
