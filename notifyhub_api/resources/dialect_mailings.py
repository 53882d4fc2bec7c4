"""/api/mailings/: mailings in the format of other services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field, RootModel
from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import Answer, Mailing
from notifyhub.clock import now_ms, to_datetime, to_ms
from notifyhub.hub.core import Core
from notifyhub.requests.audience import AudienceFilter
from notifyhub.requests.mailing_dialect import (
    DialectMailing,
    DialectMailingChange,
    filter_of,
    in_their_words,
    mailing_of,
    with_name,
)
from notifyhub.requests.mailing_lists import MailingFilters
from notifyhub.requests.mailings import mailing_change_request, mailing_request
from notifyhub.store import mailings
from notifyhub.verbs import result_of
from notifyhub_api import paging
from notifyhub_api.operations import Operation, Parameter
from notifyhub_api.resources.dialect_clients import AFTER_THE_LAST, TAG
from notifyhub_api.resources.mailing_examples import NONE
from notifyhub_api.web import answer, body_of, hub_of

ID = Parameter("id", "path", {"type": "integer", "minimum": 1, "examples": [3]}, "id of a mailing")


class DialectMailingAnswer(Answer):
    """A mailing."""

    id: int
    date_time_start: datetime
    text: str
    date_time_finish: datetime | None = None
    client_filter: str | dict[str, Any] = Field(description="{} is all clients")
    status: str = Field(description="draft, scheduled, running, paused, finished, cancelled or expired")
    messages: dict[str, int] = Field(description="number of its messages by status; all statuses, even those with none")


class DialectCount(Answer):
    """The number of messages of a mailing that have this status."""

    mailing: int
    message_status: str
    count: int


class DialectCounts(RootModel[list[DialectCount]]):
    """For each mailing, newest first, the number of its messages by status; all statuses, even those with none."""


async def add_mailing(request: Request) -> Response:
    """Create a mailing."""
    hub, body = hub_of(request), await body_of(request)
    asked = mailing_of(body, lambda members: mailing_request(with_name(members), **_now(hub)))
    with in_their_words():
        mailing = await hub.mailings.create_as(with_name(asked))
    return answer(_mailing(mailing), 201, headers={"Location": f"/api/mailings/{mailing.id}/"})


async def count_messages(request: Request) -> Response:
    """The number of messages of each mailing by status."""
    limit, before = paging.limit_of(request), paging.cursor_of(request, AFTER_THE_LAST)
    found = await result_of(hub_of(request).ask(mailings.page(MailingFilters(), before, limit + 1)))
    cursor = paging.cursor_to(found[limit - 1].id) if len(found) > limit else None
    counts = [
        DialectCount(mailing=mailing.id, message_status=status, count=count)
        for mailing in found[:limit]
        for status, count in mailing.counts.items()
    ]
    return answer(DialectCounts(counts), headers=paging.link_header(request, cursor))


async def read_mailing(request: Request) -> Response:
    """A mailing with the number of its messages by status."""
    return answer(_mailing(await hub_of(request).mailings.get(request.path_params["id"])))


async def replace_mailing(request: Request) -> Response:
    """Replace the attributes of a mailing."""
    hub, body = hub_of(request), await body_of(request)
    asked = mailing_of(body, lambda members: mailing_request(with_name(members), **_now(hub)))
    return await _changed_mailing(request, asked)


async def change_mailing(request: Request) -> Response:
    """Change a mailing."""
    hub, body = hub_of(request), await body_of(request)
    asked = mailing_of(body, lambda members: mailing_change_request(members, **_now(hub)), whole=False)
    return await _changed_mailing(request, asked)


async def _changed_mailing(request: Request, asked: Mapping[str, Any]) -> Response:
    """Change a mailing. What stays as it was may be repeated in any state of it."""
    hub = hub_of(request)
    mailing = await hub.mailings.get(request.path_params["id"])
    new = mailing_change_request(asked, **_now(hub)).members() if asked else {}
    changed = {name: asked[name] for name, value in new.items() if not _is_the_same(value, getattr(mailing, name))}
    if changed or not asked:
        with in_their_words():
            mailing = await hub.mailings.update_as(mailing.id, changed)
    return answer(_mailing(mailing))


def _is_the_same(new: Any, old: Any) -> bool:
    if isinstance(new, AudienceFilter):
        return bool(new.stored() == old)
    if isinstance(new, datetime) and old is not None:
        return to_ms(new) == to_ms(old)
    return bool(new == old)


async def delete_mailing(request: Request) -> Response:
    """Delete a mailing."""
    await hub_of(request).mailings.delete(request.path_params["id"])
    return Response(status_code=204)


def _now(hub: Core) -> dict[str, Any]:
    return {"now": to_datetime(now_ms()), "senders": hub.settings.senders()}


def _mailing(mailing: Mailing) -> DialectMailingAnswer:
    return DialectMailingAnswer(
        id=mailing.id,
        date_time_start=mailing.starts_at,
        text=mailing.text,
        date_time_finish=mailing.ends_at,
        client_filter=filter_of(mailing.audience),
        status=mailing.status,
        messages=mailing.counts,
    )


COUNTS = {**NONE, "sent": 10, "failed": 1}
NEW_MAILING: dict[str, Any] = {
    "date_time_start": "2026-12-24T10:00:00+03:00",
    "text": "Everything at half price until Sunday",
    "date_time_finish": "2126-12-24T18:00:00+03:00",
    "client_filter": {"phone_number_code": ["920"], "tag": "vip"},
}
MAILING: dict[str, Any] = {
    "id": 3,
    "date_time_start": "2026-12-24T07:00:00Z",
    "text": NEW_MAILING["text"],
    "date_time_finish": "2126-12-24T15:00:00Z",
    "client_filter": {"operator_code": ["920"], "tag": ["vip"]},
    "status": "running",
    "messages": COUNTS,
}

operations = (
    Operation(
        method="GET",
        path="/api/mailings/",
        aliases=["/api/mailings"],
        endpoint=count_messages,
        scope="read",
        tag=TAG,
        summary="The number of messages of each mailing by status",
        description="`limit` is that of mailings.",
        parameters=paging.PARAMETERS,
        answers={200: DialectCounts},
        headers=paging.HEADERS,
        example_answer=[{"mailing": 3, "message_status": word, "count": count} for word, count in COUNTS.items()],
    ),
    Operation(
        method="POST",
        path="/api/mailings/",
        aliases=["/api/mailings"],
        endpoint=add_mailing,
        scope="send",
        tag=TAG,
        summary="Create a mailing",
        description="It goes over the HTTP gateway to the phones of the clients, between its start and its end. The "
        "filter takes `phone_number_code` (or `operator_code`), `tag` and `timezone`, each with one value or several; "
        "a single text stands for that operator code or tag.",
        request=DialectMailing,
        answers={201: DialectMailingAnswer},
        headers={"Location": "path of the mailing"},
        example_request=NEW_MAILING,
        example_answer=MAILING,
    ),
    Operation(
        method="GET",
        path="/api/mailings/{id}/",
        aliases=["/api/mailings/{id}"],
        endpoint=read_mailing,
        scope="read",
        tag=TAG,
        summary="A mailing with the number of its messages by status",
        parameters=[ID],
        answers={200: DialectMailingAnswer},
        example_answer=MAILING,
    ),
    Operation(
        method="PUT",
        path="/api/mailings/{id}/",
        aliases=["/api/mailings/{id}"],
        endpoint=replace_mailing,
        scope="send",
        tag=TAG,
        summary="Replace the attributes of a mailing",
        description="What is left out gets its default, except for the start. Once the mailing has started, only its "
        "end may differ.",
        parameters=[ID],
        request=DialectMailing,
        answers={200: DialectMailingAnswer},
        refusals=[409],
        example_request=NEW_MAILING,
        example_answer=MAILING,
    ),
    Operation(
        method="PATCH",
        path="/api/mailings/{id}/",
        aliases=["/api/mailings/{id}"],
        endpoint=change_mailing,
        scope="send",
        tag=TAG,
        summary="Change a mailing",
        description="What is left out stays as it is. Once the mailing has started, only its end may differ.",
        parameters=[ID],
        request=DialectMailingChange,
        answers={200: DialectMailingAnswer},
        example_request={"date_time_finish": NEW_MAILING["date_time_finish"]},
        example_answer=MAILING,
    ),
    Operation(
        method="DELETE",
        path="/api/mailings/{id}/",
        aliases=["/api/mailings/{id}"],
        endpoint=delete_mailing,
        scope="send",
        tag=TAG,
        summary="Delete a mailing",
        description="What has not been sent is cancelled; messages stay.",
        parameters=[ID],
        answers={204: None},
    ),
)
