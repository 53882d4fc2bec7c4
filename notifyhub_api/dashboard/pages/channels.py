"""/channels: how each channel does; one of them in full, with its settings and a test."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import Response

from notifyhub.errors import InvalidRequest
from notifyhub_api.dashboard.form import beside, given
from notifyhub_api.dashboard.visit import Pages, Visit


async def every(visit: Visit) -> Response:
    """Every channel: health, accounts, what waits, and the figures of the last hour."""
    channels, figures = await asyncio.gather(visit.api.get("/channels"), _last_hour(visit))
    return visit.show("channels.html", channels=channels["items"], figures=figures)


async def read(visit: Visit, status: int = 200, **facts: Any) -> Response:
    """One channel; its settings for those who may see them."""
    name = visit.request.path_params["name"]
    channel, figures = await asyncio.gather(visit.api.get(f"/channels/{name}"), _last_hour(visit))
    path = f"/channels/{name}/settings"
    settings = (await visit.api.get(path))["items"] if visit.api.may("GET", path) else None
    shown = {"channel": channel, "now": figures.get(name, {}), "settings": settings}
    once = visit.form.get("once") or str(uuid.uuid4())
    return visit.show("channel.html", status, once=once, **{"faults": {}, **shown, **facts})


async def test(visit: Visit) -> Response:
    """Send a text to an address; the page of the message shows what becomes of it."""
    name, form = visit.request.path_params["name"], visit.form
    sender = form.text("sender")
    body = given(
        text=form.get("text", ""),
        recipients=[{name: form.get("address", "").strip()}],
        deduplicate="off",
        options=None if sender is None else {name: {"sender": sender}},
    )
    fields = {"text": "text", "recipients": "address", f"recipients[0].{name}": "address", "options": "sender"}
    try:
        message = await visit.api.post("/messages", body, once=form.get("once"))
    except InvalidRequest as error:
        return await read(visit, 422, faults=beside(error.faults, fields))
    return visit.go(f"/messages/{message['id']}", visit.say("Accepted. This page shows by itself what becomes of it."))


async def _last_hour(visit: Visit) -> dict[str, dict[str, Any]]:
    since = datetime.now(UTC) - timedelta(hours=1)
    live = await visit.api.get("/stats/now", {"since": since.isoformat()})
    return {one["name"]: one for one in live["channels"]}


GET: Pages = {"/channels": every, "/channels/{name}": read}
POST: Pages = {"/channels/{name}": test}
