"""Calls to a service, over kept connections and with retries."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from random import uniform
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

from notifyhub.client.files import Upload
from notifyhub.client.problems import is_worth_another_try, retry_after_s, unreadable
from notifyhub.errors import ServiceUnavailable, SettingsError
from notifyhub.forks import ForkedLock
from notifyhub.verbs import is_blocking, pause
from notifyhub.verbs.two_ways import off_the_loop

if TYPE_CHECKING:
    import asyncio
    from weakref import WeakKeyDictionary

    import httpx

UPLOAD_ANSWERED_S = 3600.0
"""A service may work on a large file for long before it answers."""
TIMEOUT_S = 30.0
PATIENCE_S = 60.0
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0

# The response, or None and the reason.
_Attempt = tuple["httpx.Response | None", str]


class Connection:
    """The connections to one service. Opened by the first call, and again in a child of `os.fork`."""

    def __init__(self, url: str, key: str | None, timeout_s: float, patience_s: float) -> None:
        self._url = _checked(url)
        self._key = None if key is None else _checked_key(key)
        self._timeout_s = timeout_s
        self._patience_s = patience_s
        self._lock = ForkedLock()
        self._client: httpx.Client | None = None
        self._forget()

    async def call(
        self,
        method: str,
        path: str,
        body: bytes | Upload | None = None,
        query: Mapping[str, Any] | None = None,
        *,
        named: bool = True,
    ) -> httpx.Response:
        """The service's response, with any status. Raises ServiceUnavailable if there was none within `patience_s`.

        named  the call has an Idempotency-Key and may be repeated; without one it is retried only if the service says
               that it did nothing
        """
        headers = self._headers(method, named)
        return await self._patiently(lambda: self._try(method, path, body, query, headers), named)

    async def download(self, path: str, query: Mapping[str, Any], take: Callable[[bytes], object]) -> httpx.Response:
        """GET, and hand over the content of a successful response piece by piece, after an empty one.

        Returns the response; the content of one that is no success is in it. Raises ServiceUnavailable as `call` does,
        and if the response breaks off: what was handed over cannot be taken back, so this is not retried.
        """
        headers = self._headers("GET", named=False)
        return await self._patiently(lambda: self._try_download(path, query, headers, take), named=True)

    async def _patiently(self, attempt: Callable[[], Awaitable[_Attempt]], named: bool) -> httpx.Response:
        """The response of the first attempt that has one which is worth returning."""
        ends, tries = monotonic() + self._patience_s, 0
        while True:
            answer, trouble = await attempt()
            if answer is not None and not is_worth_another_try(answer, named):
                return answer
            wait_s = retry_after_s(answer)
            if wait_s is None:
                # Callers that were refused together should not come back together.
                wait_s = uniform(0.5, 1.0) * min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**tries)  # noqa: S311
            tries += 1
            if monotonic() + wait_s >= ends or (answer is None and not named):
                raise ServiceUnavailable(f"{self._url}: {trouble or unreadable(answer)}")
            await pause(wait_s)

    def _headers(self, method: str, named: bool) -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key}"
        if method != "GET":
            headers["Content-Type"] = "application/json"
            if named:
                headers["Idempotency-Key"] = str(uuid4())
        return headers

    async def _try(
        self,
        method: str,
        path: str,
        body: bytes | Upload | None,
        query: Mapping[str, Any] | None,
        headers: dict[str, str],
    ) -> _Attempt:
        import httpx

        asked: dict[str, Any] = {"content": body, "params": query, "headers": headers}
        if isinstance(body, Upload):
            asked["content"] = body.pieces() if is_blocking() else body.pieces_awaited()
            asked["headers"] = {**headers, "Content-Length": str(body.size)}
            asked["timeout"] = httpx.Timeout(self._timeout_s, read=UPLOAD_ANSWERED_S)
        try:
            if is_blocking():
                return self._blocking().request(method, path, **asked), ""
            return await self._awaiting().request(method, path, **asked), ""
        except httpx.RequestError as error:
            return None, self._trouble(error)

    async def _try_download(
        self, path: str, query: Mapping[str, Any], headers: dict[str, str], take: Callable[[bytes], object]
    ) -> _Attempt:
        import httpx

        asked: dict[str, Any] = {"params": query, "headers": headers}
        begun = False
        try:
            if is_blocking():
                with self._blocking().stream("GET", path, **asked) as answer:
                    begun = answer.is_success
                    if begun:
                        _hand_over(answer, take)
                    else:
                        answer.read()
            else:
                async with self._awaiting().stream("GET", path, **asked) as answer:
                    begun = answer.is_success
                    if begun:
                        await _hand_over_awaited(answer, take)
                    else:
                        await answer.aread()
        except httpx.RequestError as error:
            if begun:
                raise ServiceUnavailable(f"{self._url}: the response broke off: {self._trouble(error)}") from error
            return None, self._trouble(error)
        return answer, ""

    def _trouble(self, error: httpx.RequestError) -> str:
        import httpx

        if isinstance(error, httpx.TimeoutException):
            return f"no response within {self._timeout_s:g} s"
        return str(error) or type(error).__name__

    def _options(self) -> dict[str, Any]:
        return {"base_url": self._url, "timeout": self._timeout_s}

    def _blocking(self) -> httpx.Client:
        import httpx

        with self._lock:
            self._own()
            if self._client is None:
                self._client = httpx.Client(**self._options())
            return self._client

    def _awaiting(self) -> httpx.AsyncClient:
        import asyncio

        import httpx

        # Connections belong to the event loop that opened them.
        loop = asyncio.get_running_loop()
        with self._lock:
            self._own()
            client = self._clients.get(loop)
            if client is None:
                client = self._clients[loop] = httpx.AsyncClient(**self._options())
            return client

    def _own(self) -> None:
        """After a fork the child must not use the parent's connections."""
        if self._opened_by != os.getpid():
            self._forget()

    def _forget(self) -> None:
        from weakref import WeakKeyDictionary

        self._opened_by = os.getpid()
        self._client = None
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()

    def close(self) -> None:
        """Close the connections of blocking calls."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    async def aclose(self) -> None:
        """Close these and those of the running event loop."""
        import asyncio

        self.close()
        with self._lock:
            client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()


def _hand_over(answer: httpx.Response, take: Callable[[bytes], object]) -> None:
    take(b"")
    for piece in answer.iter_bytes():
        take(piece)


async def _hand_over_awaited(answer: httpx.Response, take: Callable[[bytes], object]) -> None:
    await off_the_loop(partial(take, b""))
    async for piece in answer.aiter_bytes():
        await off_the_loop(partial(take, piece))


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise SettingsError(f"{url!r} is not the URL of a service: it needs http:// or https:// and a host")
    if parts.query or parts.fragment:
        raise SettingsError(f"{url!r} is not the URL of a service: nothing may follow its path")
    return url.rstrip("/")


def _checked_key(key: str) -> str:
    """A key read from a file often ends with a newline. Errors do not show the key."""
    key = key.strip()
    if not (key.isascii() and key.isprintable() and " " not in key and key):
        raise SettingsError("the API key contains invalid characters")
    return key
