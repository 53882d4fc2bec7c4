"""What stands between the emulator and whoever reaches its address."""

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
    """Each is put around an application.

    messengers  the paths of the messengers, which bots call with tokens of their own
    own         the emulator's own endpoints and pages: what was written to people, the faults, beginning anew
    """

    messengers: Guard
    own: Guard


# Bots may call the messengers under any name: some know no other than the real one, and have it point here.
THIS_MACHINE = Guards(LoopbackOrigin, lambda app: LoopbackHost(LoopbackOrigin(app)))
"""For a loopback address: no key, and no page of anybody else's."""


def with_key(admit: Admit, around: Guards | None = None) -> Guards:
    """For any address: a key for what is the emulator's own."""

    def own(app: ASGIApp) -> ASGIApp:
        asked = KeyAsked(app, admit)
        return around.own(asked) if around else asked

    return Guards(around.messengers if around else lambda app: app, own)


def guarded(routes: Sequence[Route | Mount], guard: Guard) -> Sequence[Route | Mount]:
    """These routes, each behind `guard`."""
    for route in routes:
        route.app = guard(route.app)
    return routes
