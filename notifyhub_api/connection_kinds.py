"""Problems of a connection: what the server refuses before a request reaches the application."""

from __future__ import annotations

from types import MappingProxyType

from notifyhub_api.kind import Kind

NOT_HTTP = Kind(
    name="not-http",
    status=400,
    title="Bad Request",
    means="What came is not HTTP/1.1.",
    advice="Look at what stands between you and the service: TLS spoken to a port without it, or a proxy with "
    "a protocol of its own, are the usual causes.",
    detail="this is not HTTP as it should be",
)
REQUEST_TIMEOUT = Kind(
    name="request-timeout",
    status=408,
    title="Request Timeout",
    means="The request came too slowly: its head was not complete, or nothing more of its body came, in the time that "
    "the service allows.",
    advice="Repeat it on a new connection, with its `Idempotency-Key`. For very slow lines raise "
    "`NOTIFYHUB_HEAD_TIMEOUT_S` or `NOTIFYHUB_BODY_TIMEOUT_S`.",
    detail="nothing more of the body came for 60 s",
)
HEAD_TOO_LARGE = Kind(
    name="head-too-large",
    status=431,
    title="Request Header Fields Too Large",
    means="Path and headers together are larger than this service takes.",
    advice="Send less there: long lists of ids go into a body, and cookies of other applications have no place here.",
    detail="the head of a request may have 65536 bytes",
)
TOO_MANY_CONNECTIONS = Kind(
    name="too-many-connections",
    status=503,
    title="Service Unavailable",
    means="As many connections are open as this service takes.",
    advice="Try again after `Retry-After`. Keep connections and use them for many requests; if there are many callers, "
    "raise `NOTIFYHUB_MAX_CONNECTIONS`.",
    detail="too many connections are open",
    headers={"Retry-After": "seconds until it is worth another try"},
)

CONNECTION_KINDS = (NOT_HTTP, REQUEST_TIMEOUT, HEAD_TOO_LARGE, TOO_MANY_CONNECTIONS)
TYPES = MappingProxyType({kind.status: kind.type for kind in CONNECTION_KINDS})
"""For `notifyhub.server.limits.limited`: each status that it answers with has one kind."""
