"""Access control for the emulator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from notifyhub.emulator.web.key_asked import Admit, KeyAsked
from notifyhub.server.loopback import LoopbackHost, LoopbackOrigin

Guard = Callable[[ASGIApp], ASGIApp]


@dataclass(frozen=True, slots=True)
class Guards:
    """Each wraps an application.

    messengers  for the messengers' paths, which bots call with their own tokens
    own         for the emulator's own endpoints and pages: journal, faults, reset
    """

    messengers: Guard
    own: Guard


# Bots may call the messengers under any name: some know only the real one, which is then pointed here.
THIS_MACHINE = Guards(LoopbackOrigin, lambda app: LoopbackHost(LoopbackOrigin(app)))
"""For a loopback address: no key, and no page of anybody else's."""


def with_key(admit: Admit, around: Guards | None = None) -> Guards:
    """For any address: a key for the emulator's own endpoints."""

    def own(app: ASGIApp) -> ASGIApp:
        asked = KeyAsked(app, admit)
        return around.own(asked) if around else asked

    return Guards(around.messengers if around else lambda app: app, own)


def guarded(routes: Sequence[Route | Mount], guard: Guard) -> Sequence[Route | Mount]:
    """These routes, each behind `guard`."""
    for route in routes:
        route.app = guard(route.app)
    return routes
