"""/data/…: the answers of the API as they are, JSON or CSV, for whoever is signed in."""

from __future__ import annotations

from starlette.responses import Response

from notifyhub_api.dashboard.visit import Visit

PATH = "/data/{path:path}"


async def data(visit: Visit) -> Response:
    """The answer of `GET /api/v1/…`."""
    path = f"/{visit.request.path_params['path']}"
    given = visit.request.query_params
    response = await visit.api.respond("GET", path, {name: given.getlist(name) for name in given})
    if "csv" in response.headers.get("content-type", ""):
        name = path.strip("/").replace("/", "-")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response
