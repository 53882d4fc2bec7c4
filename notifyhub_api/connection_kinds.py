"""Problems of a connection, which the server refuses before a request reaches the application."""

from __future__ import annotations

from types import MappingProxyType

from notifyhub_api.kind import Kind

NOT_HTTP = Kind(
    name="not-http",
    status=400,
    title="Bad Request",
    means="The request is not HTTP/1.1; `detail` says why.",
    advice="Check what is between you and the service. The usual causes are TLS to a port without TLS, or a proxy with "
    "another protocol.",
    detail="this is not valid HTTP: Invalid method encountered",
)
REQUEST_TIMEOUT = Kind(
    name="request-timeout",
    status=408,
    title="Request Timeout",
    means="The request was too slow: its head was not complete, or no more of its body arrived, within the time limit.",
    advice="Repeat it on a new connection, with its `Idempotency-Key`. For very slow connections raise "
    "`NOTIFYHUB_HEAD_TIMEOUT_S` or `NOTIFYHUB_BODY_TIMEOUT_S`.",
    detail="the head of the request was not complete after 10 s",
)
HEAD_TOO_LARGE = Kind(
    name="head-too-large",
    status=431,
    title="Request Header Fields Too Large",
    means="The path and headers together are too large.",
    advice="Send less there: put long lists of ids into a body, and do not send cookies of other applications.",
    detail="the head of a request may have up to 65536 bytes",
)
TOO_MANY_CONNECTIONS = Kind(
    name="too-many-connections",
    status=503,
    title="Service Unavailable",
    means="The limit of open connections is reached.",
    advice="Try again after `Retry-After`. Keep connections and use them for many requests; if there are many callers, "
    "raise `NOTIFYHUB_MAX_CONNECTIONS`.",
    detail="too many connections are open",
    headers={"Retry-After": "seconds until a retry makes sense"},
)

CONNECTION_KINDS = (NOT_HTTP, REQUEST_TIMEOUT, HEAD_TOO_LARGE, TOO_MANY_CONNECTIONS)
TYPES = MappingProxyType({kind.status: kind.type for kind in CONNECTION_KINDS})
"""For `notifyhub.server.limits.limited`: the kind for each status that it answers with."""
