"""Errors as RFC 9457 problem documents. The only file that knows which error is which HTTP status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
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
from notifyhub.requests import BROKEN_JSON

MEDIA_TYPE = "application/problem+json"
BROKEN_GZIP = "broken_gzip"
IDEMPOTENCY_KEY = "Idempotency-Key"
RETRY_AFTER_S = 1
MOST_ERRORS = 1_000
MOST_SAID_BACK = 100
STORE_AWAY = "the database does not answer; what was asked may not have been stored"
CRASHED = "something went wrong here; it has been logged"

_log = logs.logger(__name__)


class Unauthorized(NotifyhubError):
    """No API key, or one that does not count; `error` is RFC 6750's word for what is wrong with it."""

    def __init__(self, message: str, error: str | None = None) -> None:
        self.error = error
        super().__init__(message)


class Forbidden(NotifyhubError):
    """The key is good, but not for this."""

    def __init__(self, held: Sequence[str], needed: str) -> None:
        self.needed = needed
        super().__init__(f"this key has the scopes {', '.join(held)}, and this needs {needed}")


class TooManyRequests(NotifyhubError):
    """The key has used up its limit for this minute."""

    def __init__(self, limit: int, reset_s: int) -> None:
        self.reset_s = reset_s
        super().__init__(f"this key may make {limit} requests a minute; the next minute begins in {reset_s} s")


class TooLarge(NotifyhubError):
    """The body is larger than this service takes."""


class BrokenGzip(NotifyhubError):
    """The body is not what its Content-Encoding says."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the body cannot be unpacked: {reason}")


class UnsupportedEncoding(NotifyhubError):
    """The body is packed in a way that is not taken; `taken` is."""

    def __init__(self, name: str, taken: str) -> None:
        self.taken = taken
        super().__init__(f"Content-Encoding {name[:MOST_SAID_BACK]!r} is not taken: send {taken}, or leave it out")


class ProblemError(BaseModel):
    """One thing wrong with a request."""

    path: str = Field(description="where, as a JSON path", examples=["$.recipients[0].telegram"])
    code: str = Field(description="a stable word for programs")
    message: str = Field(description="plain English for people")


class Problem(BaseModel):
    """Why a request was refused, as RFC 9457 has it."""

    # Only described with this: `document` writes it faster.
    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemError] | None = Field(None, description="everything that is wrong with the request")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a status says, for the OpenAPI document; `after_admission`: only callers with a good key are told it."""

    description: str
    example: str
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    after_admission: bool = False


RATE_LIMITS = MappingProxyType(
    {
        "RateLimit-Limit": "requests that this key may make in a minute; absent, like the other two, where none is set",
        "RateLimit-Remaining": "of those, how many are left in this minute",
        "RateLimit-Reset": "seconds until the next minute",
    }
)
_RETRY = {"Retry-After": "seconds until it is worth another try"}
_CHALLENGE = {"WWW-Authenticate": "what is wrong with the key, as RFC 6750 has it"}
_BROKEN = {"path": "$", "code": BROKEN_JSON, "message": "is not JSON: Expecting value: line 1 column 1 (char 0)"}
_WRONG = {"path": "$.text", "code": "empty", "message": "must not be empty"}

MEANINGS = MappingProxyType(
    {
        400: Meaning(
            "The body is not JSON, or not the gzip that its `Content-Encoding` says.",
            "the body is not JSON",
            {"errors": [_BROKEN]},
            after_admission=True,
        ),
        401: Meaning("No API key, or none that counts.", "there is no such API key", headers=_CHALLENGE),
        403: Meaning(
            "The key has not the scope, or a receipt is not signed.",
            "this key has the scopes read, and this needs send",
            headers=_CHALLENGE,
            after_admission=True,
        ),
        404: Meaning(
            "There is no such thing.",
            "there is no message 01a1fdc9-524d-76a2-a653-642f75c95fee",
            after_admission=True,
        ),
        405: Meaning(
            "The path has no such method; `Allow` names those that it has.",
            "DELETE /api/v1/messages: Method Not Allowed",
            headers={"Allow": "the methods of this path"},
        ),
        409: Meaning(
            "What is stored does not allow this, and `detail` says why; or the first request with this Idempotency-Key "
            "is still in progress.",
            "delivery 17 is sent: only an unconfirmed one is to be resolved",
            headers={"Retry-After": "seconds until it is worth another try, where time alone helps"},
            after_admission=True,
        ),
        413: Meaning(
            "The body is too large, as it came or unpacked.",
            "the body has more than 16777216 bytes",
            after_admission=True,
        ),
        415: Meaning(
            "The body has a `Content-Encoding` that is not taken.",
            "Content-Encoding 'br' is not taken: send gzip, or leave it out",
            headers={"Accept-Encoding": "what is taken"},
            after_admission=True,
        ),
        422: Meaning(
            "Something is wrong with the request; `errors` names all of it. Nothing was stored.",
            "one thing is wrong with this request; nothing was stored",
            {"errors": [_WRONG]},
            after_admission=True,
        ),
        429: Meaning(
            "The key has used up its limit for this minute.",
            "this key may make 60 requests a minute; the next minute begins in 17 s",
            headers=_RETRY,
            after_admission=True,
        ),
        500: Meaning("A bug of this service, which has been logged.", CRASHED),
        503: Meaning("The database does not answer.", STORE_AWAY, headers=_RETRY),
    }
)


def problem(status: int, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any) -> Response:
    """A problem document; `members` are added to it."""
    body = orjson.dumps(document(status, detail, **members))
    return Response(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def document(status: int, detail: str, **members: Any) -> dict[str, Any]:
    phrase = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": phrase, "status": status, "detail": detail, **members}


async def refused(request: Request, error: Exception) -> Response:
    """Answer an error of ours."""
    match error:
        case InvalidRequest(faults=faults):
            return _faulty(faults)
        case NotFound():
            return problem(404, str(error))
        case Conflict():
            return problem(409, str(error))
        case Unauthorized(error=word):
            return problem(401, str(error), headers=_challenge(error=word))
        case Forbidden(needed=scope):
            return problem(403, str(error), headers=_challenge(error="insufficient_scope", scope=scope))
        case NotSigned():
            return problem(403, str(error))
        case KeyInProgress():
            return problem(409, str(error), headers={"Retry-After": str(RETRY_AFTER_S)})
        case KeyReused():
            return _faulty([Fault(IDEMPOTENCY_KEY, "reused", str(error))])
        case TooManyRequests(reset_s=reset_s):
            return problem(429, str(error), headers={"Retry-After": str(reset_s)})
        case TooLarge():
            return problem(413, str(error), headers={"Connection": "close"})
        case BrokenGzip():
            return problem(400, str(error), errors=errors_of([Fault("$", BROKEN_GZIP, str(error))]))
        case UnsupportedEncoding(taken=taken):
            # RFC 9110, section 15.5.16: what would be taken.
            return problem(415, str(error), headers={"Accept-Encoding": taken})
        case StoreUnavailable():
            # The reason may name hosts and users, which are not the caller's business.
            _log.warning("%s %s: %s", request.method, request.url.path, error)
            return problem(503, STORE_AWAY, headers={"Retry-After": str(RETRY_AFTER_S)})
    return await crashed(request, error)


def errors_of(faults: Sequence[Fault]) -> list[dict[str, str]]:
    """Faults as a problem document tells them, up to MOST_ERRORS."""
    return [{"path": fault.path, "code": fault.code, "message": fault.message} for fault in faults[:MOST_ERRORS]]


def _faulty(faults: Sequence[Fault]) -> Response:
    broken = any(fault.code == BROKEN_JSON for fault in faults)
    errors = errors_of(faults)
    count = "one thing is" if len(faults) == 1 else f"{len(faults)} things are"
    listed = f"; the first {MOST_ERRORS} are listed" if len(faults) > MOST_ERRORS else ""
    detail = "the body is not JSON" if broken else f"{count} wrong with this request; nothing was stored{listed}"
    return problem(400 if broken else 422, detail, errors=errors)


def _challenge(**members: str | None) -> dict[str, str]:
    """RFC 6750, section 3."""
    given = {"realm": "notifyhub", **{name: value for name, value in members.items() if value}}
    return {"WWW-Authenticate": "Bearer " + ", ".join(f'{name}="{value}"' for name, value in given.items())}


async def http_refused(request: Request, error: Exception) -> Response:
    """Answer what Starlette refuses: no such path, wrong method."""
    assert isinstance(error, HTTPException)
    detail = f"{request.method} {request.url.path}: {error.detail}"
    return problem(error.status_code, detail, headers=error.headers)


async def crashed(request: Request, error: Exception) -> Response:
    """Answer a bug: the log gets the story, the caller does not."""
    _log.error("%s %s crashed", request.method, request.url.path, exc_info=error)
    return problem(500, CRASHED)
