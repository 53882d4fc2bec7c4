"""A server before the service that fails as it is told to: it refuses, loses the answer, or passes the call on."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

Refusal = tuple[int, dict[str, str]]
Trouble = Refusal | Literal["lose the answer", "hang up"]


class FlakyService(ThreadingHTTPServer):
    """Meets the first calls with `troubles`, in this order, and passes all others on to `port`."""

    daemon_threads = True

    def __init__(self, port: int, troubles: Sequence[Trouble]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = port
        self.troubles = list(troubles)
        self.keys: list[str | None] = []
        """The Idempotency-Key of each call."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def flaky(port: int, *troubles: Trouble) -> Iterator[FlakyService]:
    """A flaky service in a thread."""
    with FlakyService(port, troubles) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: FlakyService
    protocol_version = "HTTP/1.1"

    def _meet(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.keys.append(self.headers.get("Idempotency-Key"))
        trouble = self.server.troubles.pop(0) if self.server.troubles else None
        if isinstance(trouble, tuple):
            self._answer(trouble[0], trouble[1], b"")
        elif trouble == "hang up":
            self.close_connection = True
        else:
            status, headers, answer = self._passed_on(body)
            if trouble == "lose the answer":
                self.close_connection = True
            else:
                self._answer(status, headers, answer)

    do_GET = do_POST = do_PATCH = _meet  # noqa: N815

    def _passed_on(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.behind, timeout=30)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            kept = {name: value for name, value in answer.getheaders() if name.lower() in ("content-type", "location")}
            return answer.status, kept, answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the tests tell what they need to."""
