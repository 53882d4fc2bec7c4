"""A client that sends what it likes, in pieces, and an application whose steps a test decides."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from notifyhub.server.limits import Limits
from tests.serving import running

LONG_S = 600.0
"""Of limits that a test is not about."""


class Client:
    """One connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._read = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self) -> Answer:
        """The next answer."""
        head = self._up_to(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines if line)
        return Answer(int(status.split()[1]), headers, self._bytes(int(headers.get("content-length", 0))))

    def rest(self) -> bytes:
        """All that comes until the connection ends."""
        while more := self.socket.recv(65_536):
            self._read += more
        return self._read

    def _up_to(self, end: bytes) -> bytes:
        while end not in self._read:
            self._read += self._more()
        found, _, self._read = self._read.partition(end)
        return found

    def _bytes(self, count: int) -> bytes:
        while len(self._read) < count:
            self._read += self._more()
        found, self._read = self._read[:count], self._read[count:]
        return found

    def _more(self) -> bytes:
        more = self.socket.recv(65_536)
        if not more:
            raise EOFError(f"the connection ended after {self._read!r}")
        return more


class Answer:
    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class App:
    """Answers with the size of the body; `/held` reads and answers only when `go_on` is set. Notes who left."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.called = threading.Event()
        self.left = threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        if scope["type"] == "http":
            await (await self._answer(request))(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        self.called.set()
        if request.url.path == "/held":
            await asyncio.to_thread(self.go_on.wait, 60)
        try:
            return PlainTextResponse(str(len(await request.body())))
        except ClientDisconnect:
            self.left.set()
            return PlainTextResponse("nobody reads this")


class Server:
    def __init__(self, app: App, port: int) -> None:
        self.app = app
        self.port = port

    def connect(self) -> Client:
        return Client(self.port)

    def let_the_limit_for_heads_pass(self) -> None:
        """Wait until a connection that was made now is cut."""
        with self.connect() as silent:
            silent.rest()


@contextmanager
def served(**limits: Any) -> Iterator[Server]:
    """An application behind these limits; those not named are far away."""
    app = App()
    with running(app, limits=Limits(**{"head_s": LONG_S, "body_s": LONG_S, **limits})) as port:
        yield Server(app, port)
