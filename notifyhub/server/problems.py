"""A refusal as an RFC 9457 problem document, for requests that do not reach the application.

And the handler for clients that have disconnected.
"""

from __future__ import annotations

from http import HTTPStatus

import orjson
from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
NO_TYPE = "about:blank"
"""What RFC 9457 has for a problem that its status says all about."""


def document(status: int, detail: str, type_: str = NO_TYPE) -> bytes:
    return orjson.dumps({"type": type_, "title": HTTPStatus(status).phrase, "status": status, "detail": detail})


def problem(status: int, detail: str, type_: str = NO_TYPE) -> Response:
    return Response(document(status, detail, type_), status, media_type=MEDIA_TYPE)


def left(_: Request, __: Exception) -> Response:
    """Starlette's handler for ClientDisconnect, which is not an error here; nobody reads the answer."""
    return Response(status_code=400)
