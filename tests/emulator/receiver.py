"""A bot's own address: keeps what is posted there, and answers as it is told."""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.serving import running


@dataclass
class Posted:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """`answers` are used up in order; then everything gets an empty 200."""

    url: str = ""
    answers: list[Response] = field(default_factory=list)
    posted: queue.Queue[Posted] = field(default_factory=queue.Queue)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        body = await request.body()
        answer = self.answers.pop(0) if self.answers else Response()
        self.posted.put(Posted(request.method, request.url.path, request.url.query, dict(request.headers), body))
        await answer(scope, receive, send)

    def next(self) -> Posted:
        """The next post, waited for."""
        return self.posted.get(timeout=30)

    def clear(self) -> None:
        self.answers.clear()
        while not self.posted.empty():
            self.posted.get_nowait()


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    with running(receiver) as port:
        receiver.url = f"http://127.0.0.1:{port}"
        yield receiver
