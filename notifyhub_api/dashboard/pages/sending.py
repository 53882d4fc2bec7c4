"""/messages/new: sending a message; the preview shows who gets it, and the same as commands."""

from __future__ import annotations

import uuid
from typing import Any

from starlette.responses import Response

from notifyhub.clock import now_ms
from notifyhub.errors import InvalidRequest
from notifyhub_api.dashboard import snippets
from notifyhub_api.dashboard.form import beside, given
from notifyhub_api.dashboard.moments import moment
from notifyhub_api.dashboard.visit import Pages, Visit
from notifyhub_api.web import hub_of

FIELDS = {name: name for name in ("text", "send_at", "expires_at", "priority", "deduplicate", "reference", "channels")}
PLACE = "to."
"""The field of a channel's addresses begins with this."""


async def ask(visit: Visit) -> Response:
    """The empty form."""
    visit.api.require("POST", "/messages")
    return await _form(visit, {})


async def send(visit: Visit) -> Response:
    """Send it, or show first what would be sent."""
    body, places = _body(visit)
    if visit.form.get("do") == "preview":
        return await _preview(visit, body, places)
    try:
        message = await visit.api.post("/messages", body, once=visit.form.get("once"))
    except InvalidRequest as error:
        return await _form(visit, beside(error.faults, FIELDS | places), status=422)
    return visit.go(f"/messages/{message['id']}", visit.say("Accepted. This page shows by itself what becomes of it."))


async def _preview(visit: Visit, body: dict[str, Any], places: dict[str, str]) -> Response:
    """What would be sent, and what is wrong with it."""
    try:
        hub_of(visit.request).checked(body, now_ms())
    except InvalidRequest as error:
        return await _form(visit, beside(error.faults, FIELDS | places), body=body, status=422)
    return await _form(visit, {}, body=body)


def _body(visit: Visit) -> tuple[dict[str, Any], dict[str, str]]:
    """The request, and to which field each of its recipients belongs."""
    recipients: list[dict[str, str]] = []
    places = {"recipients": "recipients"}
    for name in visit.form:
        if name.startswith(PLACE):
            for address in visit.form.lines(name):
                places[f"recipients[{len(recipients)}]"] = name
                recipients.append({name.removeprefix(PLACE): address})
    form = visit.form
    body = given(
        text=form.get("text", ""),
        recipients=recipients,
        send_at=moment(form, "send_at"),
        expires_at=moment(form, "expires_at"),
        priority=form.text("priority"),
        deduplicate=form.text("deduplicate"),
        reference=form.text("reference"),
    )
    return body, places


async def _form(
    visit: Visit, faults: dict[str, list[str]], *, body: dict[str, Any] | None = None, status: int = 200
) -> Response:
    channels = (await visit.api.get("/channels"))["items"]
    shown: dict[str, Any] = {"preview": None}
    if body is not None:
        url = hub_of(visit.request).settings.dashboard.url or str(visit.request.base_url).rstrip("/")
        shown = {
            "preview": body,
            "too_long": _too_long(body, channels),
            "curl": snippets.curl(url, "/api/v1/messages", body),
            "python": snippets.python("send", body, {"recipients": "to", "send_at": "at"}, ("text", "to")),
        }
    once = visit.form.get("once") or str(uuid.uuid4())
    return visit.show("send.html", status, channels=channels, faults=faults, once=once, **shown)


def _too_long(body: dict[str, Any], channels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The channels whose messenger takes less text than this."""
    used = {name for recipient in body["recipients"] for name in recipient}
    return [one for one in channels if one["name"] in used and len(body["text"]) > one.get("text_limit", 10**9)]


GET: Pages = {"/messages/new": ask}
POST: Pages = {"/messages/new": send}
