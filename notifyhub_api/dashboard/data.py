"""/data/…: the answers of the API as they are, JSON or CSV, for whoever is signed in."""

from __future__ import annotations

from starlette.responses import Response

from notifyhub_api.dashboard.form import by_name
from notifyhub_api.dashboard.visit import Visit

PATH = "/data/{path:path}"


async def data(visit: Visit) -> Response:
    """The answer of `GET /api/v1/…`."""
    path = f"/{visit.request.path_params['path']}"
    response = await visit.api.respond("GET", path, by_name(visit.request.query_params.multi_items()))
    if "csv" in response.headers.get("content-type", ""):
        name = path.strip("/").replace("/", "-")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response
