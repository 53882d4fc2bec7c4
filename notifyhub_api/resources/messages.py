"""/api/v1/messages"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import Cancelled, DeliveryPage, Message, MessagePage, Retried, Stories
from notifyhub.requests import ChangeRequest, MessageRequest, RetryRequest, as_message_id
from notifyhub.store import lists, searches, views
from notifyhub.store.idempotency import Kept
from notifyhub.verbs import result_of
from notifyhub_api import filtering, list_tables, paging
from notifyhub_api.idempotency import is_named, named, replay
from notifyhub_api.operations import CSV, Operation, Parameter, Tag
from notifyhub_api.resources.examples import DELIVERY, MESSAGE, MESSAGE_ID, REQUEST, STORY
from notifyhub_api.web import answer, body_of, caller_of, hub_of

CHECKED_AT_ONCE = 32 * 1024
"""Bytes of a body; a thread takes longer to change to than such a one takes to check."""

TAG = Tag("messages", "One text, accepted once, for one or more people on one or more channels.")
TABLE = list_tables.Table("messages", Message, ("deliveries", "deliveries_url"))
ID = Parameter("id", "path", {"type": "string", "format": "uuid", "examples": [MESSAGE_ID]}, "id of a message")


def is_checked_at_once(body: bytes) -> bool:
    """May a request be checked on the event loop? Not if that takes long, or reads a template from the store."""
    # An escape such as \u0074 can hide the name.
    return len(body) <= CHECKED_AT_ONCE and not any(sign in body for sign in (b'"template"', b"\\u00"))


async def create(request: Request) -> Response:
    """Accept a message; 202 only after the commit."""
    submit, body = hub_of(request).submit, await body_of(request)
    if is_named(request):
        return await _create_once(request, body)
    # Checking thousands of recipients takes tenths of a second, during which others must be answered.
    by = caller_of(request)
    stored = submit(body, by) if is_checked_at_once(body) else await asyncio.to_thread(submit, body, by)
    message = await result_of(stored)
    return answer(linked(message), 202, headers={"Location": _path(message)})


async def _create_once(request: Request, body: bytes) -> Response:
    """Accept a message, or return the first answer again, which is stored in the same transaction as the message."""
    submit, name = hub_of(request).submit_once, await named(request)
    kept = (
        submit(body, name, _to_keep)
        if is_checked_at_once(body)
        else await asyncio.to_thread(submit, body, name, _to_keep)
    )
    return replay(await result_of(kept))


def _to_keep(message: Message) -> Kept:
    return Kept(202, _path(message), linked(message).model_dump_json(exclude_none=True))


def _path(message: Message) -> str:
    return f"/api/v1/messages/{message.id}"


async def find(request: Request) -> Response:
    """Messages by filters, newest first."""
    return await filtering.page(request, searches.messages, _place_of, UUID, MessagePage, table=TABLE)


def _place_of(id_: str) -> Callable[[Any], lists.MessagePlace]:
    return lists.place_of_message(as_message_id(id_))


async def why(request: Request) -> Response:
    """What happened to each recipient of a message and what happens next."""
    limit, after = paging.limit_of(request, paging.MOST), paging.cursor_of(request, views.FIRST)
    stories, last = await hub_of(request).stories(as_message_id(request.path_params["id"]), after, limit)
    cursor = None if last is None else paging.cursor_to(last)
    return answer(Stories(items=stories, next=cursor), headers=paging.link_header(request, cursor))


async def change(request: Request) -> Response:
    """Change an unsent message."""
    body = await body_of(request)
    return answer(linked(await hub_of(request).change_as(request.path_params["id"], body)))


async def retry(request: Request) -> Response:
    """Retry failed, expired and held deliveries."""
    body = await body_of(request)
    return answer(await hub_of(request).retry_as(request.path_params["id"], body))


async def read(request: Request) -> Response:
    """A message with its deliveries."""
    return answer(linked(await hub_of(request).message(request.path_params["id"])))


async def cancel(request: Request) -> Response:
    """Cancel deliveries that are not being sent yet."""
    return answer(await hub_of(request).cancel(request.path_params["id"]))


async def deliveries(request: Request) -> Response:
    """The deliveries of a message, page by page."""
    hub, limit, after = hub_of(request), paging.limit_of(request), paging.cursor_of(request, views.FIRST)
    id_ = as_message_id(request.path_params["id"])
    await result_of(hub.ask(views.must_exist(id_)))
    # One more than requested shows whether there is a next page.
    found = await result_of(hub.ask(views.deliveries_page(id_, after, limit + 1)))
    cursor = paging.cursor_to(found[limit - 1][0]) if len(found) > limit else None
    items = [delivery for _, delivery in found[:limit]]
    return answer(DeliveryPage(items=items, next=cursor), headers=paging.link_header(request, cursor))


def linked(message: Message) -> Message:
    """With the URL of its deliveries, if there are too many to include."""
    if message.deliveries is not None:
        return message
    return message.model_copy(update={"deliveries_url": f"{_path(message)}/deliveries"})


operations = (
    Operation(
        method="POST",
        path="/api/v1/messages",
        endpoint=create,
        scope="send",
        tag=TAG,
        summary="Accept a message",
        description="Answered after the commit: what is accepted will be sent, or end as cancelled, expired or failed "
        "with a reason. The same text to the same address on the same channel is refused as a duplicate, unless "
        "`deduplicate` says otherwise.",
        request=MessageRequest,
        answers={202: Message},
        headers={"Location": "path of the message"},
        once="inside",
        example_request=REQUEST,
        example_answer=MESSAGE,
    ),
    Operation(
        method="GET",
        path="/api/v1/messages",
        endpoint=find,
        scope="read",
        tag=TAG,
        summary="Messages by filters, newest first",
        description=filtering.DESCRIPTION + " `status`, `channel` and `address` find messages with at least one "
        "delivery that matches all of them. `counts` is absent for messages with more than 50 deliveries. Of a "
        "message from a template, `text` is also looked for in what each of up to 1,000 people is told; the "
        "deliveries of a mailing are searched by their own list.",
        parameters=[*filtering.PARAMETERS, list_tables.FORMAT],
        answers={200: MessagePage},
        tables=[CSV],
        refusals=[404],
        headers=paging.HEADERS,
        example_answer={"items": [{k: v for k, v in MESSAGE.items() if k != "deliveries"} | {"counts": {"sent": 1}}]},
    ),
    Operation(
        method="PATCH",
        path="/api/v1/messages/{id}",
        endpoint=change,
        scope="send",
        tag=TAG,
        summary="Change an unsent message",
        description="Possible while no delivery has been tried and at least one is waiting. Cancelled and expired "
        "deliveries, and recipients left out as duplicates, stay as they are. `send_at: null` means now, "
        "`expires_at: null` means no expiry. It is a conflict if another delivery already carries the new"
        " text to one of the addresses.",
        parameters=[ID],
        request=ChangeRequest,
        answers={200: Message},
        refusals=[409],
        example_request={"text": "Hello again", "send_at": "2126-12-01T10:00:00+03:00"},
        example_answer={**MESSAGE, "text": "Hello again", "counts": {"scheduled": 1}},
    ),
    Operation(
        method="POST",
        path="/api/v1/messages/{id}/retry",
        endpoint=retry,
        scope="send",
        tag=TAG,
        summary="Retry failed, expired and held deliveries",
        description="Each is due now, with all attempts available again. Deliveries whose content another delivery "
        "has meanwhile sent, or is sending, are left alone and counted as `duplicates`. If the message "
        "has expired, give a new `expires_at`, or null.",
        parameters=[ID],
        request=RetryRequest,
        request_required=False,
        answers={200: Retried},
        refusals=[409],
        example_request={"expires_at": None},
        example_answer={"id": MESSAGE_ID, "retried": 2, "duplicates": 1, "left_alone": 7},
    ),
    Operation(
        method="GET",
        path="/api/v1/messages/{id}",
        endpoint=read,
        scope="read",
        tag=TAG,
        summary="A message with its deliveries",
        description="Deliveries are left out when there are more than 1,000; `deliveries_url` then leads to them.",
        parameters=[ID],
        answers={200: Message},
        example_answer={**MESSAGE, "counts": {"scheduled": 1}},
    ),
    Operation(
        method="GET",
        path="/api/v1/messages/{id}/why",
        endpoint=why,
        scope="read",
        tag=TAG,
        summary="What happened to each recipient and what happens next, in plain words",
        description="Recipients in the order of the request, including those left out as duplicates.",
        parameters=[ID, *paging.parameters(paging.MOST)],
        answers={200: Stories},
        headers=paging.HEADERS,
        example_answer={"items": [STORY]},
    ),
    Operation(
        method="POST",
        path="/api/v1/messages/{id}/cancel",
        endpoint=cancel,
        scope="send",
        tag=TAG,
        summary="Cancel deliveries that are not being sent yet",
        parameters=[ID],
        answers={200: Cancelled},
        example_answer={"id": MESSAGE_ID, "cancelled": 1, "too_late": 0},
    ),
    Operation(
        method="GET",
        path="/api/v1/messages/{id}/deliveries",
        endpoint=deliveries,
        scope="read",
        tag=TAG,
        summary="The deliveries of a message, page by page",
        parameters=[ID, *paging.PARAMETERS],
        answers={200: DeliveryPage},
        headers=paging.HEADERS,
        example_answer={"items": [DELIVERY], "next": "MTc="},
    ),
)
