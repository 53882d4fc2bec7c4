"""The transport over pyreqwest (Rust's reqwest), the extra `fast`. Import it only where the wheel is installed."""

from __future__ import annotations

import math
import os
import re
from datetime import timedelta

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import (
    BuilderError,
    DetailedPyreqwestError,
    PyreqwestError,
    RequestTimeoutError,
)
from pyreqwest.proxy import ProxyBuilder
from pyreqwest.request import StreamRequest
from pyreqwest.response import Response

from notifyhub.providers.aiohttp_transport import tls_of
from notifyhub.providers.http import (
    BODY_LIMIT,
    CONNECT_S,
    KEEP_ALIVE_S,
    SHORTEST_S,
    STRAIGHT,
    AnswerLost,
    Connection,
    HttpRequest,
    HttpResponse,
    NotConnected,
)

# How reqwest marks an error that came before the request. The class will not do: pyreqwest 0.15 also says
# ConnectError when the server hung up without answering, and ConnectTimeoutError for every timeout.
_CONNECTING = "client error (Connect)"
_URL = re.compile(r" for url \([^)]*\)")

_started_in: int | None = None
"""The process whose first client started pyreqwest's runtime, which no fork of that process can use or restart."""


def works_here() -> bool:
    """False in a child of `os.fork` if the parent had used pyreqwest."""
    return _started_in in (None, os.getpid())


class PyreqwestTransport:
    """Posts over pooled keep-alive connections with pyreqwest; see `Transport` for the contract.

    concurrency  largest number of idle connections per host
    connection   proxy and TLS; raises SettingsError for an invalid CA file

    Follows no redirects, keeps no cookies, reads no proxy from the environment.
    """

    def __init__(self, concurrency: int, connection: Connection = STRAIGHT) -> None:
        self._concurrency = concurrency
        self._connection = connection
        tls_of(connection)  # a CA file that is none is refused now, not at the first call
        self._clients: dict[float, Client] = {}
        self._closed = False

    async def post(self, request: HttpRequest, timeout_s: float) -> HttpResponse:
        if timeout_s < SHORTEST_S or self._closed:
            raise NotConnected("the transport is closed" if self._closed else "no time left")
        try:
            async with self._call(request, timeout_s) as response:
                return HttpResponse(response.status, response.headers, await _read(response))
        except PyreqwestError as error:
            raise _told(error, timeout_s) from error
        except ValueError as error:  # a URL or a header that cannot be
            raise NotConnected(str(error)) from error

    async def aclose(self) -> None:
        self._closed = True
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.close()

    def _call(self, request: HttpRequest, timeout_s: float) -> StreamRequest:
        call = self._client(timeout_s).post(request.url).headers(request.headers).body_bytes(request.body)
        return call.timeout(timedelta(seconds=timeout_s)).build_streamed()

    def _client(self, timeout_s: float) -> Client:
        """The client whose connect timeout ends well before `timeout_s`.

        It is fixed per client, and must fire first to distinguish a slow connection from a slow answer. So short
        timeouts get their own clients, in steps of two; usually there is only one.
        """
        connect_s = CONNECT_S / 2 ** max(0, math.ceil(math.log2(CONNECT_S / (0.9 * timeout_s))))
        client = self._clients.get(connect_s)
        if client is None:
            client = self._clients[connect_s] = self._build(connect_s)
        return client

    def _build(self, connect_s: float) -> Client:
        global _started_in
        _started_in = os.getpid()
        builder = (
            ClientBuilder()
            .connect_timeout(timedelta(seconds=connect_s))
            .pool_idle_timeout(timedelta(seconds=KEEP_ALIVE_S))
            .pool_max_idle_per_host(self._concurrency)
            .follow_redirects(False)
            .no_proxy()
            .user_agent("notifyhub")
        )
        return self._connected(builder).build()

    def _connected(self, builder: ClientBuilder) -> ClientBuilder:
        asked = self._connection
        if asked.proxy is not None:
            builder = builder.proxy(ProxyBuilder.all(asked.proxy))
        if asked.ca_file is not None:
            builder = builder.add_root_certificate_pem(asked.ca_file.read_bytes())
        return builder if asked.verify_tls else builder.danger_accept_invalid_certs(True)


async def _read(response: Response) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while size < BODY_LIMIT and (chunk := await response.body_reader.read_chunk()) is not None:
        chunks.append(bytes(chunk))
        size += len(chunk)
    return b"".join(chunks)[:BODY_LIMIT]


def _told(error: PyreqwestError, timeout_s: float) -> NotConnected | AnswerLost:
    causes = _causes(error)
    # It says the whole URL, in which there may be a token.
    words = _URL.sub("", ": ".join([error.message, *causes]))
    if _CONNECTING in causes or isinstance(error, BuilderError):
        return NotConnected(words)
    if isinstance(error, RequestTimeoutError):
        return AnswerLost("timeout", f"no complete response within {timeout_s:g} s")
    return AnswerLost("connection_lost", words)


def _causes(error: PyreqwestError) -> list[str]:
    causes = error.details.get("causes") if isinstance(error, DetailedPyreqwestError) else None
    return [cause["message"] for cause in causes or ()]
