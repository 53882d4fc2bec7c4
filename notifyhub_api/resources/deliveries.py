"""/api/v1/deliveries"""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import Delivery, Story
from notifyhub.requests import as_row_id
from notifyhub.store import views
from notifyhub_api.operations import Operation, Parameter, Tag
from notifyhub_api.resources.examples import ATTEMPT, DELIVERY, STORY
from notifyhub_api.web import answer, hub_of, result

TAG = Tag("deliveries", "One message to one recipient on one channel.")
ID = Parameter("id", "path", {"type": "integer", "minimum": 1, "examples": [17]}, "id of a delivery")


async def read(request: Request) -> Response:
    """A delivery with its attempts."""
    id_ = as_row_id("delivery", request.path_params["id"])
    return answer(await result(request, hub_of(request).ask(views.delivery(id_))))


async def why(request: Request) -> Response:
    """What happened to a delivery and what happens next."""
    id_ = as_row_id("delivery", request.path_params["id"])
    (story,) = await asyncio.to_thread(hub_of(request).why, id_)
    return answer(story)


operations = (
    Operation(
        method="GET",
        path="/api/v1/deliveries/{id}",
        endpoint=read,
        scope="read",
        tag=TAG,
        summary="A delivery with its attempts",
        parameters=[ID],
        answers={200: Delivery},
        example_answer={**DELIVERY, "status": "sent", "sent_at": ATTEMPT["finished_at"], "attempts": [ATTEMPT]},
    ),
    Operation(
        method="GET",
        path="/api/v1/deliveries/{id}/why",
        endpoint=why,
        scope="read",
        tag=TAG,
        summary="What happened to a delivery and what happens next, in plain words",
        parameters=[ID],
        answers={200: Story},
        example_answer=STORY,
    ),
)
