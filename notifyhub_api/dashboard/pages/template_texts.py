"""/templates/new, …/add and …/edit: writing the texts of templates. Each change is a new version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from notifyhub.domain.addresses import FORMS
from notifyhub.errors import InvalidRequest, NotFound
from notifyhub_api.dashboard.form import beside, given
from notifyhub_api.dashboard.visit import Pages, Visit

PARTS = ("name", "text", "language", "channel", "subject", "html", "parse_mode")
MARKUPS = ("HTML", "MarkdownV2", "Markdown")


async def new(visit: Visit) -> Response:
    """The empty form of a new template."""
    return _form(visit, "new", {})


async def create(visit: Visit) -> Response:
    """Store a template of a name that is not there yet."""
    name = visit.form.get("name", "").strip()
    if name and await _is_there(visit, name):
        words = visit.say("There is a template of this name. Change it on its own page.")
        return _form(visit, "new", {}, {"name": [words]})
    return await _store(visit, "new", name)


async def add(visit: Visit) -> Response:
    """The empty form of another language or channel."""
    name = visit.request.path_params["name"]
    await visit.api.get(f"/templates/{name}")
    return _form(visit, "add", {"name": name})


async def added(visit: Visit) -> Response:
    return await _store(visit, "add", visit.request.path_params["name"])


async def edit(visit: Visit) -> Response:
    """The form with the text of a language and a channel, as it is now."""
    name = visit.request.path_params["name"]
    wanted = visit.query.get("language"), visit.query.get("channel")
    template = await visit.api.get(f"/templates/{name}")
    for variant in template["variants"]:
        if (variant.get("language"), variant.get("channel")) == wanted:
            return _form(visit, "edit", {"name": name, **variant})
    raise NotFound("text of the template", name)


async def edited(visit: Visit) -> Response:
    return await _store(visit, "edit", visit.request.path_params["name"])


async def _store(visit: Visit, kind: str, name: str) -> Response:
    form = visit.form
    body = given(
        name=name,
        text=form.get("text", ""),
        language=form.text("language"),
        channel=form.text("channel"),
        subject=form.text("subject"),
        html=form.text("html"),
        parse_mode=form.text("parse_mode"),
    )
    try:
        template = await visit.api.post("/templates", body)
    except InvalidRequest as error:
        return _form(visit, kind, {"name": name}, beside(error.faults, {part: part for part in PARTS}))
    return visit.go(f"/templates/{name}", visit.say("Version %(version)d is stored.", version=template["version"]))


async def _is_there(visit: Visit, name: str) -> bool:
    try:
        return bool((await visit.api.get(f"/templates/{name}"))["variants"])
    except NotFound:
        return False


def _form(visit: Visit, kind: str, now: Mapping[str, Any], faults: dict[str, list[str]] | None = None) -> Response:
    """`kind`: new, add or edit; `now`: what is written there, unless something was posted."""
    visit.api.require("POST", "/templates")
    typed = dict(visit.form) or now
    name = now.get("name", "")
    shown = {"kind": kind, "name": name, "typed": typed, "channels": [*FORMS], "markups": MARKUPS}
    return visit.show("template_text.html", 422 if faults else 200, faults=faults or {}, **shown)


GET: Pages = {"/templates/new": new, "/templates/{name}/add": add, "/templates/{name}/edit": edit}
POST: Pages = {"/templates/new": create, "/templates/{name}/add": added, "/templates/{name}/edit": edited}
