"""Every kind of problem that this service answers with: what it means, and what to do about it.

The `type` of a problem document, its page under /problems/, the OpenAPI document and docs/problems.md are made of this
table. Programs compare with these names: one that was released is never changed, nor used for anything else.
"""

from __future__ import annotations

from types import MappingProxyType

from notifyhub.requests import BROKEN_JSON as NOT_JSON
from notifyhub_api.connection_kinds import CONNECTION_KINDS
from notifyhub_api.kind import Kind

BROKEN_GZIP_CODE = "broken_gzip"
STORE_AWAY = "the database does not answer; what was asked may not have been stored"
CRASHED = "something went wrong here; it has been logged"

_CHALLENGE = {"WWW-Authenticate": "what is wrong with the key, as RFC 6750 has it"}
_RETRY = {"Retry-After": "seconds until it is worth another try"}
_NO_JSON = {"path": "$", "code": NOT_JSON, "message": "is not JSON: Expecting value: line 1 column 1 (char 0)"}
_CUT_OFF = "the body cannot be unpacked: it ends in the middle of its gzip"
_EMPTY = {"path": "$.text", "code": "empty", "message": "must not be empty"}
_REUSED = "this Idempotency-Key was used for another request; use a new one for each"

INVALID_JSON = Kind(
    name="invalid-json",
    status=400,
    title="Bad Request",
    means="The body is not JSON.",
    advice="Send one JSON document in UTF-8, at most 128 levels deep, without a byte order mark, `NaN` or comments. "
    "`message` in `errors` says where it ceases to be JSON. Nothing was stored.",
    detail="the body is not JSON",
    members={"errors": [_NO_JSON]},
    after_admission=True,
)
INVALID_GZIP = Kind(
    name="invalid-gzip",
    status=400,
    title="Bad Request",
    means="The body is not the gzip that its `Content-Encoding` says.",
    advice="Pack the whole body with gzip, or leave the header out. If it was gzip when it left, something on the way "
    "unpacked, cut or changed it. Nothing was stored.",
    detail=_CUT_OFF,
    members={"errors": [{"path": "$", "code": BROKEN_GZIP_CODE, "message": _CUT_OFF}]},
    after_admission=True,
)
UNAUTHORIZED = Kind(
    name="unauthorized",
    status=401,
    title="Unauthorized",
    means="There is no API key in the request, or one that does not count: unknown, revoked or expired.",
    advice="Send `Authorization: Bearer nh_…` with a key of this install; `notifyhub key list` shows which there are, "
    "`notifyhub key create` makes one. The same request with the same key will be refused again.",
    detail="there is no such API key, or it was revoked",
    headers=_CHALLENGE,
)
MISSING_SCOPE = Kind(
    name="missing-scope",
    status=403,
    title="Forbidden",
    means="The key is good, but has not the scope that this request needs.",
    advice="Use a key with the scope that `detail` and `WWW-Authenticate` name. Scopes of a key cannot be changed: "
    "make another, and revoke this one.",
    detail="this key has the scopes read, and this needs send",
    headers={"WWW-Authenticate": "the scope that is needed, as RFC 6750 has it; absent from the other kinds"},
    after_admission=True,
)
NOT_SIGNED = Kind(
    name="not-signed",
    status=403,
    title="Forbidden",
    means="A webhook is not signed by one of the messenger's accounts that are set up here.",
    advice="Compare the token, app secret or verify token here with the messenger's; a proxy in between must leave the "
    "body as it is. What was told has changed nothing.",
    detail="X-Viber-Content-Signature is not the signature of this body by an account of viber",
)
FOREIGN_ORIGIN = Kind(
    name="foreign-origin",
    status=403,
    title="Forbidden",
    means="A page of another origin has called a service that asks for no key (`NOTIFYHUB_AUTH=none`).",
    advice="Name the page's origin in `NOTIFYHUB_CORS_ORIGINS` if it may do everything here, or have keys asked for.",
    detail="pages of https://shop.example may not call: no key is asked for",
)
NOT_FOUND = Kind(
    name="not-found",
    status=404,
    title="Not Found",
    means="There is no such message, delivery, key or channel.",
    advice="Look at the id: it is that of another install, or of another kind of thing, or it was never given out.",
    detail="there is no message 01a1fdc9-524d-76a2-a653-642f75c95fee",
    after_admission=True,
)
NO_SUCH_PATH = Kind(
    name="no-such-path",
    status=404,
    title="Not Found",
    means="Nothing stands at this path, whatever the method.",
    advice="Compare the path with `/docs/`: each has one spelling, and most have no slash at their end.",
    detail="GET /api/v1/mesages: Not Found",
)
METHOD_NOT_ALLOWED = Kind(
    name="method-not-allowed",
    status=405,
    title="Method Not Allowed",
    means="The path has no such method.",
    advice="Use one of those that `Allow` names.",
    detail="DELETE /api/v1/messages: Method Not Allowed",
    headers={"Allow": "the methods of this path"},
)
CONFLICT = Kind(
    name="conflict",
    status=409,
    title="Conflict",
    means="What is stored does not allow this; `detail` says why, and what would.",
    advice="Read the message or delivery anew and decide again: the same request will be refused again. Nothing was "
    "changed.",
    detail="delivery 17 is sent: only an unconfirmed one is to be resolved",
    after_admission=True,
)
REQUEST_IN_PROGRESS = Kind(
    name="request-in-progress",
    status=409,
    title="Conflict",
    means="The first request with this `Idempotency-Key` is still in progress.",
    advice="Send the same once more after `Retry-After`: it gets the answer to the first, or is done if that failed.",
    detail="the first request with this Idempotency-Key is still in progress",
    headers={"Retry-After": "seconds until it is worth another try, where time alone helps"},
    after_admission=True,
)
BODY_TOO_LARGE = Kind(
    name="body-too-large",
    status=413,
    title="Request Entity Too Large",
    means="The body is larger than this service takes, as it came or when it is unpacked.",
    advice="Split it into several requests, or raise `NOTIFYHUB_MAX_BODY_BYTES`. The connection is closed, and nothing "
    "was stored.",
    detail="the body has more than 16777216 bytes",
    after_admission=True,
)
UNSUPPORTED_ENCODING = Kind(
    name="unsupported-encoding",
    status=415,
    title="Unsupported Media Type",
    means="The body has a `Content-Encoding` that is not taken.",
    advice="Pack the body with what `Accept-Encoding` names, or send it plain. Nothing was stored.",
    detail="Content-Encoding 'br' is not taken: send gzip, or leave it out",
    headers={"Accept-Encoding": "what is taken"},
    after_admission=True,
)
FOREIGN_HOST = Kind(
    name="foreign-host",
    status=421,
    title="Misdirected Request",
    means="The request's `Host` is no name of this machine, and this service asks for no key (`NOTIFYHUB_AUTH=none`).",
    advice="Call it as `localhost` or by a loopback address. To be called by any other name, it has to ask for keys.",
    detail="hub.example is no name of this service: no key is asked for",
)
INVALID_REQUEST = Kind(
    name="invalid-request",
    status=422,
    title="Unprocessable Entity",
    means="Something is wrong with the request; `errors` names all of it. Nothing was stored.",
    advice="Mend what stands at each `path`: `code` is a stable word for programs, `message` tells people. The same "
    "request will be refused again.",
    detail="one thing is wrong with this request; nothing was stored",
    members={"errors": [_EMPTY]},
    after_admission=True,
)
KEY_REUSED = Kind(
    name="idempotency-key-reused",
    status=422,
    title="Unprocessable Entity",
    means="Another request, with another body or path, had this `Idempotency-Key`.",
    advice="Make a new key for each request, and use one again only to repeat the very same. Nothing was done.",
    detail="one thing is wrong with this request; nothing was stored",
    members={"errors": [{"path": "Idempotency-Key", "code": "reused", "message": _REUSED}]},
    after_admission=True,
)
TOO_MANY_REQUESTS = Kind(
    name="too-many-requests",
    status=429,
    title="Too Many Requests",
    means="The key has used up its limit for this minute.",
    advice="Wait for `Retry-After`. `RateLimit-Remaining` tells beforehand how many are left; a batch counts as one.",
    detail="this key may make 60 requests a minute; the next minute begins in 17 s",
    headers=_RETRY,
    after_admission=True,
)
INTERNAL_ERROR = Kind(
    name="internal-error",
    status=500,
    title="Internal Server Error",
    means="A bug of this service, which has been logged.",
    advice="Find what went wrong in the log by the answer's `X-Request-ID`, and report it. Whether the request was "
    "carried out is not known: repeat it with its `Idempotency-Key`.",
    detail=CRASHED,
)
STORE_UNAVAILABLE = Kind(
    name="store-unavailable",
    status=503,
    title="Service Unavailable",
    means="The database does not answer; the reason stands in the log.",
    advice="Repeat the request after `Retry-After`, with its `Idempotency-Key`: it may have been stored all the same.",
    detail=STORE_AWAY,
    headers=_RETRY,
)

KINDS = (
    *(INVALID_JSON, INVALID_GZIP, UNAUTHORIZED, MISSING_SCOPE, NOT_SIGNED, FOREIGN_ORIGIN, NOT_FOUND, NO_SUCH_PATH),
    *(METHOD_NOT_ALLOWED, CONFLICT, REQUEST_IN_PROGRESS, BODY_TOO_LARGE, UNSUPPORTED_ENCODING, FOREIGN_HOST),
    *(INVALID_REQUEST, KEY_REUSED, TOO_MANY_REQUESTS, INTERNAL_ERROR, STORE_UNAVAILABLE),
    *CONNECTION_KINDS,
)
BY_NAME = MappingProxyType({kind.name: kind for kind in KINDS})
