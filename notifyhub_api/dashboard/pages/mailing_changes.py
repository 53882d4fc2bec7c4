"""/mailings/{id}/…: what can be done about a mailing; what cannot be undone asks first, with the counts."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from notifyhub.errors import Conflict, InvalidRequest
from notifyhub_api.dashboard.form import Form, beside
from notifyhub_api.dashboard.formats import moment_of
from notifyhub_api.dashboard.languages import later
from notifyhub_api.dashboard.mailing_people import people, places_of_people
from notifyhub_api.dashboard.moments import moment, typed
from notifyhub_api.dashboard.pages.mailings import read
from notifyhub_api.dashboard.visit import Pages, Visit

LIVE = ("name", "ends_at", "priority", "rate", "reference")
"""What may be changed while a mailing runs."""
Page = Callable[[Visit], Awaitable[Response]]


def _moves(verb: str, said: str) -> Page:
    async def move(visit: Visit) -> Response:
        path = _path(visit)
        await visit.api.post(f"{path}/{verb}")
        return visit.go(path, visit.say(said))

    return move


async def ask_to_start(visit: Visit) -> Response:
    """Whom it goes to, and when."""
    visit.api.require("POST", f"{_path(visit)}/start")
    mailing = await visit.api.get(_path(visit))
    counted = await visit.api.post("/clients/count", {"audience": mailing["audience"]})
    waits = mailing["status"] == "draft" and moment_of(mailing["starts_at"]) > datetime.now(UTC)
    return visit.show("mailing_start.html", mailing=mailing, counted=counted, waits=waits)


async def start(visit: Visit) -> Response:
    mailing = await visit.api.post(f"{_path(visit)}/start")
    return visit.go(_path(visit), started(visit, mailing))


def started(visit: Visit, mailing: dict[str, Any]) -> str:
    """What is said of a mailing that somebody has just started."""
    if mailing["status"] == "scheduled":
        return visit.say("The mailing will start at its time.")
    return visit.say("The mailing has started.")


async def throttle(visit: Visit) -> Response:
    """Another rate, at once; an empty one: no limit of its own."""
    try:
        await visit.api.patch(_path(visit), {"rate": visit.form.text("rate")})
    except (InvalidRequest, Conflict) as error:
        return await read(visit, _faults(error))
    return visit.go(_path(visit), visit.say("The rate was changed."))


def _asks(what: str) -> Page:
    async def ask(visit: Visit) -> Response:
        visit.api.require("POST", f"{_path(visit)}/cancel")
        stats = await visit.api.get(f"{_path(visit)}/stats")
        return visit.show("mailing_sure.html", what=what, stats=stats, path=_path(visit))

    return ask


async def cancel(visit: Visit) -> Response:
    done = await visit.api.post(f"{_path(visit)}/cancel")
    return visit.go(_path(visit), _ended(visit, done))


async def delete(visit: Visit) -> Response:
    await visit.api.delete(_path(visit))
    return visit.go("/mailings", visit.say("The mailing was deleted."))


async def retry(visit: Visit) -> Response:
    done = await visit.api.post(f"{_path(visit)}/retry-failed")
    counts = {name: done[name] for name in ("retried", "duplicates")}
    said = visit.say("Tried again: %(retried)d. Sent in the meantime: %(duplicates)d.", **counts)
    return visit.go(_path(visit), said)


def _ended(visit: Visit, done: dict[str, Any]) -> str:
    counts = {name: done[name] for name in ("cancelled", "too_late")}
    return visit.say("Cancelled: %(cancelled)d. Too late: %(too_late)d.", **counts)


async def ask_live(visit: Visit, mailing: dict[str, Any], faults: dict[str, list[str]] | None = None) -> Response:
    """What may still be changed of a mailing that has started."""
    had = {name: typed(mailing.get(name)) if name == "ends_at" else mailing.get(name, "") for name in LIVE}
    was = json.dumps({name: mailing.get(name) for name in LIVE})
    return visit.show(
        "mailing_live.html",
        422 if faults else 200,
        mailing=mailing,
        form=dict(visit.form) if faults else had,
        was=visit.form.get("was", was),
        utc={} if faults else {"data-utc": ""},
        faults=faults or {},
    )


async def change(visit: Visit) -> Response:
    """Change what was typed differently, and nothing else: somebody may have changed the rest meanwhile."""
    form = visit.form
    body = {name: form.text(name) for name in LIVE} | {"name": form.get("name", ""), "ends_at": moment(form, "ends_at")}
    was = _was(form)
    changed = {name: value for name, value in body.items() if _differs(value, was, name)}
    if not changed:
        return visit.go(_path(visit), visit.say("There was nothing to change."))
    try:
        await visit.api.patch(_path(visit), changed)
    except (InvalidRequest, Conflict) as error:
        mailing = await visit.api.get(_path(visit))
        return await ask_live(visit, mailing, _faults(error))
    return visit.go(_path(visit), visit.say("The mailing was changed."))


async def ask_test(visit: Visit, faults: dict[str, list[str]] | None = None) -> Response:
    """Who gets the text first."""
    visit.api.require("POST", f"{_path(visit)}/test")
    mailing = await visit.api.get(_path(visit))
    channels = (await visit.api.get("/channels"))["items"]
    return visit.show(
        "mailing_test.html", 422 if faults else 200, mailing=mailing, channels=channels, faults=faults or {}
    )


async def test(visit: Visit) -> Response:
    try:
        message = await visit.api.post(f"{_path(visit)}/test", people(visit.form))
    except InvalidRequest as error:
        return await ask_test(visit, places_of_people(visit.form, error.faults))
    return visit.go(f"/messages/{message['id']}", visit.say("The test is on its way."))


def _faults(error: InvalidRequest | Conflict) -> dict[str, list[str]]:
    if isinstance(error, Conflict):
        return {"": [str(error)]}
    return beside(error.faults, {name: name for name in LIVE})


def _was(form: Form) -> Mapping[str, Any]:
    """What the form had when it was opened."""
    try:
        found = json.loads(form.get("was", ""))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _differs(value: str | None, was: Mapping[str, Any], name: str) -> bool:
    if name not in was:
        return True
    try:
        return value != was[name] and (name != "ends_at" or moment_of(str(value)) != moment_of(str(was[name])))
    except ValueError:
        return True


def _path(visit: Visit) -> str:
    return f"/mailings/{visit.request.path_params['id']}"


_ID = "/mailings/{id:row}"
GET: Pages = {
    f"{_ID}/start": ask_to_start,
    f"{_ID}/test": ask_test,
    f"{_ID}/cancel": _asks("cancel"),
    f"{_ID}/delete": _asks("delete"),
    f"{_ID}/retry": _asks("retry"),
}
POST: Pages = {
    f"{_ID}/start": start,
    f"{_ID}/pause": _moves("pause", later("The mailing is paused.")),
    f"{_ID}/resume": _moves("resume", later("The mailing goes on.")),
    f"{_ID}/rate": throttle,
    f"{_ID}/cancel": cancel,
    f"{_ID}/delete": delete,
    f"{_ID}/retry": retry,
    f"{_ID}/edit": change,
    f"{_ID}/test": test,
}
