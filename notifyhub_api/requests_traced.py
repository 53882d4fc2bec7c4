"""Requests to operations as spans; probes and scrapes, which come all the time, are left out."""

from __future__ import annotations

from starlette.types import Scope

from notifyhub import tracing
from notifyhub_api.paths import template_of
from notifyhub_api.requests_counted import METHODS

QUIET = ("/health/", "/metrics")


class Traced:
    """One request that is being answered."""

    __slots__ = ("_begun", "_spans")

    def __init__(self, scope: Scope) -> None:
        self._spans = tracing.current()
        self._begun = None
        if self._spans is not None and scope["method"] in METHODS and not scope["path"].startswith(QUIET):
            parent = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), None)
            self._begun = self._spans.request(scope["method"], parent)

    def end(self, scope: Scope, status: int) -> None:
        """The answer has ended."""
        if self._spans is not None and self._begun is not None:
            path = template_of(scope)
            self._spans.answered(self._begun, None if path is None else f"{scope['method']} {path}", status)
