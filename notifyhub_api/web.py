"""What every resource uses: the hub, bodies with a limit, answers as JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from notifyhub import Hub
from notifyhub_api.bridge import Bridge
from notifyhub_api.problems import TooLarge

R = TypeVar("R")

Endpoint = Callable[[Request], Awaitable[Response]]


def hub_of(request: Request) -> Hub:
    hub: Hub = request.app.state.hub
    return hub


async def body_of(request: Request) -> bytes:
    """The whole body. Raises TooLarge as soon as it is known to be over the limit, without reading the rest."""
    limit = hub_of(request).settings.max_body_bytes
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"the body has {declared} bytes, at most {limit} are taken")
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLarge(f"the body has more than {limit} bytes")
        parts.append(part)
    return b"".join(parts)


async def result(request: Request, future: Future[R]) -> R:
    """Await what another thread is working on."""
    bridge: Bridge = request.app.state.bridge
    return await bridge.wait(future)


def answer(model: BaseModel, status: int = 200, headers: dict[str, str] | None = None, **dump: Any) -> Response:
    """A model as JSON, without the members that are not set."""
    body = model.model_dump_json(exclude_none=True, **dump)
    return Response(body, status, headers=headers, media_type="application/json")
