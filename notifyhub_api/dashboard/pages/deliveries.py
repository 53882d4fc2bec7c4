"""/deliveries: the whole story of one delivery, and what can be done about it."""

from __future__ import annotations

from contextlib import suppress

from starlette.responses import Response

from notifyhub.errors import Conflict
from notifyhub_api.dashboard.visit import Pages, Visit


async def read(visit: Visit) -> Response:
    """The story, with every attempt and what the messenger answered."""
    id_ = visit.request.path_params["id"]
    delivery = await visit.api.get(f"/deliveries/{id_}")
    story = await visit.api.get(f"/deliveries/{id_}/why")
    message = await visit.api.get(f"/messages/{delivery['message_id']}")
    call = None
    with suppress(Conflict):
        call = await visit.api.get(f"/deliveries/{id_}/request")
    template = "part/delivery.html" if visit.is_partial else "delivery.html"
    return visit.show(template, delivery=delivery, story=story, message=message, call=call)


async def cancel(visit: Visit) -> Response:
    id_ = visit.request.path_params["id"]
    done = await visit.api.post("/deliveries/cancel", {"ids": [int(id_)]})
    cancelled = done["results"][0]["result"] == "cancelled"
    said = (
        visit.say("The delivery was cancelled.") if cancelled else visit.say("It is too late to cancel this delivery.")
    )
    return visit.go(f"/deliveries/{id_}", said, wrong=not cancelled)


async def resolve(visit: Visit) -> Response:
    """Say what became of a delivery of which nobody knows whether it arrived."""
    id_ = visit.request.path_params["id"]
    await visit.api.post(f"/deliveries/{id_}/resolve", {"as": visit.form.get("as", "")})
    return visit.go(f"/deliveries/{id_}", visit.say("Done."))


GET: Pages = {"/deliveries/{id:row}": read}
POST: Pages = {"/deliveries/{id:row}/cancel": cancel, "/deliveries/{id:row}/resolve": resolve}
