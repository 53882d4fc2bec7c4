"""/api/v1/deliveries"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import BulkResult, Delivery, DeliveryPage, DeliveryResults, MessengerCall, Story
from notifyhub.requests import BulkRequest, IdsRequest, ResolveRequest, as_row_id, ids_request
from notifyhub.store import lists, searches
from notifyhub_api import filtering, list_tables, paging
from notifyhub_api.operations import CSV, Operation, Parameter, Tag
from notifyhub_api.resources.examples import ATTEMPT, DELIVERY, STORY
from notifyhub_api.web import answer, body_of, hub_of

TAG = Tag("deliveries", "One message to one recipient on one channel.")
TABLE = list_tables.Table("deliveries", Delivery, ("text", "attempts", "receipts", "duplicate_of"))
ID = Parameter("id", "path", {"type": "integer", "minimum": 1, "examples": [17]}, "id of a delivery")


async def read(request: Request) -> Response:
    """A delivery with its attempts."""
    return answer(await hub_of(request).delivery(request.path_params["id"]))


async def why(request: Request) -> Response:
    """What happened to a delivery and what happens next."""
    id_ = as_row_id("delivery", request.path_params["id"])
    (story,) = await hub_of(request).why(id_)
    return answer(story)


async def request_of(request: Request) -> Response:
    """The call that a delivery makes."""
    return answer(await hub_of(request).request_of(request.path_params["id"]))


async def find(request: Request) -> Response:
    """Deliveries by filters, newest first."""
    return await filtering.page(request, searches.deliveries, place_of, int, DeliveryPage, table=TABLE)


def place_of(id_: str) -> Callable[[Any], lists.DeliveryPlace]:
    """Query: the position of a delivery in lists, by its id as written. Raises NotFound."""
    return lists.place_of(as_row_id("delivery", id_))


async def cancel(request: Request) -> Response:
    """Cancel deliveries by their ids."""
    ids = ids_request(await body_of(request)).ids
    return answer(DeliveryResults(results=await hub_of(request).cancel_deliveries(ids)))


async def bulk(request: Request) -> Response:
    """Cancel, retry or reschedule many deliveries."""
    return answer(await hub_of(request).bulk_as(await body_of(request)))


async def status(request: Request) -> Response:
    """Deliveries by their ids."""
    ids = ids_request(await body_of(request)).ids
    return answer(DeliveryResults(results=await hub_of(request).deliveries_by_id(ids)))


async def resolve(request: Request) -> Response:
    """Say what happened to a delivery that is held."""
    body = await body_of(request)
    return answer(await hub_of(request).resolve_as(request.path_params["id"], body))


operations = (
    Operation(
        method="GET",
        path="/api/v1/deliveries",
        endpoint=find,
        scope="read",
        tag=TAG,
        summary="Deliveries by filters, newest first",
        description=filtering.DESCRIPTION,
        parameters=[*filtering.PARAMETERS, list_tables.FORMAT],
        answers={200: DeliveryPage},
        tables=[CSV],
        refusals=[404],
        headers=paging.HEADERS,
        example_answer={"items": [DELIVERY]},
    ),
    Operation(
        method="POST",
        path="/api/v1/deliveries/cancel",
        endpoint=cancel,
        scope="send",
        tag=TAG,
        summary="Cancel deliveries by their ids",
        description="Deliveries that are not being sent yet are cancelled. Each one gets a result.",
        request=IdsRequest,
        answers={200: DeliveryResults},
        example_request={"ids": [17, 18]},
        example_answer={
            "results": [
                {"id": 17, "result": "cancelled", "delivery": {**DELIVERY, "status": "cancelled"}},
                {"id": 18, "result": "unknown"},
            ]
        },
    ),
    Operation(
        method="POST",
        path="/api/v1/deliveries/bulk",
        endpoint=bulk,
        scope="send",
        tag=TAG,
        summary="Cancel, retry or reschedule many deliveries by their ids or by filters",
        description="With `dry_run` it only counts, so that you know beforehand how many deliveries would change. "
        "Those that are accepted after the request are left alone. It is done in slices: if the answer is "
        "lost, ask again.",
        request=BulkRequest,
        answers={200: BulkResult},
        example_request={"action": "retry", "filter": {"status": ["failed"], "channel": ["viber"]}, "dry_run": True},
        example_answer={
            "action": "retry",
            "dry_run": True,
            "matched": 1200,
            "changed": 1180,
            "duplicates": 0,
            "left_alone": 20,
        },
    ),
    Operation(
        method="POST",
        path="/api/v1/deliveries/status",
        endpoint=status,
        scope="read",
        tag=TAG,
        summary="Deliveries by their ids",
        request=IdsRequest,
        answers={200: DeliveryResults},
        example_request={"ids": [17, 18]},
        example_answer={
            "results": [{"id": 17, "result": "found", "delivery": DELIVERY}, {"id": 18, "result": "unknown"}]
        },
    ),
    Operation(
        method="POST",
        path="/api/v1/deliveries/{id}/resolve",
        endpoint=resolve,
        scope="send",
        tag=TAG,
        summary="Say what happened to a delivery that is held as unconfirmed",
        description="`sent`: it arrived. `resend`: it is due now, with all attempts available again. `fail`: it did "
        "not arrive and is not retried; the same text may then be sent in a new message.",
        parameters=[ID],
        request=ResolveRequest,
        answers={200: Delivery},
        refusals=[409],
        example_request={"as": "sent"},
        example_answer={**DELIVERY, "status": "sent", "attempts": [{**ATTEMPT, "outcome": "unconfirmed"}]},
    ),
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
    Operation(
        method="GET",
        path="/api/v1/deliveries/{id}/request",
        endpoint=request_of,
        scope="read",
        tag=TAG,
        summary="The call to the messenger that a delivery makes, with secrets masked",
        description="It is built from the current settings and not sent; past calls are not stored. 409 if it "
        "cannot be told: the address was removed, or the channel or account is not set up where the API runs.",
        parameters=[ID],
        answers={200: MessengerCall},
        refusals=[409],
        example_answer={
            "method": "POST",
            "url": "https://api.telegram.org/bot***/sendMessage",
            "headers": {"Content-Type": "application/json"},
            "body": '{"chat_id":1067000,"text":"Hello"}',
        },
    ),
)
