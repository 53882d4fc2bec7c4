"""The service as one ASGI application."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from notifyhub import Hub, __version__
from notifyhub.errors import NotifyhubError
from notifyhub_api import problems
from notifyhub_api.auth import Doorkeeper
from notifyhub_api.bridge import Bridge
from notifyhub_api.middleware import framed
from notifyhub_api.resources import deliveries, health, messages


async def index(request: Request) -> Response:
    """What is here."""
    document = {"name": "notifyhub", "version": __version__, "messages": "/api/v1/messages", "ready": "/health/ready"}
    return Response(orjson.dumps(document), media_type="application/json")


class Service(Starlette):
    """Starlette in a frame."""

    def build_middleware_stack(self) -> ASGIApp:
        # Starlette's own places for middleware are inside of what answers a crash.
        return framed(super().build_middleware_stack(), self.state.hub.settings.cors_origins)


def make_app(hub: Hub, mounts: Sequence[BaseRoute] = ()) -> Starlette:
    """The REST service over an open hub. `mounts` are served beside it."""
    app = Service(
        routes=[Route("/", index), *messages.routes, *deliveries.routes, *health.routes, *mounts],
        exception_handlers={
            NotifyhubError: problems.refused,
            HTTPException: problems.http_refused,
            Exception: problems.crashed,
        },
    )
    app.state.hub = hub
    app.state.bridge = Bridge()
    app.state.doorkeeper = Doorkeeper(hub)
    return app
