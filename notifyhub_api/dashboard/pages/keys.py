"""/keys: who may call the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from notifyhub.errors import InvalidRequest
from notifyhub_api.dashboard.form import beside, given
from notifyhub_api.dashboard.formats import moment_of
from notifyhub_api.dashboard.languages import later
from notifyhub_api.dashboard.listing import listed
from notifyhub_api.dashboard.moments import moment
from notifyhub_api.dashboard.variables import whole
from notifyhub_api.dashboard.visit import Pages, Visit

PARTS = ("name", "scopes", "expires_at", "rate_limit")
SCOPES = {
    "send": later("send: messages, clients, mailings and templates"),
    "read": later("read: look at everything but keys and the audit"),
    "metrics": later("metrics: the figures for Prometheus"),
    "admin": later("admin: everything, including keys"),
}
STATES = ("enabled", "expired", "revoked")
"""What a key can be; pages translate it."""


async def every(visit: Visit) -> Response:
    """Every key, also those that are revoked."""
    facts = await listed(visit, "/keys", ())
    now = datetime.now(UTC)
    keys = [(key, _state(key, now)) for key in facts["items"]]
    return visit.show("keys.html", 422 if facts["faults"] else 200, keys=keys, **facts)


async def new(visit: Visit) -> Response:
    """The empty form."""
    visit.api.require("POST", "/keys")
    return _form(visit, {})


async def create(visit: Visit) -> Response:
    """Create a key; it is on the page that follows, and on none to come."""
    form = visit.form
    body = given(
        name=form.get("name", "").strip(),
        scopes=form.all("scopes"),
        expires_at=moment(form, "expires_at"),
        rate_limit=whole(form.text("rate_limit")),
    )
    try:
        key = await visit.api.post("/keys", body)
    except InvalidRequest as error:
        return _form(visit, beside(error.faults, {part: part for part in PARTS}))
    title = visit.say("The key %(name)s was created", name=key["name"])
    words = visit.say("This is the key. It is shown this once, and only its hash is stored.")
    return visit.show("secret.html", title=title, words=words, secret=key["key"], back="/keys")


async def ask(visit: Visit) -> Response:
    """Whose key it is that would be revoked."""
    id_ = visit.request.path_params["id"]
    key = await visit.api.get(f"/keys/{id_}")
    title = visit.say("Revoke the key %(name)s?", name=key["name"])
    words = [visit.say("Whoever uses it is refused from then on. This cannot be undone."), f"{key['prefix']}…"]
    facts: dict[str, Any] = {"title": title, "words": words, "button": visit.say("Revoke"), "back": "/keys"}
    return visit.show("ask_first.html", action=f"/keys/{id_}/revoke", **facts)


async def revoke(visit: Visit) -> Response:
    key = await visit.api.post(f"/keys/{visit.request.path_params['id']}/revoke")
    return visit.go("/keys", visit.say("The key %(name)s is revoked.", name=key["name"]))


def _form(visit: Visit, faults: dict[str, list[str]]) -> Response:
    chosen = visit.form.all("scopes")
    scopes = [(scope, visit.say(words)) for scope, words in SCOPES.items()]
    return visit.show("key_new.html", 422 if faults else 200, faults=faults, chosen=chosen, scopes=scopes)


def _state(key: dict[str, Any], now: datetime) -> str:
    if "revoked_at" in key:
        return "revoked"
    return "expired" if "expires_at" in key and moment_of(key["expires_at"]) <= now else "enabled"


GET: Pages = {"/keys": every, "/keys/new": new, "/keys/{id:row}/revoke": ask}
POST: Pages = {"/keys/new": create, "/keys/{id:row}/revoke": revoke}
