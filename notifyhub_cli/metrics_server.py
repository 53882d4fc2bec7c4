"""A port that shows metrics and nothing else, to anybody who can reach it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET, AF_INET6, socket
from typing import Any

from notifyhub import logs
from notifyhub.metrics.text import MEDIA_TYPE
from notifyhub_cli.listening import listening

PATIENCE_S = 5.0
"""A client that says or takes nothing for so long is left."""
MOST_AT_ONCE = 16
ADVICE = "choose another with NOTIFYHUB_METRICS_HOST and NOTIFYHUB_METRICS_PORT"

_log = logs.logger(__name__)


@contextmanager
def showing(host: str, port: int, text: Callable[[], str]) -> Iterator[tuple[str, int]]:
    """Answer GET /metrics with `text()` until the end; gives the address. Raises SettingsError if it cannot listen."""
    with listening(host, port, ADVICE) as listener:
        server = _Server(listener, text)
        thread = threading.Thread(target=server.serve_forever, name="notifyhub-metrics-port", daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[:2]
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, listener: socket, text: Callable[[], str]) -> None:
        self.address_family = AF_INET6 if listener.family == AF_INET6 else AF_INET
        super().__init__(listener.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.text = text
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        _log.debug("a client of the metrics has gone", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    timeout = PATIENCE_S
    server: _Server

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metrics":
            self._answer(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", "Metrics are at /metrics.\n")
            return
        self._answer(HTTPStatus.OK, MEDIA_TYPE, self.server.text())

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer(self, status: HTTPStatus, media_type: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def version_string(self) -> str:
        return "notifyhub"

    def log_message(self, format: str, *args: Any) -> None:
        pass
