"""/api/v1/events"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import EventPage
from notifyhub.domain.events import TYPES
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.webhooks import EVENT_ID, PATTERN
from notifyhub_api import event_streams, paging
from notifyhub_api.filtering import SEVERAL
from notifyhub_api.operations import Operation, Parameter, Tag
from notifyhub_api.resources.examples import MESSAGE_ID
from notifyhub_api.web import answer, hub_of

TAG = Tag("events", "What happened, for those who would rather read than be called.")
EVENT = {
    "id": "01a1fdc9-524d-7b3c-9d2f-7a0000000011",
    "type": "delivery.failed",
    "timestamp": "2026-11-21T11:06:31.931000Z",
    "data": {
        "delivery_id": 17,
        "message_id": MESSAGE_ID,
        "channel": "telegram",
        "status": "failed",
        "reason": "recipient_blocked",
        "reference": "order-7194",
    },
}
NAMES = ("types", "after", "limit")


async def find(request: Request) -> Response:
    """Events in their order, as a page or as a stream."""
    given = request.query_params
    if unknown := [name for name in given if name not in NAMES]:
        known = ", ".join(NAMES)
        raise InvalidRequest(
            [Fault(f"$.{name}", "unknown_field", f"there is no such parameter; there are {known}") for name in unknown]
        )
    types = [one for text in given.getlist("types") for one in text.split(",")] or None
    if event_streams.is_asked_for(request):
        after = request.headers.get("last-event-id") or given.get("after")
        return await event_streams.streams_of(request).begin(request, types, after)
    return answer(await hub_of(request).events.page(types, given.get("after"), paging.limit_of(request)))


operations = (
    Operation(
        method="GET",
        path="/api/v1/events",
        endpoint=find,
        scope="read",
        tag=TAG,
        summary="Events in their order, from the oldest that is kept, or after a given one",
        description="Pass `next` as `after` to go on, at once if `more` is true, otherwise later: nothing is skipped "
        "and nothing comes twice. With `Accept: text/event-stream` the answer is a stream of server-sent events that "
        "goes on as they happen: from `Last-Event-ID` or `after`, or else from now. Which events are kept, and how "
        "long, is set by `NOTIFYHUB_EVENTS_TYPES` and `NOTIFYHUB_EVENTS_KEPT_S`; what a webhook wants is kept too.",
        parameters=[
            Parameter(
                "types",
                "query",
                {"type": "array", "items": {"type": "string", "pattern": PATTERN}},
                f"types such as {next(iter(TYPES))}, or patterns such as delivery.*: {SEVERAL}",
            ),
            Parameter("after", "query", {"type": "string", "pattern": EVENT_ID}, "id of the last event that is known"),
            paging.PARAMETERS[0],
            Parameter("Last-Event-ID", "header", {"type": "string"}, "of a stream: like `after`, and goes before it"),
        ],
        answers={200: EventPage},
        tables=(event_streams.MEDIA,),
        example_answer={"items": [EVENT], "next": EVENT["id"], "more": False},
    ),
)
