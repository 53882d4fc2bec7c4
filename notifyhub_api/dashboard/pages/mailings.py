"""/mailings: the mailings as a list and as a board, and one mailing with its figures."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from notifyhub.domain.mailings import MailingStatus
from notifyhub_api.dashboard.listing import listed
from notifyhub_api.dashboard.visit import Pages, Visit

BOARD = {"waiting": "draft,scheduled", "running": "running", "paused": "paused", "ended": "finished,cancelled,expired"}
"""The columns of the board, with the statuses of their mailings."""
MOST_ON_BOARD = 20


async def find(visit: Visit) -> Response:
    """Mailings, newest first; `?view=board`: in columns by status."""
    if visit.query.get("view") == "board":
        return await _board(visit)
    facts, counted = await asyncio.gather(
        listed(visit, "/mailings", ("status", "search", "order")), visit.api.get("/stats")
    )
    code = 422 if facts["faults"] else 200
    return visit.show("mailings.html", code, view="list", statuses=[*MailingStatus], counted=counted, **facts)


async def _board(visit: Visit) -> Response:
    pages = await asyncio.gather(
        *(visit.api.get("/mailings", {"status": statuses, "limit": MOST_ON_BOARD}) for statuses in BOARD.values())
    )
    columns = list(zip(BOARD.items(), pages, strict=True))
    return visit.show("mailings.html", view="board", columns=columns)


async def read(visit: Visit, faults: dict[str, list[str]] | None = None) -> Response:
    """A mailing with its figures; the part that moves is asked for again while it does."""
    id_ = visit.request.path_params["id"]
    mailing, stats = await asyncio.gather(visit.api.get(f"/mailings/{id_}"), visit.api.get(f"/mailings/{id_}/stats"))
    return visit.show(
        "part/mailing.html" if visit.is_partial else "mailing.html",
        422 if faults else 200,
        mailing=mailing,
        stats=stats,
        tables=[(name, _table(stats[name])) for name in ("by_channel", "by_operator_code")],
        faults=faults or {},
    )


def _table(counted: dict[str, dict[str, int]]) -> dict[str, Any]:
    """Counts by two properties, without the columns in which there is nothing."""
    statuses = list(next(iter(counted.values()), {}))
    used = [status for status in statuses if any(row[status] for row in counted.values())]
    return {"statuses": used, "rows": counted}


GET: Pages = {"/mailings": find, "/mailings/{id:row}": read}
POST: Pages = {}
