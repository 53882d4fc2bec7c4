"""/deliveries/bulk: an action on the deliveries that somebody has selected, after a page that says how many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from notifyhub.domain.bulk import Bulk
from notifyhub.errors import InvalidRequest
from notifyhub_api.dashboard.calling import encoded
from notifyhub_api.dashboard.form import Form, beside
from notifyhub_api.dashboard.languages import later
from notifyhub_api.dashboard.listing import MOMENTS, fixed
from notifyhub_api.dashboard.moments import moment
from notifyhub_api.dashboard.pages.messages import FILTERS, SEVERAL
from notifyhub_api.dashboard.visit import Pages, Visit

PATH = "/deliveries/bulk"
NARROWING = tuple(name for name in FILTERS if name != "order")
_NUMBERS = ("mailing_id", "client_id")
_SAID = {
    Bulk.CANCEL: later("Cancelled: %(changed)d. Left alone: %(left_alone)d."),
    Bulk.RETRY: later("Tried again: %(changed)d. Sent in the meantime: %(duplicates)d. Left alone: %(left_alone)d."),
    Bulk.RESCHEDULE: later("Rescheduled: %(changed)d. Left alone: %(left_alone)d."),
}


async def ask(visit: Visit) -> Response:
    """How many are concerned; nothing is changed."""
    visit.api.require("POST", PATH)
    return await _sure(visit, Form(visit.request.query_params.multi_items()))


async def act(visit: Visit) -> Response:
    """Do it."""
    form = visit.form
    try:
        done = await visit.api.post(PATH, _asked(form))
    except InvalidRequest as error:
        return await _sure(visit, form, _beside(error))
    counts = {name: done[name] for name in ("changed", "duplicates", "left_alone")}
    return visit.go(_back(form), visit.say(_SAID[Bulk(done["action"])], **counts))


async def _sure(visit: Visit, form: Form, faults: dict[str, list[str]] | None = None) -> Response:
    counted: dict[str, Any] = {}
    try:
        counted = await visit.api.post(PATH, _asked(form, typed={}) | {"dry_run": True})
    except InvalidRequest as error:
        faults = faults or _beside(error)
    return visit.show(
        "bulk.html",
        422 if faults else 200,
        action=form.get("action", ""),
        counted=counted,
        by_filter=bool(form.get("all")),
        fields=[
            (name, fixed(form, name, value)) for name in ("action", "id", "all", *NARROWING) for value in form.all(name)
        ],
        send_at=form.get("send_at", ""),
        faults=faults or {},
        back=_back(form),
    )


def _asked(form: Form, typed: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The request of the API; `typed`: in place of what was typed, so that it can be counted before that."""
    asked: dict[str, Any] = {"action": form.get("action", "")}
    if asked["action"] == Bulk.RESCHEDULE:
        at = moment(form, "send_at") if typed is None else None
        asked |= {} if typed is None and at is None else {"send_at": at}
    if form.get("all"):
        return asked | {"filter": _filter(form)}
    return asked | {"ids": [_number(id_) for id_ in form.all("id")]}


def _filter(form: Form) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name in NARROWING:
        if not (values := form.all(name)):
            continue
        if name in SEVERAL:
            # As links say them, such as those from the figures of a mailing.
            given[name] = [word for value in values for word in value.split(",")]
        else:
            given[name] = moment(form, name) if name in MOMENTS else values[-1].strip()
    return given | {name: _number(given[name]) for name in _NUMBERS if name in given}


def _number(text: str) -> int | str:
    return int(text) if text.strip().isdecimal() and len(text) < 20 else text


def _beside(error: InvalidRequest) -> dict[str, list[str]]:
    return beside(error.faults, {"send_at": "send_at"})


def _back(form: Form) -> str:
    """The list, as it was; or the only one."""
    if not form.get("all") and len(ids := form.all("id")) == 1 and ids[0].isdecimal():
        return f"/deliveries/{ids[0]}"
    kept = {name: [fixed(form, name, value) for value in form.all(name)] for name in NARROWING}
    return f"/messages?{encoded({'show': 'deliveries', **kept})}"


GET: Pages = {PATH: ask}
POST: Pages = {PATH: act}
