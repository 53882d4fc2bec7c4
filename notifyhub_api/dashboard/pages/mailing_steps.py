"""/mailings/new: a mailing step by step. The steps are one form: each carries what the others have in hidden fields."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from notifyhub.domain.window import DAYS
from notifyhub.errors import Conflict, Fault, InvalidRequest, NotFound
from notifyhub_api.dashboard import audience_form
from notifyhub_api.dashboard.form import Form
from notifyhub_api.dashboard.mailing_form import CHANNEL, CHECK, STEPS, Asked, carried, fields_of, step_of
from notifyhub_api.dashboard.mailing_people import people, places_of_people
from notifyhub_api.dashboard.pages.mailing_changes import ask_live, started
from notifyhub_api.dashboard.visit import Pages, Visit

NOBODY = {"all": [{"tag": "nobody"}, {"not": {"tag": "nobody"}}]}
"""What is wrong with a mailing is found without looking at all clients."""
MOST_TEMPLATES = 1_000
NOT_STARTED = ("draft", "scheduled")
Faults = dict[str, list[str]]


async def ask(visit: Visit) -> Response:
    """The first step, empty."""
    visit.api.require("POST", "/mailings")
    return await _show(visit, visit.form, STEPS[0])


async def edit(visit: Visit) -> Response:
    """The first step, with what a mailing has; of one that has started, what may still be changed."""
    path = f"/mailings/{visit.request.path_params['id']}"
    visit.api.require("PATCH", path)
    mailing = await visit.api.get(path)
    if mailing["status"] not in NOT_STARTED:
        return await ask_live(visit, mailing)
    form = fields_of(mailing, datetime.now(UTC))
    return await _show(visit, form, STEPS[0], draft=mailing, utc={"data-utc": ""})


async def go_on(visit: Visit) -> Response:
    """Another step, if this one is right; or what the last step's buttons do."""
    done = {"draft": _save, "start": _start, "test": _test}.get(visit.form.get("go", ""))
    if done is None:
        return await _turn(visit)
    asked = Asked(visit.form)
    try:
        return await done(visit, asked)
    except InvalidRequest as error:
        return await _faulty(visit, asked.beside(error.faults))
    except (Conflict, NotFound) as error:
        return await _faulty(visit, {"": [str(error)]})


async def _turn(visit: Visit) -> Response:
    at, wanted = visit.form.get("step", ""), visit.form.get("go", "")
    at = at if at in STEPS else STEPS[0]
    to = wanted if wanted in STEPS else at
    if STEPS.index(to) <= STEPS.index(at) and wanted != "count":
        return await _show(visit, visit.form, to)
    asked = Asked(visit.form)
    try:
        preview = await _looked_at(visit, asked, at, to)
    except InvalidRequest as error:
        passed = _until(asked.beside(error.faults), at if to != CHECK else CHECK)
        return await (_faulty(visit, passed) if passed else _show(visit, visit.form, to))
    return await _show(visit, visit.form, to, preview=preview)


async def _looked_at(visit: Visit, asked: Asked, at: str, to: str) -> Any:
    """What the step `to` shows of the audience. Raises InvalidRequest with everything that is wrong by now.

    Only the last step needs the preview, which looks at each client and, of a million, takes long.
    """
    if to == CHECK:
        return await visit.api.post("/mailings/preview", asked.body)
    faults: list[Fault] = []
    counted = None
    try:
        await visit.api.post("/mailings/preview", asked.body | {"audience": NOBODY})
    except InvalidRequest as error:
        faults += error.faults
    if at != STEPS[0]:
        try:
            counted = await _count(visit, asked)
        except InvalidRequest as error:
            faults += error.faults
    if faults:
        raise InvalidRequest(faults)
    return counted


async def _count(visit: Visit, asked: Asked) -> Any:
    return await visit.api.post("/clients/count", {"audience": asked.body.get("audience", {})})


def _until(faults: Faults, step: str) -> Faults:
    """Those of this step and of the steps before it; the others may still be filled in."""
    return {
        field: words for field, words in faults.items() if not field or STEPS.index(step_of(field)) <= STEPS.index(step)
    }


async def _faulty(visit: Visit, faults: Faults) -> Response:
    """The first step with something wrong."""
    at = visit.form.get("step", CHECK)
    steps = [step_of(field) for field in faults if field]
    step = min(steps, key=STEPS.index, default=at if at in STEPS else CHECK)
    return await _show(visit, visit.form, step, faults=faults, status=422)


async def _save(visit: Visit, asked: Asked) -> Response:
    mailing = await _stored(visit, asked)
    return visit.go(f"/mailings/{mailing['id']}", visit.say("The mailing is saved."))


async def _start(visit: Visit, asked: Asked) -> Response:
    if visit.form.text("id") is None:
        mailing = await visit.api.post("/mailings", asked.body, once=visit.form.get("once"))
    else:
        mailing = await _stored(visit, asked)
        mailing = await visit.api.post(f"/mailings/{mailing['id']}/start")
    return visit.go(f"/mailings/{mailing['id']}", started(visit, mailing))


async def _stored(visit: Visit, asked: Asked) -> Any:
    """The mailing that was stored before, changed; or a new draft."""
    if (id_ := visit.form.text("id")) is not None:
        return await visit.api.patch(f"/mailings/{id_}", asked.changes())
    return await visit.api.post("/mailings", asked.body | {"draft": True}, once=visit.form.get("once"))


async def _test(visit: Visit, asked: Asked) -> Response:
    """Store the draft, and send its text to a few people."""
    preview = await visit.api.post("/mailings/preview", asked.body)
    draft = await _stored(visit, asked)
    faults: Faults = {}
    tested = None
    try:
        # Loading the page again does not send it again: each page has a key of its own.
        once = f"test-{visit.form.get('once', '')}"
        tested = await visit.api.post(f"/mailings/{draft['id']}/test", people(visit.form), once=once)
    except InvalidRequest as error:
        faults = places_of_people(visit.form, error.faults)
    except Conflict as error:
        faults = {"": [str(error)]}
    more = {"draft": draft, "preview": preview, "tested": tested, "faults": faults, "status": 422 if faults else 200}
    return await _show(visit, visit.form, CHECK, **more)


async def count(visit: Visit) -> Response:
    """How many clients the audience has now, for the page of the second step."""
    asked = Asked(visit.form)
    try:
        preview = await _count(visit, asked)
    except InvalidRequest as error:
        return visit.show("part/audience_count.html", faults=asked.beside(error.faults), preview=None)
    return visit.show("part/audience_count.html", preview=preview, faults={})


async def _show(
    visit: Visit,
    form: Form,
    step: str,
    *,
    faults: Faults | None = None,
    status: int = 200,
    preview: Any = None,
    draft: Any = None,
    tested: Any = None,
    utc: dict[str, str] | None = None,
) -> Response:
    if draft is None and (id_ := form.text("id")) is not None:
        try:
            draft = await visit.api.get(f"/mailings/{id_}")
        except NotFound as error:
            # What was typed stays, and makes a new one.
            faults, status = {**(faults or {}), "": [str(error)]}, 422
    channels = (await visit.api.get("/channels"))["items"]
    templates = await visit.api.get("/templates", {"limit": MOST_TEMPLATES}) if step == STEPS[0] else {"items": []}
    return visit.show(
        "mailing_steps.html",
        status,
        form=dict(form),
        step=step,
        steps=STEPS,
        carried=carried(form, step),
        faults=faults or {},
        preview=preview,
        draft=draft,
        tested=tested,
        utc=utc or {},
        once=str(uuid.uuid4()),
        channels=channels,
        order=[f"{CHANNEL}{at}" for at in range(len(channels))],
        templates=[template["name"] for template in templates["items"]],
        rows=audience_form.rows(form),
        days=DAYS,
        chosen_days=form.all("days"),
    )


GET: Pages = {"/mailings/new": ask, "/mailings/{id:row}/edit": edit}
POST: Pages = {"/mailings/new": go_on, "/mailings/count": count}
