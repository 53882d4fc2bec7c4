"""/webhooks/{id}: what was posted to an endpoint, and posting it once more."""

from __future__ import annotations

from starlette.responses import Response

from notifyhub.errors import InvalidRequest
from notifyhub_api.dashboard.form import beside, given
from notifyhub_api.dashboard.listing import listed
from notifyhub_api.dashboard.moments import moment
from notifyhub_api.dashboard.visit import Pages, Visit

STATES = ("waiting", "posting", "posted", "dead")


async def read(visit: Visit) -> Response:
    """An endpoint with its posts, newest first, each with its tries."""
    path = f"/webhooks/{_id(visit)}"
    webhook = await visit.api.get(path)
    facts = await listed(visit, f"{path}/posts", ("state",))
    return visit.show("webhook.html", 422 if facts["faults"] else 200, webhook=webhook, states=STATES, **facts)


async def test(visit: Visit) -> Response:
    await visit.api.post(f"/webhooks/{_id(visit)}/test")
    words = visit.say("A test is posted in a moment; the list of posts shows the answer.")
    return visit.go(f"/webhooks/{_id(visit)}", words)


async def retry(visit: Visit) -> Response:
    done = await visit.api.post(f"/webhooks/{_id(visit)}/retry")
    return visit.go(f"/webhooks/{_id(visit)}", visit.say("Tried again at once: %(posts)d.", posts=done["posts"]))


async def ask_replay(visit: Visit, faults: dict[str, list[str]] | None = None) -> Response:
    """From when to when?"""
    path = f"/webhooks/{_id(visit)}"
    visit.api.require("POST", f"{path}/replay")
    webhook = await visit.api.get(path)
    return visit.show("webhook_replay.html", 422 if faults else 200, webhook=webhook, faults=faults or {})


async def replay(visit: Visit) -> Response:
    """One event, or those of a time."""
    id_, form = _id(visit), visit.form
    body = given(event_id=form.text("event_id"), since=moment(form, "since"), until=moment(form, "until"))
    try:
        done = await visit.api.post(f"/webhooks/{id_}/replay", body)
    except InvalidRequest as error:
        return await ask_replay(visit, beside(error.faults, {name: name for name in ("since", "until")}))
    return visit.go(f"/webhooks/{id_}", visit.say("Posted once more: %(posts)d.", posts=done["posts"]))


def _id(visit: Visit) -> int:
    id_: int = visit.request.path_params["id"]
    return id_


_ONE = "/webhooks/{id:row}"
GET: Pages = {_ONE: read, f"{_ONE}/replay": ask_replay}
POST: Pages = {f"{_ONE}/test": test, f"{_ONE}/retry": retry, f"{_ONE}/replay": replay}
