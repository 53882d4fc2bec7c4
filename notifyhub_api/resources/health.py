"""/health: for load balancers and containers."""

from __future__ import annotations

import asyncio
from typing import Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import Answer
from notifyhub.flow.readiness import Status
from notifyhub_api.operations import Operation, Tag
from notifyhub_api.web import answer, hub_of

SERVICE = Tag("service", "The service itself; no key needed, but for the metrics.")
ALL_OK = dict.fromkeys(("database", "schema", "broker", "channels", "workers", "scheduler"), "ok")


class Life(Answer):
    """This process answers."""

    status: str = "ok"


class Readiness(Answer):
    """Whether messages can be accepted and sent."""

    status: Literal["ready", "degraded", "not ready"] = Field(
        description="degraded: messages are accepted, but some of them may wait"
    )
    checks: dict[str, str] = Field(description="`ok`, or what is wrong, by what was checked")


async def live(request: Request) -> Response:
    """This process answers."""
    return answer(Life())


async def ready(request: Request) -> Response:
    """Messages can be accepted, and all that sends them is there."""
    hub, state = hub_of(request), request.app.state
    verdict = await asyncio.to_thread(state.readiness.verdict, pumping=hub.pumping, stopping=state.ending.begun)
    # The reasons in words may name hosts and users; they are in the log and in `notifyhub doctor`.
    found = Readiness(status=verdict.status.value, checks=verdict.checks)
    return answer(found, 503 if verdict.status is Status.NOT_READY else 200)


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
        description="503 `not ready`: the database is away, its schema is too old for this version, or this process is "
        "stopping. 200 `degraded`: messages are accepted, but some may wait, because the broker is away, an account of "
        "a channel rests, or no worker or scheduler has been seen. Answered within seconds, whatever hangs.",
        answers={200: Readiness, 503: Readiness},
        example_answer={"status": "degraded", "checks": {**ALL_OK, "broker": "does not answer"}},
    ),
)
