"""/health: for load balancers and people in a hurry."""

from __future__ import annotations

import asyncio

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notifyhub import Hub
from notifyhub.errors import NotifyhubError
from notifyhub_api.web import hub_of


async def live(request: Request) -> Response:
    """This process answers."""
    return _json(200, {"status": "ok"})


async def ready(request: Request) -> Response:
    """Database and queue answer too, so that messages can be taken and sent."""
    checks = await asyncio.to_thread(_checks, hub_of(request))
    good = all(state == "ok" for state in checks.values())
    return _json(200 if good else 503, {"status": "ready" if good else "not ready", "checks": checks})


def _checks(hub: Hub) -> dict[str, str]:
    try:
        pending = hub.database.pending_migrations()
        database = f"migrations are pending: {', '.join(pending)}" if pending else "ok"
    except NotifyhubError:
        # The reason may name hosts and users; it is in the log and in `notifyhub doctor`.
        database = "does not answer"
    return {"database": database, "broker": "ok" if hub.broker_reachable() else "does not answer"}


def _json(status: int, document: dict[str, object]) -> Response:
    return Response(orjson.dumps(document), status, media_type="application/json")


routes = [Route("/health/live", live, methods=["GET"]), Route("/health/ready", ready, methods=["GET"])]
