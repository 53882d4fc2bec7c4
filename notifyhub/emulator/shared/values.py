"""Checks of values, for all messengers."""

from __future__ import annotations

import re
from typing import Any

import orjson

URL = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)


def json_object(body: bytes) -> dict[str, Any] | None:
    """A body as a JSON object; None if it is not one."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def is_whole(value: Any) -> bool:
    """Is it an integer? JSON's true and false are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_link(value: Any) -> bool:
    """Is it a web URL?"""
    return isinstance(value, str) and URL.fullmatch(value) is not None


def is_within(value: Any, most: float) -> bool:
    """Is it a number, or a number as text, from `-most` to `most`?"""
    try:
        return not isinstance(value, bool) and abs(float(value)) <= most
    except (TypeError, ValueError):
        return False
