"""What the parsers of webhook calls share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

LAST_MOMENT = 253_402_300_799_000  # of the year 9999
LONGEST_ID = 255


def objects_in(holder: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of a list; none if there is no such list."""
    found = holder.get(name)
    return (one for one in (found if isinstance(found, list) else ()) if isinstance(one, dict))


def text_in(holder: dict[str, Any], *names: str) -> str | None:
    """The first text under one of these names, without NUL, which no database takes."""
    texts = (holder.get(name) for name in names)
    return next((text.replace("\x00", "") for text in texts if isinstance(text, str)), None)


def id_in(holder: dict[str, Any], name: str) -> str | None:
    """The id under `name`; None if there is none, or an impossible one."""
    value = holder.get(name)
    text = str(value) if type(value) is int else value
    return text if isinstance(text, str) and 0 < len(text) <= LONGEST_ID and "\x00" not in text else None


def moment_ms(timestamp: object, scale: int = 1) -> int:
    """Epoch ms from a number (or its digits) in units of `scale` ms; 0 if it is none."""
    text = str(timestamp) if type(timestamp) is int or isinstance(timestamp, str) else ""
    number = int(text) * scale if text.isascii() and text.isdigit() and len(text) <= 15 else 0
    return number if number <= LAST_MOMENT else 0


def as_text(document: dict[str, Any]) -> str:
    """JSON text."""
    return orjson.dumps(document).decode()
