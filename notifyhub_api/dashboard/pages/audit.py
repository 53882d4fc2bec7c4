"""/audit: who did what."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from notifyhub.domain.audit import ACTIONS, KINDS
from notifyhub_api.dashboard.listing import listed
from notifyhub_api.dashboard.visit import Pages, Visit

FILTERS = ("who", "action", "about", "created_from", "created_to", "order")
PLACES = {
    "client": "/clients/{}",
    "delivery": "/deliveries/{}",
    "mailing": "/mailings/{}",
    "message": "/messages/{}",
    "template": "/templates/{}",
    "webhook": "/webhooks/{}",
    "key": "/keys",
    "session": "/people",
}
"""Where to see what somebody did something to."""


async def find(visit: Visit) -> Response:
    """Lines by filters, newest first."""
    facts = await listed(visit, "/audit", FILTERS)
    lines = [(one, place(one["about"])) for one in facts["items"]]
    status = 422 if facts["faults"] else 200
    return visit.show("audit.html", status, lines=lines, actions=ACTIONS, kinds=KINDS, **facts)


def place(about: dict[str, Any]) -> str | None:
    """The page about it; None: it has none."""
    known = PLACES.get(about["kind"])
    return None if known is None or "id" not in about else known.format(quote(about["id"], safe=""))


GET: Pages = {"/audit": find}
POST: Pages = {}
