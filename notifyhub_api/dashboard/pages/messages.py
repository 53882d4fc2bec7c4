"""/messages: finding messages and deliveries, and one message with what became of it."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from notifyhub.domain.states import Status
from notifyhub.errors import Conflict, InvalidRequest
from notifyhub_api.dashboard.form import Form, beside, given
from notifyhub_api.dashboard.listing import ROWS, fixed, links_of_pages, listed
from notifyhub_api.dashboard.moments import moment, typed
from notifyhub_api.dashboard.visit import Pages, Visit

FILTERS = (
    "text",
    "address",
    "reference",
    "client_id",
    "mailing_id",
    "status",
    "channel",
    "reason",
    "operator_code",
    "created_from",
    "created_to",
    "order",
)
SEVERAL = ("status", "channel")
"""Filters with several values, one of which must match."""
_MESSAGE_ID = re.compile(r"[0-9a-fA-F-]{32,36}")


async def find(visit: Visit) -> Response:
    """Messages, or deliveries, by filters; an id leads to its page."""
    if (id_ := visit.query.get("id", "").strip()) and (path := _path_of(id_)) is not None:
        return visit.go(path)
    show = "deliveries" if visit.query.get("show") == "deliveries" else "messages"
    facts = await listed(visit, f"/{show}", FILTERS)
    if id_:
        facts["faults"] = {**facts["faults"], "id": [visit.say("This is no id of a message or a delivery.")]}
    channels = await visit.api.get("/channels")
    form = Form(visit.request.query_params.multi_items())
    asked = [(name, value) for name, value in visit.request.query_params.multi_items() if value.strip()]
    return visit.show(
        "messages.html",
        422 if facts["faults"] else 200,
        show=show,
        asked=[(name, fixed(form, name, value)) for name, value in asked if name in FILTERS],
        chosen={name: ",".join(visit.request.query_params.getlist(name)) for name in SEVERAL},
        narrowed=any(name in FILTERS and name != "order" for name, _ in asked),
        statuses=[*Status],
        channels=[channel["name"] for channel in channels["items"]],
        **facts,
    )


def _path_of(id_: str) -> str | None:
    if id_.isascii() and id_.isdecimal() and len(id_) < 20:
        return f"/deliveries/{id_}"
    return f"/messages/{id_}" if _MESSAGE_ID.fullmatch(id_) else None


async def read(visit: Visit, faults: dict[str, list[str]] | None = None) -> Response:
    """A message, and what happened to each of its recipients, page by page."""
    id_ = visit.request.path_params["id"]
    message = await visit.api.get(f"/messages/{id_}")
    stories = await visit.api.get(f"/messages/{id_}/why", {"limit": ROWS, "cursor": visit.query.get("cursor")})
    return visit.show(
        "part/message.html" if visit.is_partial else "message.html",
        422 if faults else 200,
        message=message,
        stories=stories["items"],
        **links_of_pages(visit, stories.get("next")),
        faults=faults or {},
        typed=typed,
    )


async def cancel(visit: Visit) -> Response:
    id_ = visit.request.path_params["id"]
    done = await visit.api.post(f"/messages/{id_}/cancel")
    return visit.go(
        f"/messages/{id_}",
        visit.say("Cancelled: %(cancelled)d. Too late: %(too_late)d.", **_counts(done, "cancelled", "too_late")),
    )


async def retry(visit: Visit) -> Response:
    id_ = visit.request.path_params["id"]
    # What has expired would expire again.
    done = await visit.api.post(f"/messages/{id_}/retry", {"expires_at": None} if visit.form.get("expired") else None)
    said = visit.say(
        "Tried again: %(retried)d. Sent in the meantime: %(duplicates)d. Left alone: %(left_alone)d.",
        **_counts(done, "retried", "duplicates", "left_alone"),
    )
    return visit.go(f"/messages/{id_}", said)


async def change(visit: Visit) -> Response:
    """Another text or time, as long as nothing was tried."""
    id_, form = visit.request.path_params["id"], visit.form
    body = given(text=form.text("text"), send_at=moment(form, "send_at"))
    try:
        await visit.api.patch(f"/messages/{id_}", body)
    except Conflict as error:
        return await read(visit, {"": [str(error)]})
    except InvalidRequest as error:
        return await read(visit, beside(error.faults, {"text": "text", "send_at": "send_at"}))
    return visit.go(f"/messages/{id_}", visit.say("The message was changed."))


def _counts(done: dict[str, Any], *names: str) -> dict[str, int]:
    return {name: done.get(name, 0) for name in names}


GET: Pages = {"/messages": find, "/messages/{id}": read}
POST: Pages = {"/messages/{id}/cancel": cancel, "/messages/{id}/retry": retry, "/messages/{id}/change": change}
