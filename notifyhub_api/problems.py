"""Errors as RFC 9457 problem documents. Only this file maps errors to HTTP statuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import orjson
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from notifyhub import logs
from notifyhub.errors import (
    Conflict,
    Fault,
    InvalidRequest,
    KeyInProgress,
    KeyReused,
    NotFound,
    NotifyhubError,
    NotSigned,
    StoreUnavailable,
)
from notifyhub.logs.seldom import Seldom
from notifyhub.requests import BROKEN_JSON
from notifyhub_api import kinds
from notifyhub_api.kind import PAGES, Kind
from notifyhub_api.paths import template_of

MEDIA_TYPE = "application/problem+json"
IDEMPOTENCY_KEY = "Idempotency-Key"
RETRY_AFTER_S = 1
MOST_ERRORS = 1_000
MOST_SAID_BACK = 100

_log = logs.logger(__name__)
_say_seldom = Seldom()


class Unauthorized(NotifyhubError):
    """No API key, or an invalid one; `error` is RFC 6750's code for it."""

    def __init__(self, message: str, error: str | None = None) -> None:
        self.error = error
        super().__init__(message)


class Forbidden(NotifyhubError):
    """The key is valid, but lacks the scope."""

    def __init__(self, held: Sequence[str], needed: str) -> None:
        self.needed = needed
        super().__init__(f"this key has the scopes {', '.join(held)}, and this needs {needed}")


class TooManyRequests(NotifyhubError):
    """The key has used up its limit for this minute."""

    def __init__(self, limit: int, reset_s: int) -> None:
        self.reset_s = reset_s
        super().__init__(f"this key may make {limit} requests a minute; the next minute begins in {reset_s} s")


class TooManyStreams(NotifyhubError):
    """So many event streams are open already."""

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} event streams are open, and no more are allowed")


class TooLarge(NotifyhubError):
    """The body is too large."""


class BrokenGzip(NotifyhubError):
    """The body is not valid gzip, although its Content-Encoding says so."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the body cannot be unpacked: {reason}")


class UnsupportedEncoding(NotifyhubError):
    """The body's Content-Encoding is not supported; `taken` is."""

    def __init__(self, name: str, taken: str) -> None:
        self.taken = taken
        super().__init__(f"Content-Encoding {name[:MOST_SAID_BACK]!r} is not supported: send {taken}, or leave it out")


class ProblemError(BaseModel):
    """One thing wrong with a request."""

    path: str = Field(description="where, as a JSON path", examples=["$.recipients[0].telegram"])
    code: str = Field(description="a stable word for programs")
    message: str = Field(description="plain English for people")


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    # Only for the OpenAPI document: `Kind.document` writes it faster.
    type: str = Field(
        description="the kind of problem; stable, so that programs can compare it. It leads to a page of this service "
        "that says what it means and what to do",
        examples=[kinds.INVALID_REQUEST.type],
        json_schema_extra={"format": "uri-reference", "pattern": f"^{PAGES}[a-z-]+$"},
    )
    title: str
    status: int
    detail: str
    errors: list[ProblemError] | None = Field(None, description="everything that is wrong with the request")


RATE_LIMITS = MappingProxyType(
    {
        "RateLimit-Limit": "requests that this key may make in a minute; absent, like the other two, without a limit",
        "RateLimit-Remaining": "how many of those are left in this minute",
        "RateLimit-Reset": "seconds until the next minute",
    }
)
# What Starlette itself refuses.
_OF_STARLETTE = MappingProxyType({kind.status: kind for kind in (kinds.NO_SUCH_PATH, kinds.METHOD_NOT_ALLOWED)})


def problem(kind: Kind, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any) -> Response:
    """A problem document; `members` are added to it."""
    body = orjson.dumps(kind.document(detail, **members))
    return Response(body, kind.status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


async def refused(request: Request, error: Exception) -> Response:
    """The answer for one of our errors."""
    match error:
        case InvalidRequest(faults=faults):
            return _invalid(faults)
        case NotFound():
            return problem(kinds.NOT_FOUND, str(error))
        case Conflict():
            return problem(kinds.CONFLICT, str(error))
        case Unauthorized(error=word):
            return problem(kinds.UNAUTHORIZED, str(error), headers=_challenge(error=word))
        case Forbidden(needed=scope):
            return problem(kinds.MISSING_SCOPE, str(error), headers=_challenge(error="insufficient_scope", scope=scope))
        case NotSigned():
            return problem(kinds.NOT_SIGNED, str(error))
        case KeyInProgress():
            return problem(kinds.REQUEST_IN_PROGRESS, str(error), headers={"Retry-After": str(RETRY_AFTER_S)})
        case KeyReused():
            return _faulty(kinds.KEY_REUSED, [Fault(IDEMPOTENCY_KEY, "reused", str(error))])
        case TooManyRequests(reset_s=reset_s):
            return problem(kinds.TOO_MANY_REQUESTS, str(error), headers={"Retry-After": str(reset_s)})
        case TooManyStreams():
            return problem(kinds.TOO_MANY_STREAMS, str(error), headers={"Retry-After": str(RETRY_AFTER_S)})
        case TooLarge():
            return problem(kinds.BODY_TOO_LARGE, str(error), headers={"Connection": "close"})
        case BrokenGzip():
            fault = Fault("$", kinds.BROKEN_GZIP_CODE, str(error))
            return problem(kinds.INVALID_GZIP, str(error), errors=errors_of([fault]))
        case UnsupportedEncoding(taken=taken):
            # RFC 9110, section 15.5.16: what would be taken.
            return problem(kinds.UNSUPPORTED_ENCODING, str(error), headers={"Accept-Encoding": taken})
        case StoreUnavailable() as error:
            # The reason may name hosts and users, which callers must not see.
            _say_seldom(_log.warning, f"{request.method} {template_of(request.scope)}: {error}")
            detail = f"{error.told}; the request may not have been stored"
            return problem(kinds.STORE_UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_AFTER_S)})
    return await crashed(request, error)


def errors_of(faults: Sequence[Fault]) -> list[dict[str, str]]:
    """Faults as members of a problem document, up to MOST_ERRORS."""
    return [{"path": fault.path, "code": fault.code, "message": fault.message} for fault in faults[:MOST_ERRORS]]


def _invalid(faults: Sequence[Fault]) -> Response:
    if any(fault.code == BROKEN_JSON for fault in faults):
        return problem(kinds.INVALID_JSON, kinds.INVALID_JSON.detail, errors=errors_of(faults))
    return _faulty(kinds.INVALID_REQUEST, faults)


def _faulty(kind: Kind, faults: Sequence[Fault]) -> Response:
    count = "one thing is" if len(faults) == 1 else f"{len(faults)} things are"
    listed = f"; the first {MOST_ERRORS} are listed" if len(faults) > MOST_ERRORS else ""
    detail = f"{count} wrong with this request; nothing was stored{listed}"
    return problem(kind, detail, errors=errors_of(faults))


def _challenge(**members: str | None) -> dict[str, str]:
    """RFC 6750, section 3."""
    given = {"realm": "notifyhub", **{name: value for name, value in members.items() if value}}
    return {"WWW-Authenticate": "Bearer " + ", ".join(f'{name}="{value}"' for name, value in given.items())}


async def http_refused(request: Request, error: Exception) -> Response:
    """The answer for what Starlette refuses: unknown path, wrong method."""
    assert isinstance(error, HTTPException)
    kind = _OF_STARLETTE.get(error.status_code)
    if kind is None:
        return await crashed(request, error)  # nobody here raises another one
    return problem(kind, f"{request.method} {request.url.path}: {error.detail}", headers=error.headers)


async def crashed(request: Request, error: Exception) -> Response:
    """The answer for a crash; the details go only to the log."""
    _log.error("%s %s crashed", request.method, template_of(request.scope), exc_info=error)
    return problem(kinds.INTERNAL_ERROR, kinds.CRASHED)
