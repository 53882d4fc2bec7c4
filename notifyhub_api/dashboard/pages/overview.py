"""/: what goes on now, what went on, and what needs somebody."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import Response

from notifyhub_api.dashboard.attention import attention
from notifyhub_api.dashboard.charts import by_period
from notifyhub_api.dashboard.visit import Pages, Visit

RUNNING = "running,paused"
MOST_RUNNING = 20


async def overview(visit: Visit) -> Response:
    """Figures, channels, running mailings; the part that moves is asked for again while it does."""
    now = datetime.now(UTC)
    hour_ago, day_ago, week_ago = (now - timedelta(hours=hours) for hours in (1, 24, 24 * 7))
    get = visit.api.get
    total, live, by_hour, by_day, channels, running, hooks = await asyncio.gather(
        get("/stats"),
        get("/stats/now", {"since": hour_ago.isoformat()}),
        get("/stats", {"by": "hour", "created_from": day_ago.isoformat()}),
        get("/stats", {"by": "day", "created_from": week_ago.isoformat()}),
        get("/channels"),
        get("/mailings", {"status": RUNNING, "limit": MOST_RUNNING}),
        get("/webhooks"),
    )
    counted = await asyncio.gather(*(get(f"/mailings/{one['id']}/stats") for one in running["items"]))
    return visit.show(
        "part/overview.html" if visit.is_partial else "overview.html",
        total=total["by_status"],
        channels=_joined(channels["items"], live["channels"]),
        live=live["channels"],
        last_day=by_period(by_hour["periods"], now, hours=24),
        last_week=by_period(by_day["periods"], now, days=7),
        running=list(zip(running["items"], counted, strict=True)),
        attention=attention(live["channels"], hooks["items"]),
    )


def _joined(channels: list[dict[str, Any]], live: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each channel with its figures of the last hour."""
    figures = {one["name"]: one for one in live}
    return [one | {"now": figures.get(one["name"], {})} for one in channels]


GET: Pages = {"/": overview}
POST: Pages = {}
