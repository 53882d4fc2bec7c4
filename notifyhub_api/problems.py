"""Errors as RFC 9457 problem documents. The only file that knows which error is which HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from notifyhub import logs
from notifyhub.errors import InvalidRequest, NotFound, NotifyhubError, StoreUnavailable
from notifyhub.requests import BROKEN_JSON

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 1

_log = logs.logger(__name__)


class Unauthorized(NotifyhubError):
    """No API key, or one that does not count."""


class Forbidden(NotifyhubError):
    """The key is good, but not for this."""


class TooLarge(NotifyhubError):
    """The body is larger than this service takes."""


def problem(status: int, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any) -> Response:
    """A problem document; `members` are added to it."""
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    body = orjson.dumps({**document, **members})
    return Response(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


async def refused(request: Request, error: Exception) -> Response:
    """Answer an error of ours."""
    match error:
        case InvalidRequest(faults=faults):
            broken = any(fault.code == BROKEN_JSON for fault in faults)
            errors = [{"path": fault.path, "code": fault.code, "message": fault.message} for fault in faults]
            count = "one thing is" if len(faults) == 1 else f"{len(faults)} things are"
            detail = "the body is not JSON" if broken else f"{count} wrong with this request; nothing was stored"
            return problem(400 if broken else 422, detail, errors=errors)
        case NotFound():
            return problem(404, str(error))
        case Unauthorized():
            return problem(401, str(error), headers={"WWW-Authenticate": 'Bearer realm="notifyhub"'})
        case Forbidden():
            return problem(403, str(error))
        case TooLarge():
            return problem(413, str(error), headers={"Connection": "close"})
        case StoreUnavailable():
            return problem(503, str(error), headers={"Retry-After": str(RETRY_AFTER_S)})
    return await crashed(request, error)


async def http_refused(request: Request, error: Exception) -> Response:
    """Answer what Starlette refuses: no such path, wrong method."""
    assert isinstance(error, HTTPException)
    detail = f"{request.method} {request.url.path}: {error.detail}"
    return problem(error.status_code, detail, headers=error.headers)


async def crashed(request: Request, error: Exception) -> Response:
    """Answer a bug: the log gets the story, the caller does not."""
    _log.error("%s %s crashed", request.method, request.url.path, exc_info=error)
    return problem(500, "something went wrong here; it has been logged")
