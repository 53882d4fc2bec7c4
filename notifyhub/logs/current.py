"""What is known of the request in whose course something happens."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the current request, in every line logged meanwhile."""

CONCERNED: ContextVar[dict[str, Any] | None] = ContextVar("concerned", default=None)
"""The ids of what the current request is about, as far as they are known."""

COMMAND = "cli-"
"""How the id of what a command asks for begins."""


def is_command() -> bool:
    """Is it a command that asks?"""
    return (REQUEST_ID.get() or "").startswith(COMMAND)
