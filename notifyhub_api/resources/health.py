"""/health: for load balancers."""

from __future__ import annotations

import asyncio

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import Answer
from notifyhub.errors import NotifyhubError
from notifyhub.hub.core import Core
from notifyhub_api.operations import Operation, Tag
from notifyhub_api.web import answer, hub_of

SERVICE = Tag("service", "The service itself; no key needed, but for the metrics.")


class Life(Answer):
    """This process answers."""

    status: str = "ok"


class Readiness(Answer):
    """Whether messages can be accepted and sent."""

    status: str = Field(description="ready or not ready")
    checks: dict[str, str] = Field(description="`ok`, or what is wrong, for database and broker")


async def live(request: Request) -> Response:
    """This process answers."""
    return answer(Life())


async def ready(request: Request) -> Response:
    """Database and queue answer too, so that messages can be accepted and sent."""
    checks = await asyncio.to_thread(_checks, hub_of(request))
    good = all(state == "ok" for state in checks.values())
    return answer(Readiness(status="ready" if good else "not ready", checks=checks), 200 if good else 503)


def _checks(hub: Core) -> dict[str, str]:
    try:
        pending = hub.database.pending_migrations()
        database = f"migrations are pending: {', '.join(pending)}" if pending else "ok"
    except NotifyhubError:
        # The reason may name hosts and users; it is in the log and in `notifyhub doctor`.
        database = "does not answer"
    return {"database": database, "broker": "ok" if hub.broker_reachable() else "does not answer"}


operations = (
    Operation(
        method="GET",
        path="/health/live",
        endpoint=live,
        scope=None,
        tag=SERVICE,
        summary="Does this process answer?",
        answers={200: Life},
        example_answer={"status": "ok"},
    ),
    Operation(
        method="GET",
        path="/health/ready",
        endpoint=ready,
        scope=None,
        tag=SERVICE,
        summary="Can messages be accepted and sent?",
        answers={200: Readiness, 503: Readiness},
        example_answer={"status": "ready", "checks": {"database": "ok", "broker": "ok"}},
    ),
)
