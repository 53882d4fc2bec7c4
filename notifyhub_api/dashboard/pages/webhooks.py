"""/webhooks: where events are posted to; making, changing and deleting such endpoints."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from notifyhub.domain.addresses import FORMS
from notifyhub.domain.events import TYPES
from notifyhub.errors import InvalidRequest
from notifyhub_api.dashboard.form import beside
from notifyhub_api.dashboard.listing import listed
from notifyhub_api.dashboard.variables import whole
from notifyhub_api.dashboard.visit import Pages, Visit

PARTS = ("url", "events", "channels", "mailing_id", "description")
KINDS = tuple(dict.fromkeys(f"{name.partition('.')[0]}.*" for name in TYPES))


async def every(visit: Visit) -> Response:
    """Every endpoint."""
    facts = await listed(visit, "/webhooks", ())
    return visit.show("webhooks.html", 422 if facts["faults"] else 200, **facts)


async def new(visit: Visit) -> Response:
    """The empty form: all events."""
    return _form(visit, {"events": ["*"]})


async def create(visit: Visit) -> Response:
    """Create an endpoint; its secret is on the page that follows, and on none to come."""
    asked = {name: value for name, value in _typed(visit).items() if value not in (None, [])}
    try:
        webhook = await visit.api.post("/webhooks", asked)
    except InvalidRequest as error:
        return _form(visit, _typed(visit), beside(error.faults, {part: part for part in PARTS}))
    return _secret(visit, webhook, visit.say("The webhook was created"))


async def change(visit: Visit) -> Response:
    """The form with what is there now."""
    webhook = await visit.api.get(f"/webhooks/{_id(visit)}")
    return _form(visit, webhook, webhook=webhook)


async def changed(visit: Visit) -> Response:
    """What is left empty goes back to its default."""
    id_ = _id(visit)
    typed = _typed(visit)
    try:
        await visit.api.patch(f"/webhooks/{id_}", {**typed, "channels": typed["channels"] or None})
    except InvalidRequest as error:
        return _form(visit, typed, beside(error.faults, {part: part for part in PARTS}), {"id": id_})
    return visit.go(f"/webhooks/{id_}", visit.say("The webhook was changed."))


async def switch(visit: Visit) -> Response:
    """Enable or disable."""
    enabled = visit.form.get("enabled") == "yes"
    await visit.api.patch(f"/webhooks/{_id(visit)}", {"enabled": enabled})
    said = (
        visit.say("The webhook is enabled.") if enabled else visit.say("The webhook is disabled. Its events are kept.")
    )
    return visit.go(f"/webhooks/{_id(visit)}", said)


async def ask_rotate(visit: Visit) -> Response:
    webhook = await visit.api.get(f"/webhooks/{_id(visit)}")
    words = visit.say("For a day posts have two signatures, by the new and by the former secret; after that the former "
                      "one is worth nothing.")  # fmt: skip
    return _ask(visit, "rotate", visit.say("A new secret?"), visit.say("Make a new secret"), [webhook["url"], words])


async def rotate(visit: Visit) -> Response:
    webhook = await visit.api.post(f"/webhooks/{_id(visit)}/rotate")
    return _secret(visit, webhook, visit.say("The webhook has a new secret"))


async def ask_delete(visit: Visit) -> Response:
    webhook = await visit.api.get(f"/webhooks/{_id(visit)}")
    words = visit.say("What is still to be posted to it is dropped, and the list of its posts is gone.")
    return _ask(visit, "delete", visit.say("Delete this webhook?"), visit.say("Delete"), [webhook["url"], words])


async def delete(visit: Visit) -> Response:
    await visit.api.delete(f"/webhooks/{_id(visit)}")
    return visit.go("/webhooks", visit.say("The webhook was deleted."))


def _id(visit: Visit) -> int:
    id_: int = visit.request.path_params["id"]
    return id_


def _typed(visit: Visit) -> dict[str, Any]:
    form = visit.form
    return {
        "url": form.get("url", "").strip(),
        "events": form.all("events"),
        "channels": form.all("channels"),
        "mailing_id": whole(form.text("mailing_id")),
        "description": form.text("description"),
    }


def _form(
    visit: Visit,
    now: dict[str, Any],
    faults: dict[str, list[str]] | None = None,
    webhook: dict[str, Any] | None = None,
) -> Response:
    visit.api.require("POST", "/webhooks")
    shown = {"now": now, "webhook": webhook, "faults": faults or {}}
    status = 422 if faults else 200
    return visit.show("webhook_form.html", status, patterns=["*", *KINDS], types=TYPES, channels=[*FORMS], **shown)


def _ask(visit: Visit, verb: str, title: str, button: str, words: list[str]) -> Response:
    visit.api.require("POST", "/webhooks")
    back = f"/webhooks/{_id(visit)}"
    return visit.show("ask_first.html", title=title, words=words, button=button, action=f"{back}/{verb}", back=back)


def _secret(visit: Visit, webhook: dict[str, Any], title: str) -> Response:
    words = visit.say("This is its secret, by which you can tell that a post is ours. It is shown this once.")
    back = f"/webhooks/{webhook['id']}"
    return visit.show("secret.html", title=title, words=words, secret=webhook["secret"], back=back)


_ONE = "/webhooks/{id:row}"
GET: Pages = {
    "/webhooks": every,
    "/webhooks/new": new,
    f"{_ONE}/change": change,
    f"{_ONE}/rotate": ask_rotate,
    f"{_ONE}/delete": ask_delete,
}
POST: Pages = {
    "/webhooks/new": create,
    f"{_ONE}/change": changed,
    f"{_ONE}/switch": switch,
    f"{_ONE}/rotate": rotate,
    f"{_ONE}/delete": delete,
}
