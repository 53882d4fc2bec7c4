"""The cells of a table of clients: what they say, and how to write what is read again as the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import orjson

BETWEEN = ";"
"""Between the tags, or the channels, of one cell. A comma does as well, unless there is one of these."""
UNREADABLE = "\ufffd"
"""Stands for what is not in the encoding of a file, so a row that has it is refused."""

_WHOLE_NUMBER = re.compile(r"-?[0-9]+")
_FORMULA = ("=", "+", "-", "@")
_CONTROL = re.compile(f"[\x00-\x09\x0b-\x1f\x7f{UNREADABLE}]")


def value_of(cell: str) -> Any:
    """A cell that is JSON is taken as such, so that numbers are numbers; anything else is text."""
    if cell[:1] in '{["-0123456789tfn':
        try:
            value = orjson.loads(cell)
        except orjson.JSONDecodeError:
            return cell
        # The number of a card or an account has too many digits for a number.
        return cell if isinstance(value, float) and _WHOLE_NUMBER.fullmatch(cell) else value
    return cell


def several_of(cell: str) -> list[Any]:
    """The tags or channels of a cell: separated, or a JSON array of them."""
    if cell[:1] == "[" and isinstance(listed := value_of(cell), list):
        return listed
    between = BETWEEN if BETWEEN in cell else ","
    return [part.strip() for part in cell.split(between) if part.strip()]


def cell_of(value: Any) -> str:
    """The cell of an attribute. Text that would be read as something else is a JSON string.

    So is text that a spreadsheet would take for a formula.
    """
    if isinstance(value, str) and _is_plain(value) and value_of(value) is value:
        return value
    return json_cell(value)


def cell_of_several(texts: Sequence[str]) -> str:
    """The cell of tags or channels: separated, or a JSON array if one has a separator or is not plain."""
    joined = BETWEEN.join(texts)
    return joined if not texts or (_is_plain(joined) and several_of(joined) == list(texts)) else json_cell(texts)


def json_cell(value: Any) -> str:
    """A cell of JSON."""
    return orjson.dumps(value).decode().replace(UNREADABLE, r"\ufffd")


def _is_plain(text: str) -> bool:
    return text == text.strip() != "" and not text.startswith(_FORMULA) and _CONTROL.search(text) is None
