"""Ids as callers write them."""

from __future__ import annotations

from uuid import UUID

from notifyhub.errors import NotFound

LARGEST_ID = 2**63 - 1


def as_row_id(kind: str, value: object) -> int:
    """A row id from an int or its text. Raises NotFound for an impossible one."""
    text = str(value)
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_ID:
        return int(text)
    raise NotFound(kind, text)


def as_message_id(value: UUID | str) -> UUID:
    """A message's id from its text. Raises NotFound for text that is not an id."""
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value)
    except ValueError:
        raise NotFound("message", value) from None
