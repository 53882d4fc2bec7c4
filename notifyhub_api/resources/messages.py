"""/api/v1/messages"""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notifyhub.answers import Message, Page
from notifyhub.requests import as_message_id
from notifyhub.store import views
from notifyhub_api import paging
from notifyhub_api.web import answer, body_of, hub_of, needs, result

CHECKED_AT_ONCE = 32 * 1024
"""Bytes of a body; a thread takes longer to change to than such a one takes to check."""


@needs("send")
async def create(request: Request) -> Response:
    """Accept a message; 202 only after the commit."""
    submit, body = hub_of(request).submit, await body_of(request)
    # Checking thousands of recipients takes tenths of a second, in which others are to be answered.
    stored = submit(body) if len(body) <= CHECKED_AT_ONCE else await asyncio.to_thread(submit, body)
    message = await result(request, stored)
    return answer(_linked(message), 202, headers={"Location": f"/api/v1/messages/{message.id}"})


@needs("read")
async def read(request: Request) -> Response:
    """A message with its deliveries."""
    id_ = as_message_id(request.path_params["id"])
    return answer(_linked(await result(request, hub_of(request).ask(views.message(id_)))))


@needs("send")
async def cancel(request: Request) -> Response:
    """Cancel what has not been claimed yet."""
    return answer(await asyncio.to_thread(hub_of(request).cancel, request.path_params["id"]))


@needs("read")
async def deliveries(request: Request) -> Response:
    """The deliveries of a message, page by page."""
    hub, limit, after = hub_of(request), paging.limit_of(request), paging.cursor_of(request, views.FIRST)
    id_ = as_message_id(request.path_params["id"])
    await result(request, hub.ask(views.must_exist(id_)))
    # One more than asked for shows whether there is a next page.
    found = await result(request, hub.ask(views.deliveries_page(id_, after, limit + 1)))
    cursor = paging.cursor_to(found[limit - 1][0]) if len(found) > limit else None
    items = [delivery for _, delivery in found[:limit]]
    return answer(Page(items=items, next=cursor), headers=paging.link_header(request, cursor))


def _linked(message: Message) -> Message:
    if message.deliveries is not None:
        return message
    return message.model_copy(update={"deliveries_url": f"/api/v1/messages/{message.id}/deliveries"})


routes = [
    Route("/api/v1/messages", create, methods=["POST"]),
    Route("/api/v1/messages/{id}", read, methods=["GET"]),
    Route("/api/v1/messages/{id}/cancel", cancel, methods=["POST"]),
    Route("/api/v1/messages/{id}/deliveries", deliveries, methods=["GET"]),
]
