"""One call to an endpoint. It follows no redirect, and reads no more of the answer than is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver

from notifyhub.domain.egress import Network
from notifyhub.providers.http import retry_after_s
from notifyhub.webhooks.connecting import GuardedConnector
from notifyhub.webhooks.guard import Refused, check_form

ANSWER_KEPT = 500
"""Bytes of an answer that are kept, for people to look at."""
GONE = 410


class Answered(NamedTuple):
    """The result of a call. `status`: None if there was no answer; `error`: None if it is a success."""

    status: int | None
    error: str | None
    answer: str
    duration_ms: int
    retry_after_s: float | None = None

    @property
    def posted(self) -> bool:
        return self.error is None

    @property
    def gone(self) -> bool:
        return self.status == GONE


class Caller:
    """Makes the calls; belongs to the event loop on which it is made.

    allowed   networks that may be called although they are not public
    resolver  in place of the system's
    """

    def __init__(
        self,
        timeout_s: float,
        allowed: Sequence[Network],
        *,
        allow_http: bool,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._allow_http = allow_http
        self._session = aiohttp.ClientSession(
            # The courier bounds the calls, for each endpoint by itself.
            connector=GuardedConnector(allowed, resolver, limit=0, keepalive_timeout=4.0),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "notifyhub", "Accept-Encoding": "identity"},
            timeout=aiohttp.ClientTimeout(total=timeout_s, ceil_threshold=1e9),
            trust_env=False,
            auto_decompress=False,
        )

    async def call(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Post once. Never raises for what the endpoint or the network does."""
        begun = monotonic()
        try:
            check_form(url, allow_http=self._allow_http)
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                answer = await _beginning(response.content)
                status, wait_s = response.status, retry_after_s(response.headers)
        except TimeoutError:
            return Answered(None, f"no answer within {self._timeout_s:g} s", "", _since(begun))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Answered(None, _words(error), "", _since(begun))
        return Answered(status, _fault(status), answer, _since(begun), wait_s)

    async def aclose(self) -> None:
        await self._session.close()


def _fault(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    return "redirects are not followed: change the URL" if 300 <= status < 400 else f"it answered {status}"


async def _beginning(content: aiohttp.StreamReader) -> str:
    """The part of an answer that is kept; NUL is a character that PostgreSQL does not store."""
    answer = b""
    while len(answer) < ANSWER_KEPT and not content.at_eof():
        answer += await content.read(ANSWER_KEPT - len(answer))
    return answer.decode("utf-8", "replace").replace("\x00", "�")


def _words(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error.__cause__, Refused) else error
    text = str(cause) or type(cause).__name__
    return text.replace("\x00", "")[:ANSWER_KEPT]


def _since(begun: float) -> int:
    return round((monotonic() - begun) * 1000)
