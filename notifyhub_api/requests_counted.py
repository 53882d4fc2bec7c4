"""Counts requests by operation and status, and how long they took."""

from __future__ import annotations

from time import perf_counter

from starlette.types import Scope

from notifyhub.metrics.counting import count, note
from notifyhub.metrics.definitions import REQUEST_DURATION, REQUESTS
from notifyhub_api.paths import template_of

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"


class Counted:
    """One request that is being answered; `status` once it is known."""

    __slots__ = ("_began", "status")

    def __init__(self) -> None:
        self._began = perf_counter()
        self.status = 500

    def count(self, scope: Scope) -> None:
        """The answer has ended. What belongs to no operation, such as pages and the emulator, is not counted."""
        path = template_of(scope)
        if path is None:
            return
        # Callers choose methods freely, and labels must be few.
        method = scope["method"] if scope["method"] in METHODS else OTHER
        count(REQUESTS, (method, path, str(self.status)))
        note(REQUEST_DURATION, perf_counter() - self._began, (method, path))
