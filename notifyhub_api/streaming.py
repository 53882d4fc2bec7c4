"""Answers that are too large for memory: sent part by part, as fast as the caller reads."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import chain

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse


async def streamed(request: Request, parts: Iterator[bytes], media: str, name: str) -> Response:
    """A file of these parts, each of which blocks; the first is awaited, so that its error is answered as a problem."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    first = await asyncio.to_thread(next, parts, b"")
    if request.method == "HEAD":
        return Response(headers=headers, media_type=media)
    return StreamingResponse(chain([first], parts), headers=headers, media_type=media)
