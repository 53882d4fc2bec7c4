"""The transport over aiohttp, the default."""

from __future__ import annotations

import ssl
from functools import lru_cache

import aiohttp

from notifyhub.errors import SettingsError
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

# What aiohttp raises before a byte of the request is written. All others may have come after.
_NOTHING_SENT = (
    aiohttp.ClientConnectorError,  # refused, no such host, TLS handshake
    aiohttp.ConnectionTimeoutError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)


class AiohttpTransport:
    """Posts over pooled keep-alive connections with aiohttp; see `Transport` for the contract.

    concurrency  largest number of connections; a call that gets none within `CONNECT_S` seconds was not sent
    connection   proxy and TLS; raises SettingsError for an invalid CA file

    Belongs to the event loop of its first call. Follows no redirects, keeps no cookies, reads no proxy from the
    environment.
    """

    def __init__(self, concurrency: int, connection: Connection = STRAIGHT) -> None:
        self._concurrency = concurrency
        self._proxy = connection.proxy
        self._tls = tls_of(connection)
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def post(self, request: HttpRequest, timeout_s: float) -> HttpResponse:
        if timeout_s < SHORTEST_S or self._closed:
            raise NotConnected("the transport is closed" if self._closed else "no time left")
        session = self._session or self._open()
        try:
            async with session.post(
                request.url,
                data=request.body,
                headers=request.headers,
                timeout=_timeout(timeout_s),
                allow_redirects=False,
                proxy=self._proxy,
            ) as response:
                return HttpResponse(response.status, response.headers, await _read(response))
        except _NOTHING_SENT as error:
            raise NotConnected(_words(error)) from error
        except TimeoutError as error:
            raise AnswerLost("timeout", f"no complete response within {timeout_s:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise AnswerLost("connection_lost", _words(error)) from error

    async def aclose(self) -> None:
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._concurrency, keepalive_timeout=KEEP_ALIVE_S, ssl=self._tls),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "notifyhub"},
            trust_env=False,
        )
        return self._session


def tls_of(connection: Connection) -> ssl.SSLContext | bool:
    """The TLS checks for aiohttp. Raises SettingsError for an invalid CA file."""
    if not connection.verify_tls:
        return False
    if connection.ca_file is None:
        return True
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(connection.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"{connection.ca_file} is not a PEM file of certificates: {error}") from None
    return context


@lru_cache(maxsize=256)
def _timeout(timeout_s: float) -> aiohttp.ClientTimeout:
    """Nearly all calls share one, and building it costs more than looking it up.

    The connection must fail before the whole does: aiohttp tells "timed out" and "timed out while connecting"
    apart only then. It would also round times over 5 s up to the next second, past the end of a message.
    """
    return aiohttp.ClientTimeout(total=timeout_s, connect=min(CONNECT_S, 0.9 * timeout_s), ceil_threshold=1e9)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = await response.content.readany()
    if response.content.at_eof():
        return body[:BODY_LIMIT]
    chunks, size = [body], len(body)
    while size < BODY_LIMIT and (chunk := await response.content.readany()):
        chunks.append(chunk)
        size += len(chunk)
    if size >= BODY_LIMIT:
        response.close()  # the rest is not worth reading, even to save the connection
    return b"".join(chunks)[:BODY_LIMIT]


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
