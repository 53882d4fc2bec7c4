"""A server in a thread: how it ends."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from notifyhub.server.threaded import ThreadedServer

REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


class App:
    """Answers after `go` is set; remembers the ends that it is told of."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go = threading.Event()
        self.told: list[str] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while True:
                kind = (await receive())["type"]
                self.told.append(kind)
                await send({"type": f"{kind}.complete"})
                if kind == "lifespan.shutdown":
                    return
        self.begun.set()
        await asyncio.to_thread(self.go.wait)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@contextmanager
def served(app: App) -> Iterator[tuple[ThreadedServer, socket.socket, threading.Thread]]:
    server = ThreadedServer(uvicorn.Config(app, log_config=None, access_log=False))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        assert server.ready.wait(30)
        with socket.create_connection(listener.getsockname(), timeout=30) as client:
            yield server, client, thread
        server.stop()
        thread.join()


def test_who_has_no_request_in_progress_is_disconnected() -> None:
    with served(App()) as (server, client, thread):
        server.stop()
        thread.join()

        assert client.recv(1) == b""


def test_a_request_in_progress_is_answered() -> None:
    app = App()
    with served(app) as (server, client, thread):
        client.sendall(REQUEST)
        assert app.begun.wait(30)
        server.stop()
        app.go.set()
        thread.join()

        assert client.recv(100).startswith(b"HTTP/1.1 204")


@pytest.mark.parametrize("connected", [True, False])
def test_the_application_is_told_of_the_end_once(connected: bool) -> None:
    app = App()
    with served(app) as (server, client, thread):
        if not connected:
            client.close()
        server.stop()
        thread.join()
        server.stop()

    assert app.told == ["lifespan.startup", "lifespan.shutdown"]
