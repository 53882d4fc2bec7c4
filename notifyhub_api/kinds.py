"""Every kind of problem that this service answers with: what it means, and what to do about it.

The `type` of a problem document, its page under /problems/, the OpenAPI document and docs/problems.md are generated
from this table. Programs rely on the names: a released name is never changed or reused.
"""

from __future__ import annotations

from types import MappingProxyType

from notifyhub.requests import BROKEN_JSON as NOT_JSON
from notifyhub_api.connection_kinds import CONNECTION_KINDS
from notifyhub_api.kind import Kind

BROKEN_GZIP_CODE = "broken_gzip"
STORE_AWAY = "the database does not answer; the request may not have been stored"
CRASHED = "something went wrong here; it has been logged"

_CHALLENGE = {"WWW-Authenticate": "what is wrong with the key (RFC 6750)"}
_RETRY = {"Retry-After": "seconds until a retry makes sense"}
_NO_JSON = {"path": "$", "code": NOT_JSON, "message": "is not JSON: Expecting value: line 1 column 1 (char 0)"}
_DAMAGED = "the body cannot be unpacked: it is not gzip, or was damaged on its way"
_EMPTY = {"path": "$.text", "code": "empty", "message": "must not be empty"}
_REUSED = "this Idempotency-Key was used for another request; use a new one for each"

INVALID_JSON = Kind(
    name="invalid-json",
    status=400,
    title="Bad Request",
    means="The body is not JSON.",
    advice="Send one JSON document in UTF-8, at most 128 levels deep, without a byte order mark, `NaN` or comments. "
    "`message` in `errors` says where it stops being JSON. Nothing was stored.",
    detail="the body is not JSON",
    members={"errors": [_NO_JSON]},
    after_admission=True,
)
INVALID_GZIP = Kind(
    name="invalid-gzip",
    status=400,
    title="Bad Request",
    means="The body is not valid gzip, although its `Content-Encoding` says so.",
    advice="Compress the whole body with gzip, or leave the header out. If it was valid when it was sent, something on "
    "the way unpacked, cut or changed it. Nothing was stored.",
    detail=_DAMAGED,
    members={"errors": [{"path": "$", "code": BROKEN_GZIP_CODE, "message": _DAMAGED}]},
    after_admission=True,
)
UNAUTHORIZED = Kind(
    name="unauthorized",
    status=401,
    title="Unauthorized",
    means="The request has no API key, or one that is unknown, revoked or expired.",
    advice="Send `Authorization: Bearer nh_…` with a key of this install; `notifyhub key list` lists them, "
    "`notifyhub key create` creates one. The same request with the same key will be refused again.",
    detail="send an API key: Authorization: Bearer nh_… (make one with `notifyhub key create`)",
    headers=_CHALLENGE,
)
MISSING_SCOPE = Kind(
    name="missing-scope",
    status=403,
    title="Forbidden",
    means="The key is valid, but lacks the scope that this request needs.",
    advice="Use a key with the scope that `detail` and `WWW-Authenticate` name. The scopes of a key cannot be changed: "
    "create another and revoke this one.",
    detail="this key has the scopes read, and this needs send",
    headers={"WWW-Authenticate": "the scope that is needed (RFC 6750); absent for the other kinds"},
    after_admission=True,
)
NOT_SIGNED = Kind(
    name="not-signed",
    status=403,
    title="Forbidden",
    means="The webhook is not signed by any account that is set up for the messenger.",
    advice="Compare the token, app secret or verify token here with the messenger's; a proxy in between must not "
    "change the body. Nothing was changed.",
    detail="x-viber-content-signature is not that of an account of viber for this body",
)
FOREIGN_ORIGIN = Kind(
    name="foreign-origin",
    status=403,
    title="Forbidden",
    means="A page of another origin called a service that needs no key (`NOTIFYHUB_AUTH=none`).",
    advice="If the page may do everything here, add its origin to `NOTIFYHUB_CORS_ORIGINS`; otherwise turn on keys.",
    detail="pages of https://shop.example may not call this service, because it needs no key",
)
NOT_FOUND = Kind(
    name="not-found",
    status=404,
    title="Not Found",
    means="There is no such message, delivery, key or channel.",
    advice="Check the id: it may belong to another install or to another kind of object, or it does not exist.",
    detail="there is no message 01a1fdc9-524d-76a2-a653-642f75c95fee",
    after_admission=True,
)
NO_SUCH_PATH = Kind(
    name="no-such-path",
    status=404,
    title="Not Found",
    means="There is nothing at this path, whatever the method.",
    advice="Compare the path with `/docs/`: paths must match exactly, and most have no slash at their end.",
    detail="GET /api/v1/mesages: Not Found",
)
METHOD_NOT_ALLOWED = Kind(
    name="method-not-allowed",
    status=405,
    title="Method Not Allowed",
    means="This path does not support the method.",
    advice="Use one of the methods in `Allow`.",
    detail="DELETE /api/v1/messages: Method Not Allowed",
    headers={"Allow": "the methods of this path"},
)
CONFLICT = Kind(
    name="conflict",
    status=409,
    title="Conflict",
    means="The current state does not allow this; `detail` says why, and what would.",
    advice="Read the message or delivery again and decide anew: the same request will be refused again. Nothing was "
    "changed.",
    detail="delivery 17 is sent: only unconfirmed deliveries can be resolved",
    after_admission=True,
)
REQUEST_IN_PROGRESS = Kind(
    name="request-in-progress",
    status=409,
    title="Conflict",
    means="The first request with this `Idempotency-Key` is still in progress.",
    advice="Repeat the request after `Retry-After`: it gets the first answer, or is carried out if the first "
    "one failed.",
    detail="the first request with this Idempotency-Key is still in progress",
    headers={"Retry-After": "seconds until a retry makes sense, if only time helps"},
    after_admission=True,
)
BODY_TOO_LARGE = Kind(
    name="body-too-large",
    status=413,
    title="Request Entity Too Large",
    means="The body is too large, as sent or after unpacking.",
    advice="Split it into several requests, or raise `NOTIFYHUB_MAX_BODY_BYTES`, or for a table of clients "
    "`NOTIFYHUB_MAX_IMPORT_BYTES`. The connection is closed, and nothing was stored.",
    detail="the body has 20971520 bytes; at most 16777216 are allowed",
    after_admission=True,
)
UNSUPPORTED_ENCODING = Kind(
    name="unsupported-encoding",
    status=415,
    title="Unsupported Media Type",
    means="The body has an unsupported `Content-Encoding`.",
    advice="Compress the body with an encoding from `Accept-Encoding`, or send it uncompressed. Nothing was stored.",
    detail="Content-Encoding 'br' is not supported: send gzip, or leave it out",
    headers={"Accept-Encoding": "the supported encodings"},
    after_admission=True,
)
FOREIGN_HOST = Kind(
    name="foreign-host",
    status=421,
    title="Misdirected Request",
    means="The request's `Host` is not a name of this machine, and this service needs no key (`NOTIFYHUB_AUTH=none`).",
    advice="Call it as `localhost` or by a loopback address. For any other name the service must require keys.",
    detail="hub.example is not a name of this service, which needs no key",
)
INVALID_REQUEST = Kind(
    name="invalid-request",
    status=422,
    title="Unprocessable Entity",
    means="The request is invalid; `errors` lists everything that is wrong. Nothing was stored.",
    advice="Correct the value at each `path`: `code` is a stable word for programs, `message` is for people. The same "
    "request will be refused again.",
    detail="one thing is wrong with this request; nothing was stored",
    members={"errors": [_EMPTY]},
    after_admission=True,
)
KEY_REUSED = Kind(
    name="idempotency-key-reused",
    status=422,
    title="Unprocessable Entity",
    means="This `Idempotency-Key` was used for another request, with a different body or path.",
    advice="Use a new key for each request, and the same key only to repeat exactly that request. Nothing was done.",
    detail="one thing is wrong with this request; nothing was stored",
    members={"errors": [{"path": "Idempotency-Key", "code": "reused", "message": _REUSED}]},
    after_admission=True,
)
TOO_MANY_REQUESTS = Kind(
    name="too-many-requests",
    status=429,
    title="Too Many Requests",
    means="The key has used up its limit for this minute.",
    advice="Wait for `Retry-After`. `RateLimit-Remaining` says how many requests are left; a batch counts as one.",
    detail="this key may make 60 requests a minute; the next minute begins in 17 s",
    headers=_RETRY,
    after_admission=True,
)
INTERNAL_ERROR = Kind(
    name="internal-error",
    status=500,
    title="Internal Server Error",
    means="A bug of this service, which has been logged.",
    advice="Find the error in the log by the response's `X-Request-ID`, and report it. The request may or may not have "
    "been carried out: repeat it with its `Idempotency-Key`.",
    detail=CRASHED,
)
STORE_UNAVAILABLE = Kind(
    name="store-unavailable",
    status=503,
    title="Service Unavailable",
    means="The database does not answer, or takes nothing; `detail` and the log say why.",
    advice="Repeat the request after `Retry-After`, with its `Idempotency-Key`: it may have been stored after all.",
    detail=STORE_AWAY,
    headers=_RETRY,
)
TOO_MANY_STREAMS = Kind(
    name="too-many-streams",
    status=503,
    title="Service Unavailable",
    means="The limit of open event streams of this process is reached.",
    advice="Try again after `Retry-After`, or read pages instead. One stream can carry all types of events; if there "
    "are many readers, raise `NOTIFYHUB_EVENTS_STREAMS`.",
    detail="100 event streams are open, and no more are allowed",
    headers=_RETRY,
    after_admission=True,
)

KINDS = (
    *(INVALID_JSON, INVALID_GZIP, UNAUTHORIZED, MISSING_SCOPE, NOT_SIGNED, FOREIGN_ORIGIN, NOT_FOUND, NO_SUCH_PATH),
    *(METHOD_NOT_ALLOWED, CONFLICT, REQUEST_IN_PROGRESS, BODY_TOO_LARGE, UNSUPPORTED_ENCODING, FOREIGN_HOST),
    *(INVALID_REQUEST, KEY_REUSED, TOO_MANY_REQUESTS, INTERNAL_ERROR, STORE_UNAVAILABLE, TOO_MANY_STREAMS),
    *CONNECTION_KINDS,
)
BY_NAME = MappingProxyType({kind.name: kind for kind in KINDS})
