"""A server that keeps what is posted to it, as collectors and Sentry do."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Posted(NamedTuple):
    path: str
    body: bytes


class Listener:
    """What was posted so far, by waiting for it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._posted: list[Posted] = []
        self._changed = threading.Condition()

    def keep(self, posted: Posted) -> None:
        with self._changed:
            self._posted.append(posted)
            self._changed.notify_all()

    def posted(self, at_least: int = 1, timeout_s: float = 30) -> list[Posted]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._posted) >= at_least, timeout_s)
            return list(self._posted)

    @property
    def so_far(self) -> list[Posted]:
        with self._changed:
            return list(self._posted)


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            # First: whoever has the answer may look.
            listener.keep(Posted(self.path, body))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        listener = Listener(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join()
