"""/api/v1/erasures"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import Erasure, ErasurePage
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.logs.current import ASKED_BY
from notifyhub.requests import ErasureRequest
from notifyhub.requests.fields import REFERENCE
from notifyhub_api import paging
from notifyhub_api.operations import Operation, Parameter, Tag
from notifyhub_api.resources.clients import ID as CLIENT_ID
from notifyhub_api.web import answer, body_of, caller_of, hub_of

TAG = Tag("erasures", "People of whom nothing is left, with the proof.")
ID = Parameter("id", "path", {"type": "integer", "minimum": 1, "examples": [1]}, "id of an erasure")
LONGEST_ADDRESS = 255
FILTERS = (
    Parameter("address", "query", REFERENCE, "of people who had this phone or address"),
    Parameter("before", "query", {"type": "string"}, "id of the erasure before the page; instead of `cursor`"),
)
ERASURE: dict[str, Any] = {
    "id": 1,
    "client_id": 7,
    "complete": True,
    "asked_at": "2026-11-21T11:06:31.885000Z",
    "completed_at": "2026-11-21T11:06:31.885000Z",
    "asked_by": "API key 2 (Ann)",
    "reason": "asked by e-mail",
    "cancelled": 1,
    "rows": {"attempts": 3, "clients": 1, "deliveries": 3},
    "hashes": ["0e0c1f3e6f6b4d0f6a1d0d0a4a0c4a5f3c8a4ad7a0e6a7fb0f8c0a0b9d3c1e2f"],
    "key": "9f2c41d7",
}


async def erase(request: Request) -> Response:
    """Erase a client."""
    body = await body_of(request)
    return answer(await hub_of(request).clients.erase_as(request.path_params["id"], body, _asker(request)))


def _asker(request: Request) -> str:
    """Who asks, as the proof names them."""
    who = ASKED_BY.get()
    if who.face == "dashboard":
        return " ".join(filter(None, ("dashboard", who.name)))
    key = caller_of(request)
    return f"API key {key}" if key else "API without a key"


async def every(request: Request) -> Response:
    """Erasures, newest first."""
    clients = hub_of(request).clients
    limit, order = paging.limit_of(request), paging.order_of(request)
    before = paging.cursor_of(request, order.start, order)
    if first := request.query_params.get("before"):
        if request.query_params.get("cursor"):
            raise InvalidRequest([Fault("$.before", "too_many", "goes without a cursor")])
        before = (await clients.erasure(first)).id
    # One more than requested shows whether there is a next page.
    found = await clients.erasures(before, limit + 1, address=_address(request), order=order.value)
    cursor = paging.cursor_to(found[limit - 1].id, order) if len(found) > limit else None
    return answer(ErasurePage(items=found[:limit], next=cursor), headers=paging.link_header(request, cursor))


def _address(request: Request) -> str | None:
    """The address that is asked for. Raises InvalidRequest for one that nobody can have."""
    address = request.query_params.get("address")
    if address is not None and (not 0 < len(address) <= LONGEST_ADDRESS or "\x00" in address):
        raise InvalidRequest([Fault("$.address", "form", "must be a phone or an address of 1 to 255 characters")])
    return address


async def read(request: Request) -> Response:
    """An erasure."""
    return answer(await hub_of(request).clients.erasure(request.path_params["id"]))


operations = (
    Operation(
        method="POST",
        path="/api/v1/clients/{id}/erase",
        endpoint=erase,
        scope="send",
        tag=TAG,
        summary="Erase a client, with a proof",
        description="Every trace of the person goes: the client, the addresses and texts of deliveries, also of those "
        "that were sent to the person's addresses directly, what messengers answered, and what is known of the "
        "addresses. What has not been sent is cancelled. `complete` is false while something is being sent to the "
        "person at this moment: nothing can call that back, and a sweep completes the erasure when it has ended. "
        "Log files name people by number only, and stay.",
        parameters=[CLIENT_ID],
        request=ErasureRequest,
        answers={200: Erasure},
        example_request={"reason": "asked by e-mail", "by": "Ann"},
        example_answer=ERASURE,
    ),
    Operation(
        method="GET",
        path="/api/v1/erasures",
        endpoint=every,
        scope="read",
        tag=TAG,
        summary="Erasures, newest first",
        description="With `address`, those of people who had it: it is compared by its keyed hash.",
        parameters=[*FILTERS, paging.ORDER, *paging.PARAMETERS],
        answers={200: ErasurePage},
        refusals=[404],
        headers=paging.HEADERS,
        example_answer={"items": [ERASURE]},
    ),
    Operation(
        method="GET",
        path="/api/v1/erasures/{id}",
        endpoint=read,
        scope="read",
        tag=TAG,
        summary="An erasure",
        parameters=[ID],
        answers={200: Erasure},
        example_answer=ERASURE,
    ),
)
