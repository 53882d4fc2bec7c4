"""Bodies that are files: kept on disk, with a limit of their own."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from starlette.requests import Request
from starlette.responses import Response

from notifyhub_api.web import Endpoint, hub_of, parts_of

IN_MEMORY = 1 << 20
"""Bytes of a file that is not worth a file."""
_PIECE = 1 << 20
FILE = "notifyhub.file"
"""The ASGI scope's key for the file, once it is received."""


def spooling(endpoint: Endpoint) -> Endpoint:
    """`endpoint`, whose body is received into a file first, unless that has been done: see `file_of`.

    Raises UnsupportedEncoding, BrokenGzip, and TooLarge as soon as it is known to be over the limit.
    """

    async def spooled(request: Request) -> Response:
        if FILE in request.scope:
            return await endpoint(request)
        with SpooledTemporaryFile(IN_MEMORY) as file:
            size = 0
            async for part in parts_of(request, hub_of(request).settings.max_import_bytes):
                size += len(part)
                if size < IN_MEMORY:
                    file.write(part)
                else:
                    await asyncio.to_thread(file.write, part)
            file.seek(0)
            request.scope[FILE] = file
            return await endpoint(request)

    return spooled


def file_of(request: Request) -> BinaryIO:
    """The body of a request to a `spooling` endpoint, unpacked, at its start. It is gone after the answer."""
    file = cast(BinaryIO, request.scope[FILE])
    file.seek(0)
    return file


async def digest_of(request: Request, begun: bytes) -> str | None:
    """SHA-256 of these bytes and the file, in hexadecimal; None if the body of the request is no file."""
    return await asyncio.to_thread(_digest, begun, file_of(request)) if FILE in request.scope else None


def _digest(begun: bytes, file: BinaryIO) -> str:
    made = sha256(begun)
    while piece := file.read(_PIECE):
        made.update(piece)
    return made.hexdigest()
