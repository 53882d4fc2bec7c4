"""/api/messages/: deliveries in the format of other mailing services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import Field, RootModel
from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import Answer, Delivery
from notifyhub.clock import to_datetime
from notifyhub.requests import Filters
from notifyhub.store import lists, searches
from notifyhub.store.searches import Found
from notifyhub_api import filtering, paging
from notifyhub_api.operations import Operation
from notifyhub_api.resources import deliveries
from notifyhub_api.resources.dialect_clients import TAG


class DialectMessage(Answer):
    """One text to one client."""

    id: int
    date_time: datetime = Field(description="when it was created")
    message_status: str
    mailing: int | None = Field(None, description="absent for a message that no mailing sent")
    client: int | None = None


class DialectMessages(RootModel[list[DialectMessage]]):
    """A page of messages, newest first."""


async def list_messages(request: Request) -> Response:
    """Messages, newest first."""

    def page_of(items: list[DialectMessage], next: str | None) -> DialectMessages:
        return DialectMessages(items)

    return await filtering.page(request, _messages, deliveries.place_of, int, page_of)


def _messages(
    filters: Filters, before: lists.DeliveryPlace | None, limit: int
) -> Callable[[Any], Found[lists.DeliveryPlace, DialectMessage]]:
    ask = searches.deliveries(filters, before, limit)

    def told(database: Any) -> Found[lists.DeliveryPlace, DialectMessage]:
        items, further = ask(database)
        return Found([(place, _message(place[0], delivery)) for place, delivery in items], further)

    return told


def _message(created_at: int, delivery: Delivery) -> DialectMessage:
    return DialectMessage(
        id=delivery.id or 0,
        date_time=to_datetime(created_at),
        message_status=delivery.status,
        mailing=delivery.mailing_id,
        client=delivery.client_id,
    )


operations = (
    Operation(
        method="GET",
        path="/api/messages/",
        aliases=["/api/messages"],
        endpoint=list_messages,
        scope="read",
        tag=TAG,
        summary="Messages, newest first",
        description="Messages of mailings and all others, with the filters of `/api/v1/deliveries`.",
        parameters=filtering.PARAMETERS,
        answers={200: DialectMessages},
        refusals=[404],
        headers=paging.HEADERS,
        example_answer=[
            {"id": 17, "date_time": "2026-12-24T07:00:00.123Z", "message_status": "sent", "mailing": 3, "client": 7}
        ],
    ),
)
