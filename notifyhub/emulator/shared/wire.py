"""Calls and answers, for all messengers."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl

import orjson
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from notifyhub.emulator.shared.values import json_object

BODY_LIMIT = 1 << 20
# The messengers accept files of up to 50 MB; a little more for the form around it.
UPLOAD_LIMIT = 51 << 20
JSON = b"application/json"
PROBLEM = b"application/problem+json"
HTML = b"text/html; charset=utf-8"

# ASCII digits only: str.isdigit() and \d also accept digits of other scripts.
DIGITS = re.compile(r"[0-9]+")
NOT_DIGITS = re.compile(r"[^0-9]+")

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(slots=True)
class Call:
    """One complete HTTP request. `path` is relative to the messenger's root.

    `scheme` and `root` (a path that ends with a slash) are for URLs in answers.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    scheme: str = "http"
    root: str = "/"

    def url(self, path: str) -> str:
        """The URL of `path` under the messenger's root, as the caller can reach it."""
        return f"{self.scheme}://{self.header(b'host')}{self.root}{path}"

    def header(self, name: bytes) -> str:
        """The first header with that (lower-case) name, or an empty string."""
        for key, value in self.headers:
            if key == name:
                return value.decode("latin-1").strip()
        return ""

    def bearer(self) -> str:
        """The token of `Authorization: Bearer <token>`, or an empty string."""
        scheme, _, token = self.header(b"authorization").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def content_type(self) -> str:
        return self.header(b"content-type").partition(";")[0].strip().lower()

    def query_pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query, keep_blank_values=True) if self.query else []

    def form_pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    def json_object(self) -> dict[str, Any] | None:
        """The body as a JSON object, whatever the Content-Type says; None if it is not one."""
        return json_object(self.body)


@dataclass(frozen=True, slots=True)
class Fate:
    """The fault for one of many receivers."""

    refusal: Refusal | None = None
    receipts: str | None = None


@dataclass(slots=True)
class Arrival:
    """What could be read of a send, valid or not.

    token      kept only for masking, and for the fingerprint that names its inbox
    account    the sender's public id, if any: of the bot or the business number
    receipts   the manner of this send's receipts, if a fault sets it; None: as usual
    receivers  all receivers, if there are several
    fates      the faults for single receivers
    """

    address: str = ""
    text: str = ""
    token: str = ""
    content: dict[str, Any] | None = None
    account: str = ""
    receipts: str | None = None
    receivers: tuple[str, ...] = ()
    fates: Mapping[str, Fate] = field(default_factory=dict)


@dataclass(slots=True)
class Claim:
    """A caller's key for a send: the journal stores the first answer's fingerprint under it.

    A second send with `key` gets `repeat` if its fingerprint is the same, otherwise `conflict`.
    """

    key: str
    fingerprint: str
    repeat: Answer
    conflict: Answer


@dataclass(frozen=True, slots=True)
class Copy:
    """The result of a send for one of its receivers. `code` 0: accepted."""

    address: str
    text: str
    code: int = 0


@dataclass(slots=True)
class Answer:
    """The answer. `status` None: no answer at all; `code` is the messenger's own, if it has one.

    `copies` are set for a send to many receivers.
    """

    status: int | None
    body: bytes = b""
    accepted: bool = False
    messenger_id: str | None = None
    code: int | None = None
    repeat: bool = False
    content_type: bytes = JSON
    headers: Headers = ()
    claim: Claim | None = field(default=None, repr=False)
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A requested error: an HTTP status, a messenger's own code, or an outcome; and seconds to wait.

    An outcome is a key of the messenger's table OUTCOMES, such as `blocked`.
    """

    status: int = 0
    code: int | None = None
    retry_after: int | None = None
    outcome: str | None = None

    def headers(self) -> Headers:
        return () if self.retry_after is None else ((b"retry-after", str(self.retry_after).encode()),)


class Outcome(NamedTuple):
    """The messenger's code for an outcome, and its reason."""

    code: int
    reason: str


class Messenger(Protocol):
    """One messenger's protocol. Each instance serves everything under its path."""

    channel: str

    def aside(self, call: Call) -> Answer | Awaitable[Answer] | None:
        """The answer to a call that is not a send; None for a send.

        If it has to wait for something, an awaitable, which is cancelled when the caller leaves.
        """
        ...

    def read(self, call: Call) -> Arrival:
        """What can be read of a send. Never raises."""
        ...

    def answer(self, call: Call, arrival: Arrival) -> Answer:
        """The messenger's normal answer to a send."""
        ...

    def refuse(self, refusal: Refusal) -> Answer:
        """`refusal` in the messenger's error format."""
        ...


class Tokens:
    """Strictly increasing 64-bit numbers: nanoseconds of the clock, so that a restart does not repeat them."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        self._last = max(self._last + 1, time.time_ns())
        return self._last


class BodyTooLarge(Exception):
    """A request body over `BODY_LIMIT` bytes, or over `UPLOAD_LIMIT` for a multipart form."""


async def read_call(scope: Scope, receive: Receive) -> Call:
    """Read a complete request. Raises `BodyTooLarge`, and Starlette's ClientDisconnect if only half of it arrives."""
    path = scope["path_params"]["path"]
    call = Call(
        method=scope["method"],
        path=path,
        query=scope["query_string"].decode("latin-1"),
        headers=scope["headers"],
        body=b"",
        scheme=scope["scheme"],
        root=scope["path"].removesuffix(path),
    )
    limit = UPLOAD_LIMIT if call.content_type().startswith("multipart/") else BODY_LIMIT
    call.body = await _read_body(receive, limit)
    return call


async def _read_body(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise BodyTooLarge
        more = message.get("more_body", False)
    return b"".join(parts)


async def reply(send: Send, answer: Answer) -> None:
    """Send an answer with a status."""
    length = str(len(answer.body)).encode()
    headers = [(b"content-type", answer.content_type), (b"content-length", length), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def drop(send: Send) -> None:
    """Close the connection without any answer.

    ASGI has no message for this. uvicorn marks the response as started before it looks at the header names, refuses
    this one, writes nothing, and closes the connection because the response stays incomplete.
    """
    try:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"not a header", b"")]})
    except Exception:
        return


def html(status: int, title: str) -> Answer:
    """The answer of a messenger's front end if the messenger behind it fails."""
    head, body = f"<head><title>{title}</title></head>", f"<body>\r\n<center><h1>{title}</h1></center>\r\n</body>"
    return Answer(status=status, body=f"<html>\r\n{head}\r\n{body}\r\n</html>".encode(), content_type=HTML)


def problem(status: int, title: str, errors: list[dict[str, str]]) -> Answer:
    """An RFC 9457 problem; each of `errors` has a `field` and a `message`."""
    body = {"type": "about:blank", "title": title, "status": status, "errors": errors}
    return Answer(status=status, body=orjson.dumps(body), content_type=PROBLEM)
