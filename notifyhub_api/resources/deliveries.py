"""/api/v1/deliveries"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notifyhub.errors import NotFound
from notifyhub.store import views
from notifyhub_api.web import answer, hub_of, needs, result

LARGEST_ID = 2**63 - 1


@needs("read")
async def read(request: Request) -> Response:
    """A delivery with its attempts."""
    text = request.path_params["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_ID):
        raise NotFound("delivery", text)
    return answer(await result(hub_of(request).ask(views.delivery(int(text)))))


routes = [Route("/api/v1/deliveries/{id}", read, methods=["GET"])]
