"""What all resources use: the hub, bodies with a limit, answers as JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from notifyhub.hub.core import Core
from notifyhub_api.problems import TooLarge
from notifyhub_api.unpacking import is_packed, unpacked

R = TypeVar("R")

CALLER = "notifyhub.caller"
"""The ASGI scope's key for the id of the caller's API key, once authenticated."""
ADDED = "notifyhub.headers"
"""The ASGI scope's key for headers of the answer, whatever that is."""
BODY = "notifyhub.body"
"""The key for the body, once it is read."""
_CHUNKED = "transfer-encoding"

Header = tuple[bytes, bytes]
Endpoint = Callable[[Request], Awaitable[Response]]


def hub_of(request: Request) -> Core:
    hub: Core = request.app.state.hub
    return hub


def add_headers(request: Request, headers: Iterable[Header]) -> None:
    """Add these headers to the answer, even if it is an error."""
    request.scope[ADDED] = (*request.scope.get(ADDED, ()), *headers)


def caller_of(request: Request) -> int:
    """The id of the caller's API key; 0 without one."""
    return int(request.scope.get(CALLER) or 0)


async def body_of(request: Request) -> bytes:
    """The complete body, unpacked; may be called repeatedly.

    Raises UnsupportedEncoding, BrokenGzip, and TooLarge as soon as it is known to be over the limit.
    """
    body: bytes | None = request.scope.get(BODY)
    if body is None:
        body = request.scope[BODY] = await _read(request)
    return body


async def _read(request: Request) -> bytes:
    headers, limit = request.headers, hub_of(request).settings.max_body_bytes
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared) <= limit and not ("content-encoding" in headers or _CHUNKED in headers):
        # The usual case. The server passes on no more than was declared.
        return await request.body()
    return b"".join([part async for part in parts_of(request, limit)])


async def parts_of(request: Request, limit: int) -> AsyncIterator[bytes]:
    """The body as it arrives, unpacked. Raises what `body_of` raises."""
    packed = is_packed(request.headers.getlist("content-encoding"))
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"the body has {declared} bytes; at most {limit} are allowed")
    parts = _within(limit, request.stream(), f"the body has more than {limit} bytes")
    if packed:
        parts = _within(limit, unpacked(parts), f"the body has more than {limit} bytes when it is unpacked")
    async for part in parts:
        yield part


async def _within(limit: int, parts: AsyncIterator[bytes], refusal: str) -> AsyncIterator[bytes]:
    """The same parts, up to this total size."""
    size = 0
    async for part in parts:
        size += len(part)
        if size > limit:
            raise TooLarge(refusal)
        yield part


def answer(model: BaseModel, status: int = 200, headers: dict[str, str] | None = None, **dump: Any) -> Response:
    """A model as JSON, without the members that are not set."""
    body = model.model_dump_json(exclude_none=True, **dump)
    return Response(body, status, headers=headers, media_type="application/json")
