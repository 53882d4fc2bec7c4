"""/clients/new and /clients/{id}/edit: adding and changing a client."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from notifyhub.errors import Conflict, Fault, InvalidRequest
from notifyhub_api.dashboard.client_texts import attributes_of, lines_of_attributes, lines_of_tags, tags_of
from notifyhub_api.dashboard.form import Form, beside, given
from notifyhub_api.dashboard.visit import Pages, Visit

PLACE = "address."
"""The field of the address on a channel begins with this."""
TEXTS = ("phone", "operator_code", "timezone")
FIELDS = {name: name for name in (*TEXTS, "tags", "addresses", "attributes", "opted_out")}
Shown = Mapping[str, Any]


async def ask(visit: Visit) -> Response:
    """An empty form."""
    visit.api.require("POST", "/clients")
    return await _form(visit, {})


async def create(visit: Visit) -> Response:
    """Add a client."""
    try:
        members = {name: value for name, value in _members(visit.form).items() if value not in (None, [], {})}
        client = await visit.api.post("/clients", members, once=visit.form.get("once"))
    except (InvalidRequest, Conflict) as error:
        return await _refused(visit, error)
    return visit.go(f"/clients/{client['id']}", visit.say("The client was added."))


async def edit(visit: Visit) -> Response:
    """The form with what is known."""
    visit.api.require("PATCH", _path(visit))
    client = await visit.api.get(_path(visit))
    return await _form(visit, _shown(client), client=client)


async def change(visit: Visit) -> Response:
    """Change what was typed differently, and nothing else."""
    client = await visit.api.get(_path(visit))
    try:
        members = _members(visit.form)
        old = _members(_was(visit.form) or Form(_fields(_shown(client))))
        if changed := {name: value for name, value in members.items() if value != old[name]}:
            await visit.api.patch(_path(visit), changed)
    except (InvalidRequest, Conflict) as error:
        return await _refused(visit, error, client=client)
    said = visit.say("The client was changed.") if changed else visit.say("There was nothing to change.")
    return visit.go(_path(visit), said)


def _was(form: Form) -> Form | None:
    """What the form had when it was opened: somebody may have changed the client meanwhile."""
    try:
        found = json.loads(form.get("was", ""))
        return Form([(str(name), str(value)) for name, value in found])
    except (ValueError, TypeError):
        return None


def _path(visit: Visit) -> str:
    return f"/clients/{visit.request.path_params['id']}"


def _members(form: Form) -> dict[str, Any]:
    """The client as the API takes it. Raises InvalidRequest."""
    return {
        **{name: form.text(name) for name in TEXTS},
        "tags": tags_of(form.get("tags", "")),
        "addresses": given(**{name.removeprefix(PLACE): form.text(name) for name in form if name.startswith(PLACE)}),
        "attributes": attributes_of(form.get("attributes", "")),
        "opted_out": form.all("opted_out"),
    }


def _shown(client: Mapping[str, Any]) -> Shown:
    """What is known of a client, by the names of the fields."""
    return {
        **{name: client.get(name) for name in TEXTS},
        "tags": lines_of_tags(client["tags"]),
        "attributes": lines_of_attributes(client["attributes"]),
        "opted_out": client["opted_out"],
        **{f"{PLACE}{channel}": address for channel, address in client["addresses"].items()},
    }


def _fields(shown: Shown) -> list[tuple[str, str]]:
    """The same as a browser sends it back when nothing is typed."""
    return [
        (name, value)
        for name, values in shown.items()
        for value in (values if isinstance(values, list) else [values])
        if value is not None
    ]


async def _refused(visit: Visit, error: InvalidRequest | Conflict, client: Shown | None = None) -> Response:
    """The form as it was typed, with what is wrong beside each field."""
    if isinstance(error, Conflict):  # the only one is about the phone
        faults, status = beside([Fault("$.phone", "conflict", str(error))], FIELDS), 409
    else:
        faults, status = beside(error.faults, FIELDS), 422
    typed = {**visit.form, "opted_out": visit.form.all("opted_out")}
    return await _form(visit, typed, client=client, faults=faults, status=status)


async def _form(
    visit: Visit,
    shown: Shown,
    *,
    client: Shown | None = None,
    faults: Mapping[str, list[str]] | None = None,
    status: int = 200,
) -> Response:
    channels = (await visit.api.get("/channels"))["items"]
    known = {channel["name"] for channel in channels}
    # Channels that are not served here keep their addresses.
    others = [name.removeprefix(PLACE) for name in shown if name.startswith(PLACE)]
    return visit.show(
        "client_form.html",
        status,
        client=client,
        shown=shown,
        was=visit.form.get("was") or json.dumps(_fields(shown)),
        channels=channels + [{"name": name, "address": {}} for name in others if name not in known],
        faults=faults or {},
        once=visit.form.get("once") or str(uuid.uuid4()),
    )


GET: Pages = {"/clients/new": ask, "/clients/{id:row}/edit": edit}
POST: Pages = {"/clients/new": create, "/clients/{id:row}/edit": change}
