"""/templates: named texts with variables, their versions, and what they make of variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from notifyhub.domain.addresses import FORMS
from notifyhub.errors import InvalidRequest
from notifyhub_api.dashboard.calling import encoded
from notifyhub_api.dashboard.form import beside, given
from notifyhub_api.dashboard.listing import listed
from notifyhub_api.dashboard.variables import variables_of, whole
from notifyhub_api.dashboard.visit import Pages, Visit

PREVIEWED = {name: name for name in ("variables", "client_id", "language", "channel", "version")}
MOST_VERSIONS = 50


async def every(visit: Visit) -> Response:
    """Templates by name."""
    facts = await listed(visit, "/templates", ())
    return visit.show("templates.html", 422 if facts["faults"] else 200, **facts)


async def read(visit: Visit, status: int = 200, **facts: Any) -> Response:
    """A template as it is, or as it was in a version; with the form of a preview."""
    path = f"/templates/{_name(visit)}"
    template = await visit.api.get(path, {"version": visit.query.get("version")})
    versions = (await visit.api.get(f"{path}/versions", {"limit": MOST_VERSIONS}))["items"]
    newest = versions[0]["version"] if versions else template["version"]
    return visit.show(
        "template.html",
        status,
        template=template,
        texts=[(one, _suffix(_only(one))) for one in template["variants"]],
        versions=versions,
        is_newest=template["version"] == newest,
        channels=[*FORMS],
        **{"faults": {}, "preview": None, **facts},
    )


async def preview(visit: Visit) -> Response:
    """The same page with the text that the template makes."""
    form = visit.form
    body = given(
        variables=variables_of(form.get("variables", "")),
        client_id=whole(form.text("client_id")),
        language=form.text("language"),
        channel=form.text("channel"),
        version=whole(form.text("version")),
    )
    try:
        made = await visit.api.post(f"/templates/{_name(visit)}/preview", body)
    except InvalidRequest as error:
        return await read(visit, 422, faults=beside(error.faults, PREVIEWED))
    return await read(visit, preview=made)


async def ask(visit: Visit) -> Response:
    """What would be removed."""
    visit.api.require("DELETE", f"/templates/{_name(visit)}")
    name, only = _name(visit), _only(visit.query)
    template = await visit.api.get(f"/templates/{name}")
    gone = [one for one in template["variants"] if only.items() <= one.items()]
    return visit.show("template_delete.html", template=template, gone=gone, only=only, suffix=_suffix(only))


async def delete(visit: Visit) -> Response:
    """Remove variants; without any left the template is gone from the list."""
    name = _name(visit)
    left = (await visit.api.delete(f"/templates/{name}", _only(visit.query)))["variants"]
    return visit.go(f"/templates/{name}" if left else "/templates", visit.say("Removed."))


def _name(visit: Visit) -> str:
    name: str = visit.request.path_params["name"]
    return name


def _only(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[name] for name in ("language", "channel") if name in query}


def _suffix(only: dict[str, str]) -> str:
    return f"?{encoded(only)}" if only else ""


GET: Pages = {"/templates": every, "/templates/{name}": read, "/templates/{name}/delete": ask}
POST: Pages = {"/templates/{name}": preview, "/templates/{name}/delete": delete}
