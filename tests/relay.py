"""A TCP relay in front of a server: its connections can be cut, it can speak TLS for a server that does not, and it
counts bytes."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Relay:
    """Listens on a free loopback port and hands everything on to the server of `url`, which stays as it is.

    to_server, to_client  bytes handed on so far
    """

    def __init__(self, url: str, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        self._server = (str(parts.hostname), int(parts.port or 0))
        self._tls = tls
        self._open: set[socket.socket] = set()
        self._counting = threading.Lock()
        self.to_server = self.to_client = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        host = parts.netloc.replace(f":{self._server[1]}", f":{port}")
        self.url = parts._replace(scheme=parts.scheme + ("s" if tls else ""), netloc=host).geturl()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listener.close()
        self.cut()

    def cut(self) -> int:
        """Close all connections. Returns how many there were."""
        cut = list(self._open)
        for connection in cut:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        return len(cut)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(self._server) as server:
            near = self._tls.wrap_socket(client, server_side=True) if self._tls else client
            with near:
                self._open.add(near)
                back = threading.Thread(target=self._pass_on, args=(server, near, self._count_to_client), daemon=True)
                back.start()
                self._pass_on(near, server, self._count_to_server)
                back.join()
                self._open.discard(near)

    def _count_to_server(self, number: int) -> None:
        with self._counting:
            self.to_server += number

    def _count_to_client(self, number: int) -> None:
        with self._counting:
            self.to_client += number

    def _pass_on(self, source: socket.socket, target: socket.socket, count: Callable[[int], None]) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
                count(len(data))
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
