"""/api/v1/stats"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import CounterCheck, Live, Statistics
from notifyhub_api.filtering import MOMENT, with_plus
from notifyhub_api.operations import CSV, Operation, Parameter, Tag
from notifyhub_api.resources.mailing_examples import CHECK, STATISTICS
from notifyhub_api.tabular import FORMAT, counted_as, format_of
from notifyhub_api.web import answer, hub_of

TAG = Tag("stats", "Everything that was sent, counted.")

NOW = {
    "at": "2026-11-21T11:06:31.931000Z",
    "since": "2026-11-21T11:05:31.931000Z",
    "processes": 2,
    "channels": [
        {
            "name": "telegram",
            "accepted": 1200,
            "sent": 1100,
            "failed": 3,
            "scheduled": 97,
            "sending": 3,
            "unconfirmed": 0,
            "queue_age_s": 0.8,
            "accounts": [{"state": "closed", "words": "its messenger takes messages"}],
        }
    ],
}


async def overall(request: Request) -> Response:
    """Mailings and deliveries, counted."""
    given, format_ = request.query_params, format_of(request)
    edges = {name: with_plus(given[name]) for name in ("created_from", "created_to") if name in given}
    counted = await hub_of(request).stats.overall(by=given.get("by"), **edges)  # type: ignore[arg-type]
    return counted_as(format_, counted)


async def now(request: Request) -> Response:
    """What is going on."""
    since = {"since": with_plus(request.query_params["since"])} if "since" in request.query_params else {}
    return answer(await hub_of(request).stats.now(**since))


async def check(request: Request) -> Response:
    """The counters, compared with the deliveries."""
    return answer(await hub_of(request).stats.check())


async def repair(request: Request) -> Response:
    """Make the counters equal the deliveries."""
    return answer(await hub_of(request).stats.repair())


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
            FORMAT,
        ],
        answers={200: Statistics},
        tables=[CSV],
        example_answer=STATISTICS,
    ),
    Operation(
        method="GET",
        path="/api/v1/stats/now",
        endpoint=now,
        scope="read",
        tag=TAG,
        summary="What is going on",
        description="What waits and since when, which accounts rest, and what was done since a moment of the last six "
        "hours. Two answers with the same `since` tell by their difference what happened between them; `notifyhub top` "
        "shows that. For a monitoring system there is `/metrics`.",
        parameters=[Parameter("since", "query", MOMENT, "default: a minute ago (`+` as `%2B`)")],
        answers={200: Live},
        example_answer=NOW,
    ),
    Operation(
        method="GET",
        path="/api/v1/stats/check",
        endpoint=check,
        scope="read",
        tag=TAG,
        summary="Do the counters equal the deliveries?",
        description="Counts all deliveries anew, as of one moment; nothing is stopped for it. A million take some "
        "seconds.",
        answers={200: CounterCheck},
        example_answer=CHECK,
    ),
    Operation(
        method="POST",
        path="/api/v1/stats/repair",
        endpoint=repair,
        scope="admin",
        tag=TAG,
        summary="Make the counters equal the deliveries",
        description="Answers with what differed. Nothing is accepted or sent until it is done: some seconds for a "
        "million deliveries.",
        answers={200: CounterCheck},
        example_answer=CHECK,
    ),
)
