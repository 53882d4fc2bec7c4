"""The path of a request as the documentation writes it: what callers put into paths belongs in no log."""

from __future__ import annotations

from starlette.types import Scope

TEMPLATE = "notifyhub.path"
"""The ASGI scope's key for it, once a route is found."""


def template_of(scope: Scope) -> str | None:
    """None: there is no such operation."""
    path: str | None = scope.get(TEMPLATE)
    return path
