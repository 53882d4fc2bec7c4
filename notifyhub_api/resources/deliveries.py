"""/api/v1/deliveries"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notifyhub.requests import as_row_id
from notifyhub.store import views
from notifyhub_api.web import answer, hub_of, needs, result


@needs("read")
async def read(request: Request) -> Response:
    """A delivery with its attempts."""
    id_ = as_row_id("delivery", request.path_params["id"])
    return answer(await result(request, hub_of(request).ask(views.delivery(id_))))


routes = [Route("/api/v1/deliveries/{id}", read, methods=["GET"])]
