"""/people: who is signed in, and links for others."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from notifyhub.domain.roles import Role
from notifyhub.errors import InvalidRequest
from notifyhub_api.dashboard.form import beside, given
from notifyhub_api.dashboard.visit import Pages, Visit


async def every(visit: Visit) -> Response:
    """Everybody, and the form of a link."""
    return await _show(visit)


async def link(visit: Visit) -> Response:
    """A link, which this page alone shows."""
    body = given(name=visit.form.get("name", ""), role=visit.form.text("role"))
    try:
        made = await visit.api.post("/sign-in-links", body)
    except InvalidRequest as error:
        return await _show(visit, 422, faults=beside(error.faults, {"name": "name", "role": "role"}))
    return await _show(visit, link=made)


async def revoke(visit: Visit) -> Response:
    """Sign somebody out."""
    ended = await visit.api.post(f"/sessions/{visit.request.path_params['id']}/revoke")
    return visit.go("/people", visit.say("%(name)s is signed out.", name=ended["name"]))


async def _show(visit: Visit, code: int = 200, **facts: Any) -> Response:
    page = await visit.api.get("/sessions")
    return visit.show("people.html", code, items=page["items"], roles=[*Role], **{"faults": {}, "link": None, **facts})


GET: Pages = {"/people": every}
POST: Pages = {"/people": link, "/people/{id:row}/revoke": revoke}
