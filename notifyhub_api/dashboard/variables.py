"""The variables of a template as people type them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson


def variables_of(text: str) -> dict[str, Any] | str:
    """Lines of `name: value` or `name = value`, whose values are texts; or a JSON object, for numbers and lists.

    What is no object although it begins as one is returned as it is: the API says what it takes.
    """
    if text.lstrip().startswith("{"):
        try:
            found = orjson.loads(text)
        except orjson.JSONDecodeError:
            return text
        return found if isinstance(found, dict) else text
    return dict(named(text))


def named(text: str) -> Iterator[tuple[str, str]]:
    """The lines of a text as names and values; a line that has no value has an empty one."""
    for line in text.splitlines():
        if line.strip():
            name, *value = re.split("[:=]", line, maxsplit=1)
            yield name.strip(), "".join(value).strip()


def whole(text: str | None) -> int | str | None:
    """A whole number; what is none is returned as it is, and None if nothing was typed."""
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) <= 19 else text
