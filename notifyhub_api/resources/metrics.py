"""/metrics: for Prometheus."""

from __future__ import annotations

import asyncio

from pydantic import RootModel
from starlette.requests import Request
from starlette.responses import Response

from notifyhub.metrics.text import MEDIA_TYPE
from notifyhub.requests import METRICS
from notifyhub_api.operations import Operation
from notifyhub_api.resources.health import SERVICE
from notifyhub_api.web import hub_of


class Metrics(RootModel[str]):
    """All metrics, in Prometheus' text format."""


async def metrics(request: Request) -> Response:
    """All metrics."""
    text = await asyncio.to_thread(hub_of(request).metering.text)
    return Response(text, headers={"content-type": MEDIA_TYPE, "cache-control": "no-store"})


operations = (
    Operation(
        method="GET",
        path="/metrics",
        endpoint=metrics,
        scope=METRICS,
        tag=SERVICE,
        summary="Metrics for Prometheus",
        description="In Prometheus' text format: what the processes behind this service have counted, and what the "
        "store says of the load. It answers while the store is away too, with `notifyhub_store_up 0`, as long as the "
        "key has been used before. docs/metrics.md lists them.",
        answers={200: Metrics},
        text=[200],
        example_answer="notifyhub_store_up 1\n",
    ),
)
