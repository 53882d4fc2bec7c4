"""The variables of a template as people type them."""

from __future__ import annotations

from typing import Any

import orjson


def variables_of(text: str) -> dict[str, Any] | str:
    """Lines of `name = value`, whose values are texts; or a JSON object, for numbers and lists.

    What is neither is returned as it is: the API says what it takes.
    """
    if text.lstrip().startswith("{"):
        try:
            found = orjson.loads(text)
        except orjson.JSONDecodeError:
            return text
        return found if isinstance(found, dict) else text
    lines = [line.partition("=") for line in text.splitlines() if line.strip()]
    if any(not equals for _, equals, _ in lines):
        return text
    return {name.strip(): value.strip() for name, _, value in lines}


def whole(text: str | None) -> int | str | None:
    """A whole number; what is none is returned as it is, and None if nothing was typed."""
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) <= 19 else text
