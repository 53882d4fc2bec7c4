"""The filters of lists as query parameters, and the pages that they select."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from notifyhub.domain.addresses import FORMS
from notifyhub.domain.states import Status
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests import Filters, list_filters
from notifyhub.requests.fields import REFERENCE
from notifyhub.store.searches import Found
from notifyhub.verbs import result_of
from notifyhub_api import list_tables, paging
from notifyhub_api.operations import Parameter
from notifyhub_api.web import answer, hub_of

A = TypeVar("A", bound=BaseModel)

# A + that is not encoded as %2B arrives as a space.
_LOST_PLUS = re.compile(r"(T.*) (\d\d:?\d\d)")


def _words(known: list[str]) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", "enum": known}}


ROW_ID = {"type": "integer", "minimum": 1}
MOMENT = {"type": "string", "format": "date-time"}
SEVERAL = "one or more values; repeat the parameter or separate them by commas"
PARAMETERS = (
    Parameter("status", "query", _words([*Status]), SEVERAL),
    Parameter("channel", "query", lambda: _words([*FORMS]), SEVERAL),
    Parameter("address", "query", {"type": "string"}, "in any form that its channel accepts"),
    Parameter("reference", "query", REFERENCE, "the caller's reference of the message"),
    Parameter("mailing_id", "query", ROW_ID, "sent by this mailing"),
    Parameter("client_id", "query", ROW_ID, "sent to this client of the directory"),
    Parameter("reason", "query", REFERENCE, "why it failed, expired or was cancelled"),
    Parameter("operator_code", "query", REFERENCE, "mobile operator of the client, for deliveries of mailings"),
    Parameter(
        "text",
        "query",
        {"type": "string", "minLength": 1, "maxLength": 255},
        "part of the message text, in capital or small letters",
    ),
    Parameter("created_from", "query", MOMENT, "accepted at this time or later; with a UTC offset (`+` as `%2B`)"),
    Parameter("created_to", "query", MOMENT, "accepted before this time; with a UTC offset (`+` as `%2B`)"),
    Parameter("before", "query", {"type": "string"}, "id of the item before the page; instead of `cursor`"),
    paging.ORDER,
    *paging.PARAMETERS,
)
DESCRIPTION = (
    "Filters may be combined. A cursor remains valid while items are added. With `text` a request looks at up to "
    "20,000 of those that the other filters select, for some 50 ms: a page may then be short or empty and still have "
    "a `next`, with which the search goes on."
)
OF_A_MAILING = tuple(parameter for parameter in PARAMETERS if parameter.name != "mailing_id")
"""The filters of a list that is of one mailing already."""


def with_plus(value: str) -> str:
    """A moment whose + arrived as a space."""
    return _LOST_PLUS.sub(r"\1+\2", value)


async def page(
    request: Request,
    questions: Callable[[Filters, Any, int], Callable[[Any], Found[Any, A]]],
    place_of: Callable[[str], Callable[[Any], tuple[int, Any]]],
    as_id: Callable[[str], Any],
    model: Callable[..., BaseModel],
    mailing_id: int | None = None,
    table: list_tables.Table | None = None,
) -> Response:
    """One page of a list, or all of it as a table.

    `place_of` looks up the position of an id, `as_id` parses the id in a cursor.

    mailing_id  the path says of which mailing it is
    table       what the list is as a table; None: it is none

    Raises InvalidRequest, and NotFound if the item before the page does not exist.
    """
    as_table = table is not None and list_tables.wanted(request)
    limit, place, given, faults = paging.page_of(request)
    if table is not None:
        given.pop("format", None)
    first = given.pop("before", [""])[-1]
    for name in ("created_from", "created_to"):
        given[name] = [with_plus(value) for value in given.get(name, ())]
    if mailing_id is not None:
        if "mailing_id" in given:
            faults.append(Fault("$.mailing_id", "unknown_field", "is in the path already"))
        given["mailing_id"] = [str(mailing_id)]
    filters, wrong = list_filters(given, hub_of(request).settings.default_region)
    before = None
    if place is not None:
        try:
            before = (place[0], as_id(place[1]))
        except ValueError:
            faults.append(Fault("$.cursor", "cursor", "is not one that this list gave out"))
    if first and place is not None:
        faults.append(Fault("$.before", "too_many", "goes without a cursor"))
    if faults or wrong:
        raise InvalidRequest([*wrong, *faults])
    if first:
        before = await result_of(hub_of(request).ask(place_of(first)))
    if table is not None and as_table:
        return await list_tables.tabled(request, table, _part(request, questions, filters), before)
    # One more than requested shows whether there is a next page.
    found = await result_of(hub_of(request).ask(questions(filters, before, limit + 1)))
    last = found.items[limit - 1][0] if len(found.items) > limit else found.further
    cursor = None if last is None else paging.cursor_to_place(last[0], last[1], filters.order)
    items = [item for _, item in found.items[:limit]]
    return answer(model(items=items, next=cursor), headers=paging.link_header(request, cursor))


def _part(
    request: Request, questions: Callable[[Filters, Any, int], Callable[[Any], Found[Any, A]]], filters: Filters
) -> Callable[[Any], Awaitable[tuple[Sequence[A], Any]]]:
    """The items after a place, and the place to go on from, if that is not the end."""

    async def part(place: Any) -> tuple[Sequence[A], Any]:
        found = await result_of(hub_of(request).ask(questions(filters, place, list_tables.SLICE)))
        full = len(found.items) == list_tables.SLICE
        return [item for _, item in found.items], found.items[-1][0] if full else found.further

    return part
