"""/api/v1/stats"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import Statistics
from notifyhub_api.filtering import MOMENT, with_plus
from notifyhub_api.operations import Operation, Parameter, Tag
from notifyhub_api.resources.mailing_examples import STATISTICS
from notifyhub_api.web import answer, hub_of

TAG = Tag("stats", "Everything that was sent, counted.")


async def overall(request: Request) -> Response:
    """Mailings and deliveries, counted."""
    given = request.query_params
    edges = {name: with_plus(given[name]) for name in ("created_from", "created_to") if name in given}
    return answer(await hub_of(request).stats.overall(by=given.get("by"), **edges))  # type: ignore[arg-type]


operations = (
    Operation(
        method="GET",
        path="/api/v1/stats",
        endpoint=overall,
        scope="read",
        tag=TAG,
        summary="Mailings and deliveries, counted",
        description="From counters that change with the deliveries, so it takes milliseconds for a million of them. "
        "Times choose whole hours.",
        parameters=[
            Parameter("by", "query", {"type": "string", "enum": ["hour", "day"]}, "also by hour or day (of UTC)"),
            Parameter("created_from", "query", MOMENT, "deliveries accepted in this hour or later (`+` as `%2B`)"),
            Parameter("created_to", "query", MOMENT, "deliveries accepted before this time (`+` as `%2B`)"),
        ],
        answers={200: Statistics},
        example_answer=STATISTICS,
    ),
)
