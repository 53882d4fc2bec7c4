"""What every messenger of the emulator shares: a call as it came in, and an answer as it goes out."""

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
# What the messengers take as one file is 50 MB at the most; a little more for the form around it.
UPLOAD_LIMIT = 51 << 20
JSON = b"application/json"
PROBLEM = b"application/problem+json"
HTML = b"text/html; charset=utf-8"

# ASCII digits only: str.isdigit() and \d also take the digits of other scripts.
DIGITS = re.compile(r"[0-9]+")
NOT_DIGITS = re.compile(r"[^0-9]+")

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(slots=True)
class Call:
    """One HTTP request, read to its end. `path` is relative to the messenger's own root.

    `scheme` and `root` (a path that ends with a slash) tell where that is, for answers that hold addresses.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    scheme: str = "http"
    root: str = "/"

    def url(self, path: str) -> str:
        """The address of `path` under the messenger's own root, as the caller can reach it."""
        return f"{self.scheme}://{self.header(b'host')}{self.root}{path}"

    def header(self, name: bytes) -> str:
        """The first header of that (lower-case) name, or an empty string."""
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
        """The body as a JSON object, whatever the Content-Type says; None when it is not one."""
        return json_object(self.body)


@dataclass(frozen=True, slots=True)
class Fate:
    """What a fault has in store for one of many receivers."""

    refusal: Refusal | None = None
    receipts: str | None = None


@dataclass(slots=True)
class Arrival:
    """What could be read of a send, whether or not it is in order.

    token      kept only to be masked, and as a fingerprint: the name of its inbox
    account    the sender's public name, where there is one: the bot's id, the business number's id
    receipts   how the receipts of this send go, where a fault says so; None for the usual way
    receivers  all who shall get it, where that is more than `address` can hold
    fates      what faults have in store for single ones of the receivers
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
    """A caller's own key for a send: the journal keeps the first answer's fingerprint under it.

    The second arrival of `key` gets `repeat` when its fingerprint is the same, else `conflict`.
    """

    key: str
    fingerprint: str
    repeat: Answer
    conflict: Answer


@dataclass(frozen=True, slots=True)
class Copy:
    """What became of a send to one of its receivers. `code` 0 is accepted."""

    address: str
    text: str
    code: int = 0


@dataclass(slots=True)
class Answer:
    """What goes back. `status` is None when nothing does; `code` is the messenger's own, where it has one.

    `copies` are there for a send to many at once.
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
    """An error that was asked for: an HTTP status, a messenger's own code, or an outcome; and seconds to wait.

    An outcome is a key of the messenger's table OUTCOMES, such as `blocked`.
    """

    status: int = 0
    code: int | None = None
    retry_after: int | None = None
    outcome: str | None = None

    def headers(self) -> Headers:
        return () if self.retry_after is None else ((b"retry-after", str(self.retry_after).encode()),)


class Outcome(NamedTuple):
    """The messenger's own code that an outcome of a fault is told as, and why it is that one."""

    code: int
    reason: str


class Messenger(Protocol):
    """One messenger's wire. Each instance serves everything under its own path."""

    channel: str

    def aside(self, call: Call) -> Answer | Awaitable[Answer] | None:
        """The answer to a call that is not a send; None for a send.

        One that has to wait for something is an awaitable. It is cancelled when the caller leaves.
        """
        ...

    def read(self, call: Call) -> Arrival:
        """Whatever can be read of a send. Never raises."""
        ...

    def answer(self, call: Call, arrival: Arrival) -> Answer:
        """The messenger's normal answer to a send."""
        ...

    def refuse(self, refusal: Refusal) -> Answer:
        """`refusal` in this messenger's own error form."""
        ...


class Tokens:
    """Strictly growing 64-bit numbers: nanoseconds of the clock, so that a restart does not repeat them."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        self._last = max(self._last + 1, time.time_ns())
        return self._last


class BodyTooLarge(Exception):
    """A request body over `BODY_LIMIT` bytes, or over `UPLOAD_LIMIT` for a multipart form."""


async def read_call(scope: Scope, receive: Receive) -> Call:
    """Read a request to its end. Raises `BodyTooLarge`, and Starlette's ClientDisconnect where half of it came."""
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
    """Send an answer that has a status."""
    length = str(len(answer.body)).encode()
    headers = [(b"content-type", answer.content_type), (b"content-length", length), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def drop(send: Send) -> None:
    """Close the connection without a byte of an answer.

    ASGI has no word for this. uvicorn marks the response as started before it looks at the header names, refuses
    this one, writes nothing, and closes the connection because the response stays incomplete.
    """
    try:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"not a header", b"")]})
    except Exception:
        return


def html(status: int, title: str) -> Answer:
    """What a messenger's front end says when the messenger behind it is not well."""
    head, body = f"<head><title>{title}</title></head>", f"<body>\r\n<center><h1>{title}</h1></center>\r\n</body>"
    return Answer(status=status, body=f"<html>\r\n{head}\r\n{body}\r\n</html>".encode(), content_type=HTML)


def problem(status: int, title: str, errors: list[dict[str, str]]) -> Answer:
    """An RFC 9457 problem; each of `errors` has a `field` and a `message` that says what is wrong with it."""
    body = {"type": "about:blank", "title": title, "status": status, "errors": errors}
    return Answer(status=status, body=orjson.dumps(body), content_type=PROBLEM)
