"""What is known of the request in whose course something happens."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Literal, NamedTuple

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the current request, in every line logged meanwhile."""

CONCERNED: ContextVar[dict[str, Any] | None] = ContextVar("concerned", default=None)
"""The ids of what the current request is about, as far as they are known."""

Face = Literal["rest", "cli", "python", "dashboard"]


class Who(NamedTuple):
    """Who asks for something.

    face    where: over the REST API, on the command line, in Python, or in the dashboard
    name    of the person; of an API key it is in the store
    key_id  of the API key; 0: none
    """

    face: Face
    name: str | None = None
    key_id: int = 0


ASKED_BY: ContextVar[Who] = ContextVar("asked_by", default=Who("python"))  # noqa: B039 (a tuple does not change)
"""Who asks for what happens now."""
