"""/clients/{id}/delete and /erase, which ask first, and /erasures: the proofs that people were erased."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from starlette.responses import Response

from notifyhub.errors import InvalidRequest
from notifyhub_api.dashboard.form import beside, given
from notifyhub_api.dashboard.listing import listed
from notifyhub_api.dashboard.visit import Pages, Visit

COUNTED = 1_000
"""Deliveries that are counted at most: the largest page of the API."""


async def ask_to_delete(visit: Visit) -> Response:
    visit.api.require("DELETE", f"/clients/{visit.request.path_params['id']}")
    return await _asked(visit, "client_delete.html")


async def delete(visit: Visit) -> Response:
    id_ = visit.request.path_params["id"]
    done = await visit.api.delete(f"/clients/{id_}")
    words = visit.say("The client was deleted. Deliveries that will not be sent: %(num)d.", num=done["cancelled"])
    return visit.go("/clients", words)


async def ask_to_erase(visit: Visit, faults: dict[str, list[str]] | None = None) -> Response:
    visit.api.require("POST", f"/clients/{visit.request.path_params['id']}/erase")
    return await _asked(visit, "client_erase.html", faults)


async def erase(visit: Visit) -> Response:
    """Erase a client, and show the proof."""
    id_, form = visit.request.path_params["id"], visit.form
    try:
        erasure = await visit.api.post(
            f"/clients/{id_}/erase", given(reason=form.text("reason"), by=form.text("by")), once=form.get("once")
        )
    except InvalidRequest as error:
        return await ask_to_erase(visit, beside(error.faults, {"reason": "reason", "by": "by"}))
    return visit.go(f"/erasures/{erasure['id']}")


async def _asked(visit: Visit, template: str, faults: dict[str, list[str]] | None = None) -> Response:
    """A page that says what goes, and how much of it."""
    id_ = visit.request.path_params["id"]
    client, waiting, all_ = await asyncio.gather(
        visit.api.get(f"/clients/{id_}"),
        _count(visit, client_id=id_, status="scheduled"),
        _count(visit, client_id=id_),
    )
    return visit.show(
        template,
        422 if faults else 200,
        client=client,
        waiting=waiting,
        deliveries=all_,
        most=COUNTED,
        faults=faults or {},
        once=visit.form.get("once") or str(uuid.uuid4()),
    )


async def _count(visit: Visit, **filters: Any) -> int:
    """How many deliveries; COUNTED: so many or more."""
    return len((await visit.api.get("/deliveries", {**filters, "limit": COUNTED}))["items"])


async def find(visit: Visit) -> Response:
    """Erasures, newest first."""
    facts = await listed(visit, "/erasures", ("address", "order"))
    return visit.show("erasures.html", 422 if facts["faults"] else 200, **facts)


async def read(visit: Visit) -> Response:
    """One proof; what is not complete yet is looked at again."""
    erasure = await visit.api.get(f"/erasures/{visit.request.path_params['id']}")
    return visit.show("part/erasure.html" if visit.is_partial else "erasure.html", erasure=erasure)


GET: Pages = {
    "/clients/{id:row}/delete": ask_to_delete,
    "/clients/{id:row}/erase": ask_to_erase,
    "/erasures": find,
    "/erasures/{id:row}": read,
}
POST: Pages = {"/clients/{id:row}/delete": delete, "/clients/{id:row}/erase": erase}
